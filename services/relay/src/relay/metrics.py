"""What operators watch of a relay."""

from prometheus_client import CollectorRegistry, Counter, Gauge

REGISTRY = CollectorRegistry()

PUBLISHED = Counter("parley_relay_published_total", "Rows acked by the broker", registry=REGISTRY)
OUTAGES = Counter(
    "parley_relay_outages_total", "Sends or sessions that met an outage", registry=REGISTRY
)
LEADING = Gauge("parley_relay_leading", "1 where this process holds the lock", registry=REGISTRY)
