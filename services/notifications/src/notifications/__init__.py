"""The right word to the right person: messages, deliveries, links, homes."""
