"""What went wrong on the way comes right: put off, refused, overtaken, merged, erased, corrected meanwhile."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiosmtplib
import pytest
from tests.notifications.day import Day
from tests.notifications.events import (
    CANDIDATE,
    JUN,
    NOW,
    RECRUITER,
    STARTS,
    booked,
    everyone,
    interview,
    offered,
    opened,
    person,
    round_,
    session,
)
from tests.support.until import turns

from notifications.adapters import smtp
from notifications.adapters.smtp import OutOfReach, RefusedForGood
from parley_contracts import interviews, people, rounds

REMAINS = "ats:ana-2"
EIGHT = timedelta(hours=7)
"""From NOW to the next eight o'clock in Berlin, and a day to the one after that."""
A_DAY = timedelta(days=1)
REFUSED, FULL = "550 no such mailbox", "452 mailbox full"
SUPPRESSED = "parley.notification.suppressed.v1"


def remaining(**changes: Any) -> people.PersonUpserted:
    given = {"email": "remains@mail.example", **changes}
    return person(CANDIDATE, **given).model_copy(update={"person_id": REMAINS})


def merged(revision: int = 2) -> people.PersonMerged:
    return people.PersonMerged(person_id=CANDIDATE, into_id=REMAINS, revision=revision)


def cancelled(revision: int = 3) -> interviews.InterviewCancelled:
    over = interview(
        "cancelled", cancelled=interviews.Cancellation(at=NOW, by="company", reason="other")
    )
    return interviews.InterviewCancelled(revision=revision, interview=over)


def methods(day: Day, address: str) -> list[str]:
    """Of the calendar entries that came, in order."""
    parts = [part for mail in day.sink.to(address) for part in mail.walk()]
    return [
        str(part.get_param("method"))
        for part in parts
        if part.get_content_type() == "text/calendar"
    ]


async def test_an_erased_recruiter_keeps_nobody_elses_mail(day: Day) -> None:
    await day.hear(*everyone(), opened(), offered())
    await day.pass_by(2 * A_DAY)
    assert any(one.startswith("Today") for one in day.sink.subjects("ruth@"))
    before = len(day.sink.to("ruth@"))

    await day.erase(RECRUITER)
    await day.hear(booked())
    await day.pass_by(2 * A_DAY)

    assert await day.parked() == []
    assert len(day.sink.to("ana@")) >= 2
    assert len(day.sink.to("ruth@")) == before


async def test_whoever_comes_back_gets_digests_again(day: Day) -> None:
    await day.hear(*everyone(), opened(), offered())
    await day.pass_by(2 * A_DAY)
    await day.erase(RECRUITER)
    await day.pass_by(A_DAY)
    before = len(day.sink.to("ruth@"))

    await day.hear(person(RECRUITER, revision=9))
    await day.hear(offered(revision=2, booking_overdue=True))
    await day.pass_by(2 * A_DAY)

    assert await day.parked() == []
    assert len(day.sink.to("ruth@")) > before


@pytest.mark.parametrize("answer", [None, FULL])
async def test_an_address_is_corrected_again_before_the_mail_went_out(
    day: Day, answer: str | None
) -> None:
    day.sink.at_rcpt = [REFUSED]
    await day.hear(*everyone(), opened(), offered())
    await day.settle()
    await day.hear(person(CANDIDATE, email="second@mail.example", revision=2))
    if answer is not None:
        day.sink.at_rcpt = [answer]
        await day.settle()

    await day.hear(person(CANDIDATE, email="third@mail.example", revision=3))
    await day.settle()

    assert [len(day.sink.to(one)) for one in ("second@", "third@")] == [0, 1]


