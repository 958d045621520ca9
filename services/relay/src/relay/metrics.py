"""What operators watch of a relay."""

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

PUBLISHED = Counter("parley_relay_published_total", "Rows acked by the broker", registry=REGISTRY)
OUTAGES = Counter(
    "parley_relay_outages_total", "Sends or sessions that met an outage", registry=REGISTRY
)
LEADING = Gauge(
    "parley_relay_leading",
    "1 where this process holds the lock of its database",
    ["database"],
    registry=REGISTRY,
)
AGE = Histogram(
    "parley_relay_publish_seconds",
    "From when it happened to the broker's ack; what is republished counts as late",
    registry=REGISTRY,
    buckets=(0.1, 0.5, 1, 2.5, 5, 10, 60),
)
BUILD = Gauge(
    "parley_build_info",
    "1, with the service and its version",
    ["service", "version"],
    registry=REGISTRY,
)
BUILD.labels(service="relay", version=version("parley-relay")).set(1)
