"""What a calendar holds in a range of time: it replaces what was known of that range."""

from datetime import datetime, timedelta

from parley_contracts.cloudevents import Received
from parley_contracts.interviewers import InterviewerBusySet
from scheduling.domain.calendar import Calendar, Entries, Entry, uid_of_ours
from scheduling.domain.changed import changed
from scheduling.domain.kinds import RECHECK_INTERVIEWER
from scheduling.domain.revisions import having_seen, is_newer
from scheduling.domain.span import Span
from scheduling.ports import Work
from scheduling.working_set import Needs, Refusal

KEPT = timedelta(days=60)
"""How long what is past is kept."""


def needs(message: Received, work: Work) -> Needs:
    del work
    return Needs.rows("interviewer", message.subject) | Needs.rows("calendar", message.subject)


def set_busy(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    data = message.data
    if not isinstance(data, InterviewerBusySet):
        raise TypeError("an InterviewerBusySet is expected here")
    before = work.calendars.get(message.subject) or Calendar(message.subject)
    if not is_newer(before.seen, message.source, data.revision):
        return Refusal("older_revision")
    work.note_gap(data, before.seen.get(message.source))
    told = Span(data.range.starts_at, data.range.ends_at)
    entries = [
        Entry(Span(one.starts_at, one.ends_at), uid_of_ours(one.ical_uid)) for one in data.busy
    ]
    after = before.replaced(told, entries)
    kept = Entries.of(one for one in after.entries if one.span.ends_at > now - KEPT)
    seen = having_seen(before.seen, message.source, data.revision)
    work.calendars.put(changed(after, seen=seen, entries=kept))
    if kept != before.entries:
        work.timers.set(RECHECK_INTERVIEWER, message.subject, now)
    return None
