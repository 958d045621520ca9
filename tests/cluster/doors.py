"""Which pods could have answered a page at any moment, as the API server told it."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.cluster.installation import ready
from tests.manifests.rendering import Manifest

MARGIN_SECONDS = 3.0
"""Between a pod's end and the moment at which the API server has told everybody."""


@dataclass
class Doors:
    """By what a pod is for, the moments at which the number of those that are ready changed."""

    changes: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    _ready: dict[str, set[str]] = field(default_factory=dict)

    def tell(self, event: str, pod: Manifest, at: float) -> None:
        meta = pod["metadata"]
        labels = meta["labels"]
        kind = labels.get("app.kubernetes.io/name", "")
        if role := labels.get("app.kubernetes.io/component"):
            kind = f"{kind}-{role}"
        own = self._ready.setdefault(kind, set())
        going = event == "DELETED" or "deletionTimestamp" in meta
        if ready(pod) and not going:
            own.add(meta["uid"])
        else:
            own.discard(meta["uid"])
        self.changes.setdefault(kind, []).append((at, len(own)))

    def fewest(self, kind: str, at: float) -> int:
        """That were ready around this moment."""
        known = self.changes.get(kind, [])
        before = [count for when, count in known if when <= at - MARGIN_SECONDS]
        around = [count for when, count in known if abs(when - at) < MARGIN_SECONDS]
        return min([*before[-1:], *around], default=0)


@contextmanager
def watched(namespace: str) -> Iterator[Doors]:
    doors = Doors()
    words = ["kubectl", "-n", namespace, "get", "pods", "--watch", "--output-watch-events"]
    with subprocess.Popen(
        [*words, "--output", "json"], stdout=subprocess.PIPE, text=True
    ) as watching:

        def read() -> None:
            assert watching.stdout is not None
            for event, pod in documents(watching.stdout):
                doors.tell(event, pod, time.time())

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            yield doors
        finally:
            watching.terminate()
            reader.join(5)


def documents(lines: Iterator[str]) -> Iterator[tuple[str, Manifest]]:
    """Each is printed over many lines, and ends with a brace at their beginning."""
    text = ""
    for line in lines:
        text += line
        if line.rstrip("\n") == "}":
            event = json.loads(text)
            yield event["type"], event["object"]
            text = ""
