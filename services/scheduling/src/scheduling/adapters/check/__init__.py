"""What a process needs, looked at before it starts: nothing is changed, joined, read or sent."""
