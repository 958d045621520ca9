"""What stands between Parley and the world: PostgreSQL, Kafka, the clock."""
