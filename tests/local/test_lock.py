"""The lock names every file once, as Maven lays them out, for each platform."""

import platform
import re
from pathlib import Path

import pytest

from parley_local import artefacts, lock
from parley_local.errors import PlatformUnsupported

GLIBC, MUSL = ("glibc", "2.36"), ("", "")


def test_kafka_and_every_platform_are_locked() -> None:
    platforms = {artefact.platform for artefact in artefacts.locked()}

    assert platforms == {artefacts.ANY, *lock.PLATFORMS}
    assert lock.KAFKA in {artefact.coordinates for artefact in artefacts.kafka()}
    assert artefacts.postgres("linux-amd64").version == "18.4.0"
    assert artefacts.postgres("linux-amd64", "16").version == "16.15.0"


def test_every_path_follows_from_its_coordinates() -> None:
    for artefact in artefacts.locked():
        group, name, version = artefact.coordinates.split(":")
        assert artefact.path == f"{group.replace('.', '/')}/{name}/{version}/{name}-{version}.jar"


def test_every_entry_can_be_checked_and_none_is_there_twice() -> None:
    locked = artefacts.locked()

    assert all(re.fullmatch("[0-9a-f]{64}", artefact.sha256) for artefact in locked)
    assert all(artefact.size > 0 for artefact in locked)
    assert len({artefact.path for artefact in locked}) == len(locked)


def test_only_what_was_run_is_called_tested() -> None:
    untested = {artefact.platform for artefact in artefacts.locked() if not artefact.tested}

    assert untested == {name for name, tested in lock.PLATFORMS.items() if not tested}


@pytest.mark.parametrize(
    ("system", "architecture", "libc", "expected"),
    [
        ("Linux", "x86_64", GLIBC, "linux-amd64"),
        ("Linux", "aarch64", GLIBC, "linux-arm64v8"),
        ("Darwin", "arm64", MUSL, "darwin-arm64v8"),
        ("Darwin", "x86_64", MUSL, "darwin-amd64"),
        ("Linux", "x86_64", MUSL, "linux-musl-amd64"),
        ("Linux", "riscv64", GLIBC, "linux-riscv64"),
    ],
)
def test_platform_is_named_as_the_lock_does(
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    architecture: str,
    libc: tuple[str, str],
    expected: str,
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: architecture)
    monkeypatch.setattr(platform, "libc_ver", lambda: libc)

    assert artefacts.this_platform() == expected


def test_platform_without_postgres_says_what_to_do() -> None:
    with pytest.raises(PlatformUnsupported, match="PARLEY_TEST_POSTGRES"):
        artefacts.postgres("linux-musl-amd64")


def test_line_of_maven_is_read() -> None:
    line = "g.h:name:jar:1.2:runtime:/r/g/h/name/1.2/name-1.2.jar -- module some.name (auto)"

    assert lock.read_line(line) == ("g.h:name:1.2", Path("/r/g/h/name/1.2/name-1.2.jar"))


def test_entry_is_written_as_it_is_read(tmp_path: Path) -> None:
    jar = tmp_path / "g" / "name" / "1" / "name-1.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"content")

    entry = lock.describe("g:name:1", jar, tmp_path)

    assert 'path = "g/name/1/name-1.jar"' in entry
    assert "size = 7" in entry
    assert 'platform = "any"' in entry
