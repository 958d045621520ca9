"""What an operator types: each command as a process of its own."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.notifications.events import NOW

from notifications.adapters.links import Links
from notifications.adapters.migrate import migrate, migrations


async def typed(dsn: str, *arguments: str) -> str:
    settings = {"NOTIFICATIONS_DATABASE_URL": dsn, "NOTIFICATIONS_KAFKA_BOOTSTRAP": "127.0.0.1:1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "notifications",
        *arguments,
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await process.communicate()
    assert process.returncode == 0
    return answer.decode()


async def test_mail_is_paused_and_goes_on(database: str) -> None:
    await migrate(database, migrations("notifications"), applied_at=NOW)

    await typed(database, "pause", "--reason", "too many")
    paused: dict[str, Any] = json.loads(await typed(database, "status", "--json"))["mail"]
    in_words = await typed(database, "status")
    resumed: dict[str, Any] = json.loads(await typed(database, "resume"))["mail"]

    assert (paused["reason"], paused["deliveries_due"]) == ("too many", 0)
    assert "! no mail goes out until `resume`" in in_words.splitlines()
    assert (resumed["reason"], resumed["paused_at"]) == (None, None)


async def test_keys_are_made_without_any_other_setting(tmp_path: Path) -> None:
    where = ("--private", str(tmp_path / "private.json"), "--public", str(tmp_path / "public.json"))

    said = await typed("", "keys", "make", *where)

    kept = json.loads((tmp_path / "public.json").read_text())["keys"]
    assert kept[0]["kid"] in said
    assert "d" not in kept[0]
    assert Links(tmp_path / "public.json").claims("none.of.ours") is None
