"""Why an interview may have been called off, where more than one reason holds.

A told decline and the closing of the application each call off what is still open, "once" (issue 3, section 5): whichever
is heard first says by whom and why, and the other one finds nothing open. This happens only where both come
before the interview is over, so never in the day as it was.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.pairs.recorded_day import Arrival, Happening

Cause = tuple[str, str]
"""By whom, and the reason."""
INTERVIEWS = "parley.interviews.v1"


def causes(day: Iterable[Happening]) -> Mapping[str, list[Cause]]:
    """By interview, of those that have several."""
    applications: dict[str, str] = {}
    found: dict[str, set[Cause]] = {}
    for one in day:
        if not isinstance(one, Arrival):
            continue
        data = one.data
        if one.topic == INTERVIEWS:
            applications[one.key] = data["interview"]["application_id"]
        elif one.type == "ats.application.closed.v1":
            found.setdefault(one.key, set()).add(("ats", "application_closed"))
        elif one.type == "parley.round.decided.v1":
            about = data["round"]
            found.setdefault(about["application_id"], set()).update(_declines(about["pair"]))
    return {
        interview: sorted(found[application])
        for interview, application in applications.items()
        if len(found.get(application, ())) > 1
    }


def _declines(pair: Mapping[str, Any]) -> list[Cause]:
    causes = {
        "company": ("hiring_team", "application_closed"),
        "candidate": ("candidate", "candidate_declined"),
    }
    return [
        cause
        for side, cause in causes.items()
        if (pair[side]["told"] or {}).get("decision") == "decline"
    ]


def by_any_of(state: Mapping[str, Any], allowed: Mapping[str, list[Cause]]) -> dict[str, Any]:
    """The state, with all that may have called an interview off in the place of the one that did."""
    return {
        name: _by_any(value, allowed.get(name.split()[-1], [])) for name, value in state.items()
    }


def _by_any(value: Any, allowed: list[Cause]) -> Any:
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("state"), dict):
        return value | {"state": _by_any(value["state"], allowed)}
    gone = value.get("cancelled")
    if not isinstance(gone, dict) or (gone["by"], gone["reason"]) not in allowed:
        return value
    return value | {"cancelled": {"at": gone["at"], "by any of": allowed}}
