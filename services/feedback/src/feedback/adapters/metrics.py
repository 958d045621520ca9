"""What operators watch. Labels are names from our own vocabulary: no ids, no personal data."""

from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

# Else each series is there once more, as the time of its birth.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it has none
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
LATENCY = Histogram(
    "parley_event_latency_seconds",
    "From when it happened (ce_time) to its effect; what is re-sent late counts as late",
    ["topic"],
    registry=REGISTRY,
    buckets=(0.5, 1, 3, 10, 60, 600),
)
ERASURES = Histogram(
    "parley_erasure_seconds",
    "Erasing one person here, from the tombstone's turn to its commit",
    registry=REGISTRY,
    buckets=(0.1, 1, 10, 60),
)
REBALANCES = Counter(
    "parley_rebalances_total", "Times that partitions were dealt out anew", registry=REGISTRY
)
PAGE_SECONDS = Histogram(
    "parley_http_request_seconds",
    "Answering one request for a page",
    ["page"],
    registry=REGISTRY,
    buckets=(0.025, 0.1, 0.5, 1, 5),
)
PAGES = Counter(
    "parley_http_requests_total",
    "Requests for pages, by status class",
    ["page", "status"],
    registry=REGISTRY,
)
TOKENS_REFUSED = Counter(
    "parley_tokens_refused_total",
    "Visitors who were not let in, by reason",
    ["reason"],
    registry=REGISTRY,
)
BUILD = Gauge(
    "parley_build_info",
    "1, with the service and its version",
    ["service", "version"],
    registry=REGISTRY,
)
BUILD.labels(service="feedback", version=version("parley-feedback")).set(1)
TZDATA = Gauge(
    "parley_tzdata_info", "1, with the version of the time zones", ["version"], registry=REGISTRY
)
TZDATA.labels(version=version("tzdata")).set(1)
