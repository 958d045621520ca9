"""Brings artefacts into the cache: in parallel, checked, and never half."""

import fcntl
import hashlib
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from parley_local.artefacts import Artefact
from parley_local.config import Config
from parley_local.errors import ArtefactCorrupt, ArtefactsUnreachable, CacheUnwritable, NoWayOut
from parley_local.progress import progress
from parley_local.side_by_side import side_by_side

AT_ONCE = 8
ATTEMPTS = 3
PART = ".part"
PAUSE_SECONDS = 0.5
TIMEOUT = httpx.Timeout(20, connect=8)


def fetch(wanted: Sequence[Artefact], config: Config) -> list[Path]:
    """Every wanted file, in order, as the lock names it; only what is missing is downloaded."""
    folder = config.cache / "artefacts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if missing_of(wanted, folder):
            with one_at_a_time(folder):
                download_all(missing_of(wanted, folder), folder, config.artefacts_url)
    except OSError as error:
        raise CacheUnwritable(folder, error) from error
    return [folder / artefact.path for artefact in wanted]


def missing_of(wanted: Sequence[Artefact], folder: Path) -> list[Artefact]:
    return [artefact for artefact in wanted if not is_whole(artefact, folder / artefact.path)]


def is_whole(artefact: Artefact, file: Path) -> bool:
    if not file.is_file() or file.stat().st_size != artefact.size:
        return False
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == artefact.sha256


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """A second process waits for the first instead of downloading the same; the lock dies with it.

    Where the file system knows no locks both download, and the last rename wins: slower, not wrong.
    """
    with (folder / ".fetching").open("wb") as lock:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
            for left in folder.rglob(f"*{PART}"):
                left.unlink(missing_ok=True)  # by a process that was killed
        yield


def download_all(artefacts: Sequence[Artefact], folder: Path, base: str) -> None:
    if not artefacts:
        return
    with (
        progress(len(artefacts), sum(artefact.size for artefact in artefacts), base) as report,
        client_of_this_machine() as client,
    ):
        downloads = Downloads(folder, base, client, report, deque(artefacts))
        try:
            side_by_side(*[downloads.work] * AT_ONCE)
        finally:
            downloads.waiting.clear()


def client_of_this_machine() -> httpx.Client:
    try:
        return httpx.Client(timeout=TIMEOUT, follow_redirects=True)
    except (OSError, ImportError, ValueError) as error:
        raise NoWayOut(error) from error


@dataclass(frozen=True, slots=True)
class Downloads:
    folder: Path
    base: str
    client: httpx.Client
    report: Callable[[int], None]
    waiting: deque[Artefact]

    def work(self) -> None:
        """One of several that take from the same queue; the first failure empties it."""
        while (artefact := self.take()) is not None:
            try:
                self.bring(artefact)
            except BaseException:
                self.waiting.clear()
                raise

    def take(self) -> Artefact | None:
        with suppress(IndexError):
            return self.waiting.popleft()
        return None

    def bring(self, artefact: Artefact) -> None:
        url, target = f"{self.base}/{artefact.path}", self.folder / artefact.path
        target.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self.bring_once(artefact, url, target)
            except httpx.HTTPError as error:
                if attempt == ATTEMPTS or not worth_another(error):
                    raise ArtefactsUnreachable(url, describe(error)) from error
                time.sleep(PAUSE_SECONDS * attempt)
            except httpx.InvalidURL as error:
                raise ArtefactsUnreachable(url, str(error)) from error
            else:
                return

    def bring_once(self, artefact: Artefact, url: str, target: Path) -> None:
        """Written beside the target, and renamed to it when it is what it must be."""
        descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=PART)
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                self.stream(artefact, url, file)
            part.chmod(0o644)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def stream(self, artefact: Artefact, url: str, file: BinaryIO) -> None:
        """What arrived is counted off again when it turns out to be worth nothing."""
        digest, got = hashlib.sha256(), 0
        try:
            with self.client.stream("GET", url) as answer:
                answer.raise_for_status()
                for chunk in answer.iter_raw():
                    got += len(chunk)
                    self.report(len(chunk))
                    if got > artefact.size:
                        break
                    digest.update(chunk)
                    file.write(chunk)
            check(artefact, url, got=got, digest=digest.hexdigest())
        except BaseException:
            self.report(-got)
            raise


def worth_another(error: httpx.HTTPError) -> bool:
    """A server that says no says so again; a line may recover."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
    return isinstance(error, httpx.TransportError)


def describe(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"the server answered {error.response.status_code}"
    return str(error) or type(error).__name__


def check(artefact: Artefact, url: str, *, got: int, digest: str) -> None:
    if got != artefact.size:
        found = f"{got} bytes" if got < artefact.size else "more"
        raise ArtefactCorrupt(url, expected=f"{artefact.size} bytes", found=found)
    if digest != artefact.sha256:
        raise ArtefactCorrupt(url, expected=f"SHA-256 {artefact.sha256}", found=f"SHA-256 {digest}")
