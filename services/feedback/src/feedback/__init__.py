"""What the two sides ask, see and decide: rounds, seals, the no-ghosting clock."""
