"""Publishing what happened to an interview: the row and its event, always together."""

from datetime import datetime

from parley_contracts.interviews import InterviewEvent
from scheduling.domain.changed import changed
from scheduling.domain.interview import Interview
from scheduling.ports import Work
from scheduling.use_cases.public_state import public_state


def told(
    work: Work, interview: Interview, event: type[InterviewEvent], *, now: datetime, **more: object
) -> Interview:
    """The interview with its next revision, put back and published."""
    after = changed(interview, revision=interview.revision + 1)
    work.interviews.put(after)
    content = {
        "revision": after.revision,
        "upstream": after.asked.get("upstream"),
        "interview": public_state(after),
    }
    work.publish(event.model_validate(content | more), at=now)
    return after
