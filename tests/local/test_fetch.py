"""Artefacts arrive whole or not at all, and every trouble says what to do."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.support.mirror import Mirror, running_mirror

from parley_local import fetch as fetching
from parley_local.artefacts import Artefact
from parley_local.config import Config
from parley_local.errors import ArtefactCorrupt, ArtefactsUnreachable, CacheUnwritable, NoWayOut
from parley_local.fetch import fetch
from parley_local.ports import free_ports
from parley_local.waiting import until

FETCH_ONE = """
import sys
from pathlib import Path
from parley_local.artefacts import Artefact
from parley_local.config import Config
from parley_local.fetch import fetch
url, cache, path, size, sha256 = sys.argv[1:]
fetch([Artefact("group:name:1", path, int(size), sha256, "any", True)], Config(url, Path(cache)))
"""


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setattr(fetching, "PAUSE_SECONDS", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running_mirror() as mirror:
        yield mirror


@pytest.fixture
def config(mirror: Mirror, tmp_path: Path) -> Config:
    return Config(mirror.url, tmp_path / "cache")


def halves_left(config: Config) -> list[Path]:
    return list(config.cache.rglob("*.part"))


def fetch_elsewhere(artefact: Artefact, config: Config) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", FETCH_ONE, config.artefacts_url, str(config.cache)]
    return subprocess.Popen([*command, artefact.path, str(artefact.size), artefact.sha256])


def test_files_arrive_in_the_order_wanted(mirror: Mirror, config: Config) -> None:
    wanted = [mirror.holds(f"jar{number}", b"x" * number * 1000) for number in range(1, 20)]

    files = fetch(wanted, config)

    assert [file.stat().st_size for file in files] == [artefact.size for artefact in wanted]
    assert halves_left(config) == []


def test_what_is_there_is_not_asked_for_again(mirror: Mirror, config: Config) -> None:
    artefact = mirror.holds("jar", b"content")
    fetch([artefact], config)

    fetch([artefact], config)

    assert mirror.asked[artefact.path] == 1


def test_damaged_file_in_the_cache_is_replaced(mirror: Mirror, config: Config) -> None:
    artefact = mirror.holds("jar", b"content")
    (file,) = fetch([artefact], config)
    file.write_bytes(b"c0ntent")

    fetch([artefact], config)

    assert file.read_bytes() == b"content"


@pytest.mark.parametrize("content", [b"another", b"cont", b"content and more"])
def test_other_content_is_refused_and_thrown_away(
    mirror: Mirror, config: Config, content: bytes
) -> None:
    artefact = mirror.holds("jar", b"content")
    mirror.files[artefact.path] = content

    with pytest.raises(ArtefactCorrupt, match="another mirror"):
        fetch([artefact], config)

    assert [file for file in config.cache.rglob("*.jar") if file.is_file()] == []
    assert halves_left(config) == []


def test_line_that_breaks_is_tried_again_and_then_reported(mirror: Mirror, config: Config) -> None:
    artefact = mirror.holds("jar", b"content")
    mirror.cut_off.add(artefact.path)

    with pytest.raises(ArtefactsUnreachable, match="PARLEY_CACHE"):
        fetch([artefact], config)

    assert mirror.asked[artefact.path] == fetching.ATTEMPTS
    assert halves_left(config) == []


def test_busy_server_is_asked_again(mirror: Mirror, config: Config) -> None:
    artefact = mirror.holds("jar", b"content")
    mirror.failing[artefact.path] = 2

    (file,) = fetch([artefact], config)

    assert file.read_bytes() == b"content"


def test_missing_file_is_asked_for_once(mirror: Mirror, config: Config) -> None:
    artefact = mirror.holds("jar", b"content")
    mirror.files.clear()

    with pytest.raises(ArtefactsUnreachable, match="answered 404"):
        fetch([artefact], config)

    assert mirror.asked[artefact.path] == 1


def test_no_network_says_what_to_do(mirror: Mirror, tmp_path: Path) -> None:
    artefact = mirror.holds("jar", b"content")
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"

    with pytest.raises(ArtefactsUnreachable, match="PARLEY_ARTEFACTS_URL"):
        fetch([artefact], Config(nobody, tmp_path))


def test_cache_that_cannot_be_written_says_what_to_do(mirror: Mirror, tmp_path: Path) -> None:
    artefact = mirror.holds("jar", b"content")
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(CacheUnwritable, match="PARLEY_CACHE"):
        fetch([artefact], Config(mirror.url, tmp_path / "file" / "cache"))


def test_a_cache_that_somebody_else_laid_there_is_told_of_in_words(tmp_path: Path) -> None:
    trouble = CacheUnwritable(tmp_path, PermissionError("it belongs to another user"))

    assert "(it belongs to another user)" in str(trouble)


@pytest.mark.parametrize(
    ("variable", "value"), [("SSL_CERT_FILE", "/nowhere"), ("ALL_PROXY", "nonsense://127.0.0.1:1")]
)
def test_a_setting_that_lets_nothing_out_is_named(
    mirror: Mirror, config: Config, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(NoWayOut, match=variable):
        fetch([mirror.holds("a", b"a")], config)


def test_processes_that_fetch_at_once_download_once(mirror: Mirror, config: Config) -> None:
    artefact = mirror.holds("jar", b"content" * 10_000)
    mirror.open_gate.clear()

    processes = [fetch_elsewhere(artefact, config) for _ in range(3)]
    assert mirror.half_sent.wait(30)
    mirror.open_gate.set()

    assert [process.wait(30) for process in processes] == [0, 0, 0]
    assert mirror.asked[artefact.path] == 1


def test_killed_fetch_leaves_the_way_free(mirror: Mirror, config: Config) -> None:
    artefact = mirror.holds("jar", b"content" * 10_000)
    mirror.open_gate.clear()
    process = fetch_elsewhere(artefact, config)
    assert until(lambda: halves_left(config) != [], seconds=30)

    process.kill()
    process.wait()
    mirror.open_gate.set()
    (file,) = fetch([artefact], config)

    assert file.stat().st_size == artefact.size
    assert halves_left(config) == []


def test_threads_of_one_process_share_a_cache(mirror: Mirror, config: Config) -> None:
    wanted = [mirror.holds(f"jar{number}", os.urandom(50_000)) for number in range(6)]
    together = threading.Barrier(4)

    def fetch_all() -> list[Path]:
        together.wait()
        return fetch(wanted, config)

    with ThreadPoolExecutor(4) as pool:
        results = [task.result() for task in [pool.submit(fetch_all) for _ in range(4)]]

    assert all(result == results[0] for result in results)
    assert sum(mirror.asked.values()) == len(wanted)


def test_command_without_network_ends_with_a_sentence(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "NO_PROXY": "127.0.0.1",
        "PARLEY_CACHE": str(tmp_path),
        "PARLEY_ARTEFACTS_URL": f"http://127.0.0.1:{free_ports(1)[0]}",
    }

    ended = subprocess.run(
        [sys.executable, "-m", "parley_local", "fetch"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert "PARLEY_ARTEFACTS_URL" in ended.stderr
    assert "Traceback" not in ended.stderr
