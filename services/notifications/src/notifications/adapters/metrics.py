"""What operators watch. Labels are names from our own vocabulary: no ids, no personal data."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

RECORDS = Counter(
    "parley_records_total",
    "Records read from Kafka, by what became of them",
    ["topic", "result"],
    registry=REGISTRY,
)
REFUSALS = Counter(
    "parley_refusals_total",
    "Refusals, by reason: answers, not errors",
    ["reason"],
    registry=REGISTRY,
)
BATCHES = Histogram(
    "parley_batch_seconds",
    "Time of one batch, from its first record to its commit",
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OUTAGES = Counter(
    "parley_outages_total",
    "Attempts that met a database or a broker out of reach",
    ["where"],
    registry=REGISTRY,
)
TIMERS = Counter(
    "parley_timers_total",
    "Timers, by kind and by what became of them",
    ["kind", "result"],
    registry=REGISTRY,
)
REVISION_GAPS = Counter(
    "parley_revision_gaps_total",
    "Revisions that were skipped over by a newer one",
    ["topic"],
    registry=REGISTRY,
)
LAST_TURN = Gauge(
    "parley_loop_last_turn_timestamp_seconds",
    "When a loop last came round",
    ["loop"],
    registry=REGISTRY,
)
