"""Spans go to a collector where one is named, and nowhere else; trace ids travel in any case."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.conformance.tally import Plumbing

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ONE_HOP = """
import sys
from importlib import import_module
from opentelemetry import trace
service, traceparent = sys.argv[1:]
traces = import_module(f"{service}.adapters.traces")
traces.export_spans(service)
hop = traces.hop("take in", traceparent)
hop.end()
provider = trace.get_tracer_provider()
getattr(provider, "shutdown", lambda: None)()
print(hop.traceparent)
"""


@dataclass
class Collector:
    """What an OpenTelemetry collector is to its clients: OTLP over HTTP."""

    port: int = 0
    received: list[ExportTraceServiceRequest] = field(default_factory=list)


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def one_hop(plumbing: Plumbing, **environment: str) -> str:
    """The `traceparent` that a record's effects carry, taken in by a process of its own."""
    arguments = [plumbing.service, f"00-{TRACE}-00f067aa0ba902b7-01"]
    done = subprocess.run(
        [sys.executable, "-c", ONE_HOP, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    return done.stdout.strip()


def test_spans_reach_the_collector_in_the_records_own_trace(
    plumbing: Plumbing, collector: Collector
) -> None:
    endpoint = f"http://127.0.0.1:{collector.port}"
    traceparent = one_hop(plumbing, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
    (request,) = collector.received
    (of_service,) = request.resource_spans
    names = {one.key: one.value.string_value for one in of_service.resource.attributes}
    (span,) = of_service.scope_spans[0].spans
    assert names["service.name"] == plumbing.service
    assert span.trace_id.hex() == TRACE
    assert traceparent == f"00-{TRACE}-{span.span_id.hex()}-01"


def test_without_a_collector_the_trace_travels_all_the_same(
    plumbing: Plumbing, collector: Collector
) -> None:
    traceparent = one_hop(plumbing, OTEL_EXPORTER_OTLP_ENDPOINT="")
    assert traceparent.split("-")[1] == TRACE
    assert not collector.received
