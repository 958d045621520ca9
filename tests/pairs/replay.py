"""Plays a recorded day to one service again: as it was, or one topic wholly before another.

The blueprint asks that for each pair of topics one is fed wholly after the other, with the page commands once both
are in. A real consumer cannot read a record before it is written; so time stands still while topics are fed. A day
is played in acts. At an act's first moment all of its records come: those of the pair's first topic before anything
else, those of its last topic after everything else, all others between the two, in the order in which they were
recorded. Then people do what they did in that act, each at the recorded moment, while timers come due on the way.

With one act (`THE_WHOLE_DAY`) every topic comes wholly before any page is opened, which is the blueprint to the letter:
applications are then closed, and sessions over, before anybody acts, so that many forms are refused, the same ones in
every order. With one act for each date (`DATE_BY_DATE`) nearly all of them do what they did.

What both are compared with is the same day in the same acts, its records in recorded order.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from tests.pairs.recorded_day import Arrival, Deed, Happening
from tests.pairs.stands import Stand, clear, send

from parley_contracts.topics import consumed_by

THE_WHOLE_DAY, DATE_BY_DATE = "the whole day", "date by date"
AFTERWARDS = timedelta(days=10)
"""Until what follows by itself has followed: the last application has been closed for a week."""
Answers = list[tuple[Deed, int]]
Act = list[Happening]


def of_service(day: Sequence[Happening], service: str) -> list[Happening]:
    """What this service takes in."""
    topics = {topic.name for topic in consumed_by(service)}
    return [
        one
        for one in day
        if (one.topic in topics if isinstance(one, Arrival) else one.service == service)
    ]


def in_acts(day: Sequence[Happening], kind: str) -> list[Act]:
    if kind == THE_WHOLE_DAY:
        return [list(day)]
    return [list(found) for _, found in groupby(day, key=lambda one: one.at.date())]


async def as_it_was(stand: Stand, day: Sequence[Happening]) -> Answers:
    """Everything at its own time; returns how forms were answered."""
    await clear(stand)
    stand.set_clock(day[0].at)
    answers: Answers = []
    for at, happenings in groupby(day, key=lambda one: one.at):
        await stand.pass_to(at)
        for records, deeds in _turns(happenings):
            await _feed(stand, records, settling=True)
            answers += await _act(stand, deeds)
    await stand.pass_to(day[-1].at + AFTERWARDS)
    return answers


async def in_order(
    stand: Stand,
    acts: Sequence[Act],
    *,
    first: str | None = None,
    last: str | None = None,
    settling: bool,
) -> Answers:
    """`settling` fires what is due after each part, so that it is done with what is known by then."""
    await clear(stand)
    stand.set_clock(acts[0][0].at)
    answers: Answers = []
    for act in acts:
        await stand.pass_to(act[0].at)
        for records in _parts(act, first, last):
            await _feed(stand, records, settling=settling)
        answers += await _act(stand, [one for one in act if isinstance(one, Deed)])
    await stand.pass_to(acts[-1][-1].at + AFTERWARDS)
    return answers


def _parts(act: Act, first: str | None, last: str | None) -> Iterator[list[Arrival]]:
    records = [one for one in act if isinstance(one, Arrival)]
    yield [one for one in records if one.topic == first]
    yield [one for one in records if one.topic not in (first, last)]
    yield [one for one in records if one.topic == last]


def _turns(happenings: Iterable[Happening]) -> Iterator[tuple[list[Arrival], list[Deed]]]:
    """Records and forms as they took turns."""
    for _, found in groupby(happenings, key=type):
        row = list(found)
        yield (
            [one for one in row if isinstance(one, Arrival)],
            [one for one in row if isinstance(one, Deed)],
        )


async def _feed(stand: Stand, records: Sequence[Arrival], *, settling: bool) -> None:
    if records:
        await stand.ingest(records)
        if settling:
            await stand.settle()


async def _act(stand: Stand, deeds: Sequence[Deed]) -> Answers:
    """People do what they did, when they did it."""
    answers: Answers = []
    for deed in deeds:
        await stand.pass_to(deed.at)
        answers.append((deed, await send(stand, deed)))
        await stand.settle()
    return answers
