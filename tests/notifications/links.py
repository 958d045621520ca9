"""Links as notifications signs them, for whoever a test wants to be."""

from datetime import timedelta
from pathlib import Path

from tests.notifications.events import NOW

from notifications.adapters.signing import Signer
from parley_contracts.links import LinkClaims
from parley_contracts.topics import FEEDBACK, NOTIFICATIONS, SCHEDULING

BASES = {
    NOTIFICATIONS: "http://parley.test",
    SCHEDULING: "http://scheduling.test",
    FEEDBACK: "http://feedback.test",
}


def link_of(keys: Path, who: str, purpose: str = "home", **changes: object) -> str:
    values: dict[str, object] = {
        "person": who,
        "purpose": purpose,
        "generation": 1,
        "expires": int((NOW + timedelta(days=5)).timestamp()),
    }
    claims = LinkClaims.model_validate(values | changes)
    return Signer(keys / "private.json", BASES).link(claims)
