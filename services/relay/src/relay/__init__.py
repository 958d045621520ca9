"""Moves rows of a service's outbox to Kafka, in commit order per key."""