async def test_an_address_is_corrected_while_the_mail_is_on_its_way_to_the_old_one(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, refused = smtp.Line.send, list[str]()

    async def refuse_the_old_one(self: smtp.Line, mail: Any, **given: str) -> None:
        if given["recipient"] == "ana@mail.example":
            refused.append(given["recipient"])
            await day.hear(person(CANDIDATE, email="new@mail.example", revision=2))
            raise RefusedForGood
        await send(self, mail, **given)

    monkeypatch.setattr(smtp.Line, "send", refuse_the_old_one)
    await day.hear(*everyone(), opened(), offered())
    await day.settle()

    assert (refused, len(day.sink.to("new@"))) == (["ana@mail.example"], 1)
    assert "undelivered" not in await day.items(RECRUITER)


async def test_what_failed_goes_to_whoever_remains(day: Day) -> None:
    day.sink.at_rcpt = [REFUSED]
    await day.hear(*everyone(), opened(), offered())
    await day.settle()
    assert "undelivered" in await day.items(RECRUITER)

    await day.hear(remaining(), merged())
    await day.settle()

    assert len(day.sink.to("remains@")) == 1
    assert "undelivered" not in await day.items(RECRUITER)


async def test_what_failed_to_reach_whoever_remains_goes_to_their_next_address(day: Day) -> None:
    day.sink.at_rcpt = [REFUSED]
    await day.hear(*everyone(), remaining(), merged(), opened(), offered())
    await day.settle()

    await day.hear(remaining(email="corrected@mail.example", revision=2))
    await day.settle()

    assert len(day.sink.to("corrected@")) == 1


async def test_mail_waits_for_whoever_somebody_turned_out_to_be(day: Day) -> None:
    await day.hear(*everyone(), merged(), opened(), offered())
    await day.settle()
    assert (day.sink.mails, await day.published(SUPPRESSED)) == ([], [])

    await day.hear(remaining())
    await day.pass_by(timedelta(minutes=1))

    assert len(day.sink.to("remains@")) == 1


async def test_whoever_remains_of_a_candidate_reads_as_the_candidate(day: Day) -> None:
    await day.hear(*everyone(), remaining(), merged(), opened(), booked())
    await day.settle()

    (mail,) = day.sink.to("remains@")
    (to_ivan,) = day.sink.to("ivan@")
    assert str(mail["Subject"]).startswith("Booked: ")
    body, told = mail.get_body(("plain",)), to_ivan.get_body(("plain",))
    assert body is not None
    assert "You will meet: " in body.get_content()
    assert told is not None
    assert "Ana Silva" in told.get_content()


async def test_an_invite_that_comes_through_after_its_cancellation_is_not_sent(day: Day) -> None:
    day.sink.at_data = [FULL] * 3
    await day.hear(*everyone(), opened(), booked())
    await day.settle()
    await day.hear(cancelled())

    await day.pass_by(timedelta(hours=15))

    assert methods(day, "ana@") == ["CANCEL"]
    held = [one for one in await day.published(SUPPRESSED) if one["reason"] == "outdated"]
    assert len(held) == 3


async def test_what_else_an_overtaken_mail_says_is_said(day: Day) -> None:
    """A question was answered in the same breath: that holds, whatever has become of the session."""
    day.sink.at_data = [FULL] * 3
    await day.hear(*everyone(), opened(), booked())
    answered = rounds.QuestionAnswered(
        revision=1, round=round_(), question_id="q1", answered_by=JUN
    )
    await day.hear(answered)
    await day.settle()
    await day.hear(cancelled())
    await day.pass_by(timedelta(hours=1))

    assert methods(day, "ana@") == ["CANCEL"]
    assert len(day.sink.to("ana@")) == 2


async def test_a_late_offer_is_sent_although_no_slots_are_left_for_a_while(day: Day) -> None:
    """A search that goes on takes nothing back, and no other mail says what the offer says."""
    day.sink.at_data = [FULL]
    await day.hear(*everyone(), opened(), offered())
    await day.settle()
    none = interview("no_slots", no_slots=interviews.NoSlots(reasons=("no_common_time",)))

    await day.hear(interviews.NoSlotsFound(revision=2, interview=none))
    await day.pass_by(timedelta(minutes=5))

    assert [one[:11] for one in day.sink.subjects("ana@")] == ["Pick a time"]


async def test_a_merge_while_the_mail_is_on_its_way_to_the_old_address(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = smtp.Line.send

    async def refuse_the_old_one(self: smtp.Line, mail: Any, **given: str) -> None:
        if given["recipient"] == "ana@mail.example":
            await day.hear(remaining(), merged())
            raise RefusedForGood
        await send(self, mail, **given)

    monkeypatch.setattr(smtp.Line, "send", refuse_the_old_one)
    await day.hear(*everyone(), opened(), offered())
    await day.settle()

    assert len(day.sink.to("remains@")) == 1


async def test_an_invite_that_was_only_late_is_sent(day: Day) -> None:
    day.sink.at_data = [FULL] * 3
    await day.hear(*everyone(), opened(), booked())

    await day.pass_by(timedelta(hours=1))

    assert methods(day, "ana@") == ["REQUEST"]


async def test_a_reminder_of_a_time_that_moved_meanwhile_is_not_sent(day: Day) -> None:
    await day.hear(*everyone(), opened(), booked())
    await day.pass_to(STARTS - timedelta(hours=24, minutes=1))
    day.sink.mails.clear()
    day.sink.at_data = [FULL] * 3
    await day.pass_to(STARTS - timedelta(hours=24))
    later = session(starts_at=STARTS + A_DAY, ends_at=STARTS + A_DAY + timedelta(hours=1))

    await day.hear(
        interviews.InterviewRescheduled(
            revision=3,
            interview=interview(sessions=(later,)),
            by="candidate",
            moves=(interviews.SessionMove(session_id="s1", was_at=STARTS),),
        )
    )
    await day.pass_by(timedelta(minutes=30))

    assert [one.partition(":")[0] for one in day.sink.subjects("ana@")] == ["New time"]


async def test_the_undelivered_mail_of_an_erased_person_needs_nobody(day: Day) -> None:
    day.sink.at_rcpt = [REFUSED]
    await day.hear(*everyone(), opened(), offered())
    await day.settle()
    assert "undelivered" in await day.items(RECRUITER)

    await day.erase(CANDIDATE)
    await day.settle()

    assert "undelivered" not in await day.items(RECRUITER)


async def test_an_undelivered_mail_needs_nobody_once_the_round_is_closed(day: Day) -> None:
    day.sink.at_rcpt = [REFUSED]
    await day.hear(*everyone(), opened(), offered())
    await day.settle()

    await day.hear(rounds.RoundClosed(revision=1, round=round_("closed"), reason="given_up"))
    await day.settle()

    assert "undelivered" not in await day.items(RECRUITER)


@dataclass
class ALine:
    """One that is refused, and one whose mail is under way meanwhile."""

    refused: asyncio.Event
    lets_in: bool
    sent: list[str]

    async def send(self, mail: Any, *, sender: str, recipient: str) -> None:
        del mail, sender
        if not self.lets_in:
            self.refused.set()
            raise OutOfReach
        await self.refused.wait()
        await turns(20)  # whoever would cancel it has had its turn
        self.sent.append(recipient)

    async def close(self) -> None:
        return


async def test_a_line_that_is_refused_does_not_end_the_others_in_the_middle_of_a_mail(
    day: Day,
) -> None:
    refused, sent = asyncio.Event(), list[str]()
    lines: list[Any] = [ALine(refused, lets_in, sent) for lets_in in (True, False)]
    post = replace(day.post, lines=lines, rules=replace(day.post.rules, workers=2))
    few = replace(day, post=post)
    await few.hear(*everyone(), opened(), booked())

    await few.settle()

    assert sorted(sent) == ["ana@mail.example", "ivan@corp.example", "jun@corp.example"]
    assert len(await few.published("parley.notification.sent.v1")) == 3


async def test_the_answer_to_a_mail_is_waited_for_longest(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    data = aiosmtplib.SMTP.data

    async def noted(self: Any, message: bytes, /, *, timeout: float) -> Any:  # noqa: ASYNC109 - the library's own
        waited.append(timeout)
        return await data(self, message, timeout=timeout)

    monkeypatch.setattr(aiosmtplib.SMTP, "data", noted)
    await day.hear(*everyone(), opened(), offered())
    await day.settle()

    assert waited == [day.post.server.answer_timeout]
    assert day.post.server.answer_timeout > day.post.server.timeout
    assert day.clock.moment == NOW
