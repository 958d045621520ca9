"""Every metric that the services export, from their own registries."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

SERVICES = ("scheduling", "feedback", "notifications")
HISTOGRAM = ("_bucket", "_count", "_sum")


@dataclass(frozen=True)
class Exported:
    type: str
    labels: tuple[str, ...]
    services: frozenset[str]


def exported() -> Mapping[str, Exported]:
    """By the name that is asked for: counters end in `_total`."""
    found: dict[str, Exported] = {}

    def add(name: str, kind: str, labels: tuple[str, ...], service: str) -> None:
        full = f"{name}_total" if kind == "counter" else name
        before = found.get(full, Exported(kind, labels, frozenset()))
        assert (before.type, before.labels) == (kind, labels), full
        found[full] = Exported(kind, labels, before.services | {service})

    for service in SERVICES:
        for module in ("mail_metrics",) if service == "notifications" else ():
            import_module(f"{service}.adapters.{module}")
        _wrapped(import_module(f"{service}.adapters.metrics").REGISTRY, service, add)
        common = import_module(f"{service}.adapters.figures").COMMON
        own = import_module(f"{service}.adapters.watched").OWN
        for figure in (*common, *own):
            add(figure.name, "gauge", (figure.label,) if figure.label else (), service)
        name = import_module(f"{service}.adapters.certificates").NAME
        add(name, "gauge", ("setting",), service)
        loaded = import_module(f"{service}.adapters.links").LOADED
        add(loaded, "gauge", ("kid",), service)
    _wrapped(import_module("relay.metrics").REGISTRY, "relay", add)
    return found


def _wrapped(registry: CollectorRegistry, service: str, add: object) -> None:
    assert callable(add)
    for metric in registry._collector_to_names:
        if isinstance(metric, MetricWrapperBase):
            add(metric._name, metric._type, tuple(metric._labelnames), service)


def base(sample: str, known: Mapping[str, Exported]) -> str:
    """The metric that a sample of a histogram belongs to."""
    for ending in HISTOGRAM:
        stem = sample.removesuffix(ending)
        if stem != sample and stem in known and known[stem].type == "histogram":
            return stem
    return sample
