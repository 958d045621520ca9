"""A Maven repository on the loopback that can be told to misbehave."""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from parley_local.artefacts import Artefact


@dataclass
class Mirror:
    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    failing: Counter[str] = field(default_factory=Counter)  # how many times it answers 503
    cut_off: set[str] = field(default_factory=set)  # the line breaks half-way
    open_gate: threading.Event = field(default_factory=threading.Event)  # closed: half, then wait
    half_sent: threading.Event = field(default_factory=threading.Event)

    def holds(self, name: str, content: bytes) -> Artefact:
        path = f"group/{name}/1/{name}-1.jar"
        self.files[path] = content
        return Artefact(
            coordinates=f"group:{name}:1",
            path=path,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            platform="any",
            tested=True,
        )


@contextmanager
def running_mirror() -> Iterator[Mirror]:
    mirror = Mirror()
    mirror.open_gate.set()
    guard = threading.Lock()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            with guard:
                mirror.asked[path] += 1
                busy = mirror.failing[path] > 0
                mirror.failing[path] -= busy
            if busy or path not in mirror.files:
                self.send_error(503 if busy else 404)
                return
            content = mirror.files[path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            mirror.half_sent.set()
            mirror.open_gate.wait(30)
            if path not in mirror.cut_off:
                self.wfile.write(content[len(content) // 2 :])

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return  # the one who asked has gone

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        mirror.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield mirror
        mirror.open_gate.set()
        server.shutdown()
        thread.join()
