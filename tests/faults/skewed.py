"""Runs one of our programs with the machine's clock wrong, as far as its own code asks: seconds, then its arguments.

`python -m tests.faults.skewed 7200 scheduling serve`. Libraries below it still see the true time.
"""

import importlib
import runpy
import sys
import time
from datetime import datetime, timedelta, tzinfo
from types import SimpleNamespace

WALLS = {
    "relay": ("relay.relay", "relay.kafka"),
    "scheduling": ("scheduling.adapters.clock", "scheduling.adapters.outbox"),
    "feedback": ("feedback.adapters.clock", "feedback.adapters.outbox"),
    "notifications": ("notifications.adapters.clock", "notifications.adapters.outbox"),
}
"""By program: the modules that read the machine's clock."""


def main(seconds: float, *arguments: str) -> None:
    class Shifted:
        fromtimestamp = staticmethod(datetime.fromtimestamp)

        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime.now(zone) + timedelta(seconds=seconds)

    shifted = SimpleNamespace(
        time=lambda: time.time() + seconds,
        time_ns=lambda: time.time_ns() + int(seconds * 1e9),
        monotonic=time.monotonic,
    )
    for name in WALLS[arguments[0]]:
        module = importlib.import_module(name)
        for attribute, wrong in (("datetime", Shifted), ("time", shifted)):
            if hasattr(module, attribute):
                setattr(module, attribute, wrong)
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main(float(sys.argv[1]), *sys.argv[2:])
