"""What an operator types: each command as a process of its own."""

import json
from pathlib import Path
from typing import Any

from tests.notifications.events import NOW
from tests.support.typed import run

from notifications.adapters.links import Links
from notifications.adapters.migrate import migrate, migrations


async def typed(dsn: str, *arguments: str, status: int = 0) -> str:
    done = await run("notifications", dsn, *arguments)
    assert done.status == status
    return done.error if status else done.out


async def test_mail_is_paused_and_goes_on(database: str) -> None:
    await migrate(database, migrations("notifications"), applied_at=NOW)

    await typed(database, "pause", "--reason", "too many")
    paused: dict[str, Any] = json.loads(await typed(database, "status", "--json"))["mail"]
    in_words = await typed(database, "status")
    resumed: dict[str, Any] = json.loads(await typed(database, "resume"))["mail"]

    assert (paused["reason"], paused["deliveries_due"]) == ("too many", 0)
    assert "! no mail goes out until `resume`" in in_words.splitlines()
    assert (resumed["reason"], resumed["paused_at"]) == (None, None)


async def test_keys_are_turned_over_without_any_other_setting(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.json" for name in ("private", "public")}
    private, public = ([f"--{name}", str(file)] for name, file in files.items())

    first = await typed("", "keys", "add", *private, *public)
    second = await typed("", "keys", "add", *private, *public)
    printed = json.loads(await typed("", "keys", "public", *private))
    refused = await typed("", "keys", "use", *private, status=1)
    listed = await typed("", "keys", "list", *private)

    kept = json.loads(files["public"].read_text())
    one, other = [key["kid"] for key in kept["keys"]]
    assert first == f"{one} is the first key, and signs from now on.\n"
    assert second.startswith(f"{other} verifies, and signs nothing yet")
    assert printed == kept
    assert not any("d" in key or "parley" in key for key in kept["keys"])
    assert f"{other} is not shown yet" in refused
    assert listed.splitlines()[1] == f"{other} verifies, and signs nothing yet"
    assert Links(files["public"]).claims("none.of.ours") is None
    gone = await typed("", "keys", "retire", other, *private, *public)
    assert gone == f"{other} verifies no link any more.\n"
    assert [key["kid"] for key in json.loads(files["public"].read_text())["keys"]] == [one]


async def test_the_next_key_signs_once_every_process_shows_it(tmp_path: Path) -> None:
    private, public = ([f"--{one}", str(tmp_path / f"{one}.json")] for one in ("private", "public"))
    for _ in range(2):
        await typed("", "keys", "add", *private, *public)
    one, other = [key["kid"] for key in json.loads((tmp_path / "public.json").read_text())["keys"]]
    scrapes = {name: tmp_path / f"{name}.txt" for name in ("scheduling", "feedback", "late")}
    scrapes |= {"notifications": tmp_path / "notifications.txt"}
    for name, file in scrapes.items():
        service = "feedback" if name == "late" else name
        file.write_text(scrape(service, one) if name == "late" else scrape(service, one, other))
    shown = ["--shown", *map(str, scrapes.values())]

    early = await typed("", "keys", "use", *private, *shown, status=1)
    missing = await typed("", "keys", "use", *private, *shown[:3], status=1)
    signing = await typed("", "keys", "retire", one, *private, *public, status=1)
    scrapes["late"].write_text(scrape("feedback", one, other))
    used = await typed("", "keys", "use", *private, *shown)
    again = await typed("", "keys", "use", *private)
    young = await typed("", "keys", "retire", one, *private, *public, status=1)

    assert early.startswith(f"{other} is not shown yet: ")
    assert missing == "nothing was shown by notifications: scrape every process\n"
    assert signing == f"{one} is in use: let another one sign first\n"
    assert f"{one} verifies, and may be retired from " in used
    assert f"{other} signs since " in again
    assert young.startswith(f"links that {one} signed may live until ")
    assert (tmp_path / "private.json").stat().st_mode & 0o777 == 0o600


def scrape(service: str, *kids: str) -> str:
    loaded = "".join(f'parley_link_key_loaded{{kid="{kid}"}} 1\n' for kid in kids)
    return f'parley_build_info{{service="{service}",version="1"}} 1\n{loaded}'
