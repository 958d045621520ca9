"""What goes wrong in a demo is said, and is not taken for a day on which all held."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from tests.demo.building import NINE

from parley_local.demo.browser import Browser, PageBroken
from parley_local.demo.calendars import entries_of
from parley_local.demo.clock import ConductedClock, quarter_after
from parley_local.demo.conductor import Conductor, NeverQuiet
from parley_local.demo.feed import Line
from parley_local.demo.mailbox import Mailbox
from parley_local.demo.people import NO_ANSWER, People
from parley_local.demo.play import said_in
from parley_local.demo.system import Program, ProgramFailed, System

FLOATING = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
METHOD:REQUEST
BEGIN:VEVENT
UID:a
SEQUENCE:1
DTSTAMP:20270301T090000Z
DTSTART:20270301T090000
DTEND:20270301T100000
END:VEVENT
END:VCALENDAR
"""


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Ready) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def program(folder: Path, *arguments: str, port: int = 1) -> Program:
    return Program("ours", list(arguments), {}, folder, port)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_is_not_asked_for_this_machine(
    port: int, tmp_path: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert program(tmp_path, port=port).ready()


def test_a_program_that_ends_by_itself_is_named_with_its_last_words(tmp_path: Path) -> None:
    dies = program(tmp_path, "no_such_program")
    dies.start()
    assert dies.process is not None
    assert dies.process.wait(seconds=20)

    with pytest.raises(ProgramFailed, match=r"(?s)ours has ended by itself.*no_such_program"):
        System({}, {}, "", {"ours": dies}).all_living()


async def test_a_broken_page_at_the_last_look_is_counted() -> None:
    people = People(Mailbox(lambda: NINE), {}, {}, seed=1)

    async def looks(trouble: Exception) -> str:
        raise trouble

    for one in (PageBroken(), httpx.TooManyRedirects(""), httpx.ConnectError("")):
        assert await people.counted(looks(one)) is None

    assert people.done[NO_ANSWER] == 3
    await people.close()


async def test_what_a_page_gives_away_beside_its_text_is_seen() -> None:
    people = People(Mailbox(lambda: NINE), {}, {}, seed=1)
    page = '<p title="zqbababa">Nothing to see.</p>'
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=page))
    seen = people.browser_of("x")._see

    await Browser.new(transport, seen).open("http://somewhere/page")

    assert [one.canary for one in people.canaries.sights] == ["zqbababa"]
    await people.close()


@pytest.mark.parametrize("value", ["", "not JSON", "[]", "null", "7"])
def test_what_is_no_event_of_ours_names_nobody(value: str) -> None:
    assert said_in(Line(NINE, "ats.people.v1", "x", (), value)) == {}


async def test_time_runs_on_for_the_visitor_where_something_stays_undone(tmp_path: Path) -> None:
    async def soon() -> Any:
        return NINE

    async def busy(*_: object) -> str:
        return "something waits"

    clock = ConductedClock(tmp_path / "clock.json")
    clock.set(quarter_after(NINE), rate=1)
    people = SimpleNamespace(next_at=lambda: None, due=lambda _: False, read_mail=lambda _: None)
    conductor = Conductor(
        clock,
        cast("Any", SimpleNamespace(next_at=soon, busy=busy)),
        cast("Any", people),
        cast("Any", None),
        "",
        [],
        lambda: None,
        patience=0,
    )

    with pytest.raises(NeverQuiet):
        await conductor.step()

    assert json.loads(clock.path.read_text())["rate"] == 1


def test_a_calendars_time_without_a_zone_is_none() -> None:
    with pytest.raises(ValueError, match="names no zone"):
        entries_of(FLOATING)
    assert entries_of(FLOATING.replace("00\nDTEND", "00Z\nDTEND").replace("T100000", "T100000Z"))
