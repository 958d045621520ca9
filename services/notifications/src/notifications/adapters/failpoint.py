"""Named places at which a test may end this process by SIGKILL; nothing happens unless one is armed.

`PARLEY_FAILPOINT=before_commit:3` ends it when it comes by `before_commit` for the third time. It is no
setting: an operator has no use for it.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Failpoint:
    name: str
    left: int

    @classmethod
    def armed(cls, environment: Mapping[str, str]) -> "Failpoint":
        name, _, times = environment.get("PARLEY_FAILPOINT", "").partition(":")
        return cls(name, int(times or 1))

    def reach(self, name: str) -> None:
        if name != self.name:
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


reach = Failpoint.armed(os.environ).reach
