"""Claims events, so that each has its effect once however often it comes.

Two identities, both unique: (source, id), and the repeat's digest, which a re-send under a new id
keeps. Rows are inserted in a fixed order, so that overlapping batches wait and never deadlock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from feedback.adapters.database import Connection

CLAIM = """
insert into inbox (source, id, digest, received_at)
select source, id, digest, $4 from unnest($1::text[], $2::text[], $3::bytea[])
    as claim (source, id, digest)
on conflict do nothing
returning source, id
"""
KNOWN = """
select inbox.source, inbox.id, inbox.digest
from inbox join unnest($1::text[], $2::text[]) as claim (source, id) using (source, id)
"""

UNCLAIMED = """
select place from unnest($1::text[], $2::text[], $3::bytea[]) with ordinality
    as claim (source, id, digest, place)
where not exists (select from inbox where inbox.source = claim.source and inbox.id = claim.id)
    and not exists (select from inbox where inbox.digest = claim.digest)
"""
FORGET = """
delete from inbox using unnest($1::text[], $2::text[]) as claim (source, id)
where inbox.source = claim.source and inbox.id = claim.id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    source: str
    id: str
    digest: bytes


class Claimed(Enum):
    FRESH = "fresh"
    REPEAT = "repeat"
    REUSED_ID = "reused id"


async def claim(
    connection: Connection, claims: Sequence[Claim], *, received_at: datetime
) -> list[Claimed]:
    """One answer for each claim, in order; of equal claims in one batch the first is fresh."""
    first: dict[tuple[str, str], Claim] = {}
    digests: set[bytes] = set()
    for one in claims:
        if (one.source, one.id) not in first and one.digest not in digests:
            first[(one.source, one.id)] = one
            digests.add(one.digest)
    ordered = sorted(first.values(), key=lambda one: (one.source, one.id))
    records = await connection.fetch(
        CLAIM,
        [one.source for one in ordered],
        [one.id for one in ordered],
        [one.digest for one in ordered],
        received_at,
    )
    fresh = {(record["source"], record["id"]) for record in records}
    if len(fresh) == len(claims):
        return [Claimed.FRESH] * len(claims)
    known = await _digests(connection, claims)
    return [_answer(one, first, fresh, known) for one in claims]


def _answer(
    one: Claim,
    first: Mapping[tuple[str, str], Claim],
    fresh: set[tuple[str, str]],
    known: Mapping[tuple[str, str], bytes],
) -> Claimed:
    identity = (one.source, one.id)
    if identity in fresh and first[identity] == one:
        fresh.remove(identity)  # once: the same record may stand in one batch twice
        return Claimed.FRESH
    if known.get(identity, one.digest) != one.digest:
        return Claimed.REUSED_ID
    return Claimed.REPEAT


async def _digests(connection: Connection, claims: Sequence[Claim]) -> dict[tuple[str, str], bytes]:
    records = await connection.fetch(
        KNOWN, [one.source for one in claims], [one.id for one in claims]
    )
    return {(record["source"], record["id"]): record["digest"] for record in records}


async def unclaimed(connection: Connection, claims: Sequence[Claim]) -> list[bool]:
    """Of each, whether neither its id nor its digest was ever claimed."""
    records = await connection.fetch(
        UNCLAIMED,
        [one.source for one in claims],
        [one.id for one in claims],
        [one.digest for one in claims],
    )
    places = {record["place"] - 1 for record in records}
    return [place in places for place in range(len(claims))]


async def forget(connection: Connection, claims: Sequence[Claim]) -> None:
    """So that what comes again has its effect again."""
    await connection.execute(FORGET, [one.source for one in claims], [one.id for one in claims])
