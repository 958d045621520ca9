"""What two services spell out each for itself, and must spell alike."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.letters import uid_of
from parley_contracts.ids import ID_PATTERN
from scheduling.domain.booking import Booking
from scheduling.domain.calendar import invitation_uid

IDS = st.from_regex(ID_PATTERN, fullmatch=True)
NOON = datetime(2027, 3, 8, 12, tzinfo=UTC)


@given(IDS, IDS)
def test_scheduling_knows_the_invites_that_notifications_writes(
    interview_id: str, session_id: str
) -> None:
    """Or an interviewer's own interview would come back from their calendar as a busy time."""
    booking = Booking(
        id="b",
        interview_id=interview_id,
        session_id=session_id,
        interviewer_id="i",
        starts_at=NOON,
        ends_at=NOON,
        held_until=NOON,
        imported=False,
        weeks=(),
    )
    assert invitation_uid(booking) == uid_of(interview_id, session_id)
