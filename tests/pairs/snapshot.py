"""What a service holds in the end, without what may differ from one order to another, each for its reason."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.pairs.stands import KEPT, TABLES, Stand

COUNTERS = frozenset({"version", "revision"})
"""`version` is the lock of a row; `revision` counts what was published of an aggregate: how often something
changed on the way depends on the order, and says nothing about where it ended."""
PLUMBING = frozenset({"inbox", "outbox", "published", "timer", "dead_letter"})
"""Tables of which something else than all columns of all rows is looked at."""
OWN_WORD = "parley.round."
"""Begins the key of a word that a round of feedback's own has said; its end is that round's `revision`."""
HEARD_ONE_BY_ONE = frozenset({"told", "news", "noted"})
"""Lists in the order in which things were heard: the same things, whichever was heard first."""
INBOX = "select source, id from inbox"
TIMERS = "select kind, aggregate_id, due_at from timer where parked_at is null"
PARKED = "select kind, aggregate_id, parked_reason from timer where parked_at is not null"
LETTERS = 'select topic, partition, "offset", reason from dead_letter'
OUTBOX = "select aggregatetype, aggregateid, payload from outbox order by seq"

State = dict[str, Any]


async def snapshot(stand: Stand) -> State:
    """Every aggregate; which records were taken in; what is due; what was published last of each."""
    pool = stand.pool
    found: State = {
        "inbox": sorted(tuple(row) for row in await pool.fetch(INBOX)),
        "parked": [tuple(row) for row in await pool.fetch(PARKED)],
        "dead letters": sorted(tuple(row) for row in await pool.fetch(LETTERS)),
    }
    for kind, about, due_at in await pool.fetch(TIMERS):
        found[f"timer {kind} {about}"] = due_at
    for topic, about, payload in await pool.fetch(OUTBOX):
        found[f"published {topic} {about}"] = public_state(json.loads(payload))
    names = {row["relname"] for row in await pool.fetch(TABLES)} - KEPT - PLUMBING
    for name in sorted(names):
        for row in await pool.fetch(f'select * from "{name}"'):  # noqa: S608 - the database's own word
            found[f"{name} {row['id']}"] = aggregate(name, dict(row))
    return found


def public_state(event: dict[str, Any]) -> dict[str, Any]:
    """What the last event of an aggregate said of it, whichever event it was. Notifications publishes
    one for each mail, and mails are compared as such.
    """
    for name in ("interview", "round", "application"):
        if isinstance(event.get(name), dict):
            return uncounted(event[name])
    return {}


def aggregate(table: str, row: dict[str, Any]) -> dict[str, Any]:
    if row.get("state") is not None:
        state = uncounted(json.loads(row["state"]))
        if table in SMOOTHED:
            state = SMOOTHED[table](state)
        row["state"] = state
    return uncounted(row)


def uncounted(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in COUNTERS}


def _application(state: dict[str, Any]) -> dict[str, Any]:
    words = [
        word | {"key": word["key"].rpartition("|")[0]} if word["key"].startswith(OWN_WORD) else word
        for word in state.get("words", [])
    ]
    return _heard(state | {"words": words} if words else state)


def _message(state: dict[str, Any]) -> dict[str, Any]:
    """Of all the records that made a mail due, `trace` is that of the one that was heard last. Which events
    a mail tells is kept for whoever was in their audience when they were heard, and the seats of an interviewer are
    known from the interview or from its round, whichever comes first; only what a candidate was told matters to
    others (the no-ghosting clock takes back what did not reach them).
    """
    dropped = (
        {"trace"} if state["person_id"] == state["about"]["candidate_id"] else {"trace", "told"}
    )
    return _heard({name: value for name, value in state.items() if name not in dropped})


def _heard(state: dict[str, Any]) -> dict[str, Any]:
    return {name: _sorted(name, value) for name, value in state.items()}


def _sorted(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _heard(value)
    if not isinstance(value, list):
        return value
    found = [_sorted("", one) for one in value]
    return sorted(found, key=str) if name in HEARD_ONE_BY_ONE else found


SMOOTHED: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "application": _application,
    "desk": _heard,
    "dossier": _heard,
    "message": _message,
}


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Each place at which two states differ, in words."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            found
            for name in sorted(one.keys() | other.keys())
            for found in differences(
                one.get(name, "nothing"), other.get(name, "nothing"), f"{where}/{name}"
            )
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            found
            for number, (a, b) in enumerate(zip(one, other, strict=True))
            for found in differences(a, b, f"{where}/{number}")
        ]
    return [] if one == other else [f"{where}: {one!r} and {other!r}"]
