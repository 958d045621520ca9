"""What is seen while the day is played: one line that lives, or plain lines where nobody watches."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from parley_local.demo.mailbox import Mailbox
from parley_local.demo.people import People

EVERY_SECONDS = 0.25
PLAIN_EVERY_SECONDS = 5.0


@dataclass
class Progress:
    console: Console
    starts_at: datetime
    lasts: timedelta
    mailbox: Mailbox
    people: People
    _live: Live | None = field(default=None, init=False)
    _shown_at: float = field(default=0.0, init=False)
    _began: float = field(default_factory=time.monotonic, init=False)

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._live = Live(console=self.console, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, now: datetime) -> None:
        wait = PLAIN_EVERY_SECONDS if self._live is None else EVERY_SECONDS
        if time.monotonic() - self._shown_at < wait:
            return
        self._shown_at = time.monotonic()
        if self._live is None:
            self.console.print(self._line(now), highlight=False, soft_wrap=True)
        else:
            self._live.update(self._table(now))

    def _line(self, now: datetime) -> str:
        done = self.people.done
        return (
            f"{now:%a %d %b %H:%M} UTC · {len(self.mailbox.mails)} mails · "
            f"{done['booked a time']} booked · {done['wrote a scorecard']} scorecards · "
            f"{done['wrote a review']} reviews · {time.monotonic() - self._began:.0f} s"
        )

    def _table(self, now: datetime) -> Table:
        share = min(1.0, max(0.0, (now - self.starts_at) / self.lasts))
        bar = "█" * round(share * 30) + "░" * (30 - round(share * 30))
        table = Table.grid(padding=(0, 2))
        table.add_row(f"[bold]{now:%A %d %B, %H:%M} UTC", bar)
        for what, count in sorted(self.people.done.items()):
            if ": looked" not in what:
                table.add_row(what, str(count))
        table.add_row("mails", str(len(self.mailbox.mails)))
        return table
