"""What a person sees while artefacts are fetched: a bar, or plain lines where no one watches."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

STEP = 0.25  # a plain line for each quarter


@contextmanager
def progress(files: int, size: int, base: str) -> Iterator[Callable[[int], None]]:
    """Yields what is told of every piece; a piece thrown away is told as a negative one."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    title = f"Fetching {files} file{'s' * (files != 1)}, {size / 1e6:.0f} MB, from {base}"
    began = time.monotonic()
    with bar(console, title, size) if console.is_terminal else lines(console, title, size) as told:
        yield told
    console.print(f"Fetched {size / 1e6:.0f} MB in {time.monotonic() - began:.1f} s")


@contextmanager
def bar(console: Console, title: str, size: int) -> Iterator[Callable[[int], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    console.print(title)
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=size)
        yield lambda piece: shown.advance(task, piece)


@contextmanager
def lines(console: Console, title: str, size: int) -> Iterator[Callable[[int], None]]:
    guard, done, next_line = threading.Lock(), 0, STEP

    def told(piece: int) -> None:
        nonlocal done, next_line
        with guard:
            done += piece
            if done >= size * next_line and next_line < 1:
                console.print(f"  {done / 1e6:.0f} of {size / 1e6:.0f} MB")
                next_line = done // (size * STEP) * STEP + STEP

    console.print(title)
    yield told
