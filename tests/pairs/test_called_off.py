"""Where one reason alone calls an interview off, it does so in either order, and is named in either."""

from collections.abc import Sequence

from tests.pairs.called_off import causes
from tests.pairs.conftest import Hall
from tests.pairs.recorded_day import Arrival, Happening
from tests.pairs.replay import in_order, of_service
from tests.pairs.snapshot import State, differences, snapshot

SERVICE, APPLICATIONS, ROUNDS = "scheduling", "ats.applications.v1", "parley.rounds.v1"


async def test_told_decline_calls_off_what_was_asked_for_before_it_whichever_is_heard_first(
    hall: Hall, day: Sequence[Happening]
) -> None:
    """The recorded day without the closings that would call the same interviews off."""
    stand = await hall.stand(SERVICE)
    unclosed = [one for one in of_service(day, SERVICE) if not closes(one)]
    states = []
    for first, last in ((ROUNDS, APPLICATIONS), (APPLICATIONS, ROUNDS)):
        await in_order(stand, [unclosed], first=first, last=last, settling=True)
        states.append(without_old_offers(await snapshot(stand)))
    one, other = states

    assert causes(unclosed) == {}
    assert differences(one, other) == []
    gone = [row["state"]["cancelled"] for name, row in one.items() if "interview " in name]
    reasons = {(why["by"], why["reason"]) for why in gone if why is not None}
    assert ("hiring_team", "application_closed") in reasons


def without_old_offers(state: State) -> State:
    """The times that were found for an interview are read as long as they are on offer, and left lying then."""
    return {
        name: row
        for name, row in state.items()
        if not name.startswith("offer ")
        or state[f"interview {row['id']}"]["state"]["status"] == "offered"
    }


def closes(one: Happening) -> bool:
    return isinstance(one, Arrival) and one.type == "ats.application.closed.v1"
