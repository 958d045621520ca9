"""W3C trace context: a child for each hop, so that a mail can be followed back to its cause.

Trace ids travel always. Spans are exported where `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector, and
only there.
"""

import os
import random
import re
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_VALID = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True)
class Hop:
    """One record's way through this process."""

    traceparent: str
    span: Span | None = None

    def end(self) -> None:
        if self.span is not None:
            self.span.end()


def export_spans(service: str) -> None:
    """Off unless configured; the exporter's modules are loaded only then."""
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - see above
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def hop(name: str, traceparent: str | None) -> Hop:
    """A span of its own in the record's trace; in a new trace where it brings none that holds."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return Hop(
            child_of(traceparent)
        )  # nobody collects spans: the ids alone are a tenth of the work
    span = trace.get_tracer("parley").start_span(
        name, _PROPAGATOR.extract({"traceparent": traceparent or ""}), kind=SpanKind.CONSUMER
    )
    if not span.is_recording():
        return Hop(child_of(traceparent))
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(span))
    return Hop(carrier["traceparent"], span)


def child_of(traceparent: str | None) -> str:
    """The same trace with a span id of our own; a new trace where there is none that holds."""
    span = f"{random.getrandbits(64):016x}"
    if traceparent is None or not _VALID.fullmatch(traceparent):
        return f"00-{random.getrandbits(128):032x}-{span}-01"
    return f"{traceparent[:36]}{span}{traceparent[52:]}"
