"""The whole system plays a small day while its own programs are killed, and every invariant holds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 20
HAPPENED = (
    "booked",
    "moved",
    "cancelled",
    "sessions ended",
    "no-shows",
    "scorecards",
    "records refused",
)
"""What the story has to have, so that the kills meet all of it."""


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.timeout(600)
def test_a_day_with_twenty_kills_breaks_nothing(tmp_path: Path) -> None:
    told = tmp_path / "day.json"
    asked = ["--once", "--applications", "8", "--kills", str(KILLS), "--report", str(told)]

    played = subprocess.run(
        [sys.executable, "-m", "parley_local", "demo", *asked],
        capture_output=True,
        text=True,
        check=False,
    )

    assert played.returncode == 0, played.stdout[-4000:] + played.stderr[-4000:]
    report = json.loads(told.read_text())
    assert report["violations"] == []
    assert sum(report["kills"].values()) == KILLS
    assert report["event_to_mail"]["mails"] > 0
    assert min(report["company"][one] for one in HAPPENED) > 0
