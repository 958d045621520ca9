"""Ends our own programs by kill -9 while the day runs, and starts them again, as a cluster would."""

import random
import signal
from collections import Counter
from dataclasses import dataclass, field

from parley_local.demo.system import System


@dataclass
class Kills:
    """`wanted` kills, spread over the day by chance; what is dead is started at the next look."""

    system: System
    wanted: int
    chance: random.Random
    every: int = 3
    """One jump in so many is met by a kill, as long as some are left."""
    done: Counter[str] = field(default_factory=Counter)

    def strike(self) -> None:
        """Called when time has moved and records are on their way: that is when it hurts."""
        if self.done.total() >= self.wanted or self.chance.randrange(self.every):
            return
        living = [one for one in self.system.programs.values() if one.alive and one.ready()]
        if not living:
            return
        program = self.chance.choice(living)
        if program.process is not None:
            program.process.send(signal.SIGKILL)
            self.done[program.name] += 1

    def revive(self) -> None:
        self.system.revive()
