"""Unpacks PostgreSQL, once, where the user that runs it can reach it."""

import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from parley_local import artefacts
from parley_local.account import Account, open_folder, reachable
from parley_local.artefacts import Artefact
from parley_local.config import Config
from parley_local.errors import CacheUnwritable
from parley_local.fetch import fetch


def postgres_binaries(config: Config, account: Account | None) -> Path:
    """The folder that holds `bin`, `lib` and `share`; fetched and unpacked the first time."""
    artefact = artefacts.postgres(artefacts.this_platform(), config.postgres)
    name = f"postgresql-{artefact.version}-{artefact.platform}-{artefact.sha256[:12]}"
    places = [place / name for place in places_for(config, account)]
    for unpacked in places:
        if unpacked.is_dir() and ours(unpacked):
            return unpacked
    return unpack(artefact, config, places)


def places_for(config: Config, account: Account | None) -> Iterator[Path]:
    """The cache; for another user than us only where nobody's home folder bars the way."""
    if account is None or reachable(config.cache):
        yield config.cache / "unpacked"
    if account is not None:
        yield Path("/var/cache/parley")
        yield Path(tempfile.gettempdir()) / "parley-cache-of-root"


def ours(folder: Path) -> bool:
    """Programs are run from it: one that another user laid there is not touched."""
    return folder.stat().st_uid == os.geteuid() and folder.parent.stat().st_uid == os.geteuid()


def unpack(artefact: Artefact, config: Config, places: list[Path]) -> Path:
    (jar,) = fetch([artefact], config)
    problem = OSError("no folder to unpack to")
    for target in places:
        try:
            return unpack_to(target, jar)
        except OSError as error:
            problem = error
    raise CacheUnwritable(places[0].parent, problem)


def unpack_to(target: Path, jar: Path) -> Path:
    """Complete under another name first; two that do it at once leave one result."""
    open_folder(target.parent)
    if not ours(target.parent):
        raise PermissionError(f"{target.parent} belongs to another user")
    part = Path(tempfile.mkdtemp(dir=target.parent, prefix=".unpacking-"))
    try:
        extract(jar, part)
        part.rename(target)
    except OSError:
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def extract(jar: Path, folder: Path) -> None:
    """The archive is trusted as it is: its checksum has been verified."""
    with zipfile.ZipFile(jar) as outer:
        (packed,) = (name for name in outer.namelist() if name.endswith(".txz"))
        with outer.open(packed) as content, tarfile.open(fileobj=content, mode="r:xz") as archive:
            archive.extraction_filter = as_it_is  # unknown to 3.11.2, where it is the only way
            archive.extractall(folder)  # noqa: S202 - see above
    for inner in (folder, *folder.rglob("*")):
        if inner.is_dir() and not inner.is_symlink():
            inner.chmod(0o755)  # those that the archive does not list were made by our umask


def as_it_is(member: tarfile.TarInfo, _: str) -> tarfile.TarInfo:
    return member
