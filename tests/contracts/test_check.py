"""`parley-contracts`, as an upstream's developer uses it."""

import io
import json
import sys
from pathlib import Path

import pytest

from parley_contracts import samples
from parley_contracts.__main__ import main
from parley_contracts.topics import TOPIC_OF_TYPE, TOPICS

PERSON = samples.of_type("ats.person.upserted.v1")[0]


def lines(*events: object) -> bytes:
    return b"\n".join(json.dumps(one, ensure_ascii=False).encode() for one in events) + b"\n"


@pytest.mark.parametrize("ce_type", sorted(TOPIC_OF_TYPE))
def test_every_sample_is_accepted(
    ce_type: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["sample", ce_type]) == 0
    printed = capfdbinary.readouterr().out
    file = tmp_path / "events.jsonl"
    file.write_bytes(printed)

    status = main(["check", str(file), "--topic", TOPIC_OF_TYPE[ce_type].name])

    told = capfdbinary.readouterr().out.decode()
    count = len(printed.splitlines())
    assert status == 0
    assert told.endswith(f"{count} accepted, 0 refused\n")


def test_each_bad_line_comes_back_with_its_field_and_reason(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(
        lines(
            PERSON,
            PERSON | {"id": "2", "data": PERSON["data"] | {"zone": "Mars/Olympus"}},  # type: ignore[operator]  # a sample's data is an object
            PERSON | {"type": "ats.person.adored.v1"},
            PERSON | {"subject": None},
            PERSON | {"time": "2027-03-09T00:00:00Z"},
        )
        + b"\n{not json\n"
    )

    status = main(["check", str(file), "--topic", "ats.people.v1"])

    told = capfdbinary.readouterr().out.decode().splitlines()
    assert status == 1
    assert told == [
        "1: accepted: ats.person.upserted.v1 greenhouse:265772",
        "2: refused: data.zone: Input should be an IANA time zone, as Europe/Berlin is",
        "3: refused: type: is not one of ats.people.v1, and would be skipped",
        "4: refused: key: should be an id",
        "5: refused: id: was used before, with other content",
        "7: refused: value: is not JSON: key must be a string at line 1 column 2",
        "1 accepted, 5 refused",
    ]


def test_standard_input_is_read(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(PERSON))))

    assert main(["check", "-", "--topic", "ats.people.v1"]) == 0
    assert capfdbinary.readouterr().out.endswith(b"1 accepted, 0 refused\n")


def test_what_cannot_be_done_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["check", str(tmp_path / "none.jsonl"), "--topic", "ats.people.v1"]) == 2
    assert "none.jsonl cannot be read: No such file or directory" in capsys.readouterr().err
    assert main(["sample", "ats.person.adored.v1"]) == 2
    assert "`parley-contracts topics` lists them" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["check", "-", "--topic", "people"])
    assert "ats.people.v1" in capsys.readouterr().err


def test_topics_are_listed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["topics"]) == 0

    told = capfdbinary.readouterr().out.decode()
    assert all(name in told for name in (*TOPICS, *TOPIC_OF_TYPE))
