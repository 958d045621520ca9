"""When a page that did not answer could have been answered: the rule itself, without a cluster."""

from typing import Any

from tests.cluster.doors import Doors, documents
from tests.cluster.test_a_day import could_have_been_answered


def pod(uid: str, *, ready: bool = True, going: bool = False, service: str = "feedback") -> Any:
    labels = {"app.kubernetes.io/name": service}
    if service != "postgres":
        labels["app.kubernetes.io/component"] = "web"
    meta: dict[str, object] = {"uid": uid, "labels": labels}
    if going:
        meta["deletionTimestamp"] = "now"
    state = {"type": "Ready", "status": str(ready)}
    return {"metadata": meta, "status": {"conditions": [state]}}


def told(*events: tuple[float, str, Any]) -> Doors:
    doors = Doors()
    doors.tell("ADDED", pod("db", service="postgres"), 0)
    for at, event, one in events:
        doors.tell(event, one, at)
    return doors


def failed(doors: Doors, at: float, purpose: str = "review") -> bool:
    return could_have_been_answered({"purpose": purpose, "wall": at}, doors)


def test_a_page_that_fails_while_a_pod_is_ready_is_a_failure() -> None:
    doors = told(
        (0, "ADDED", pod("a")), (0, "ADDED", pod("b")), (50, "MODIFIED", pod("a", going=True))
    )

    assert doors.fewest("feedback-web", 50) == 1
    assert failed(doors, 40)
    assert failed(doors, 50)
    assert failed(doors, 90)


def test_a_page_that_fails_while_none_is_ready_is_none() -> None:
    doors = told(
        (0, "ADDED", pod("a")),
        (50, "MODIFIED", pod("a", going=True)),
        (60, "ADDED", pod("b", ready=False)),
        (70, "MODIFIED", pod("b")),
        (90, "DELETED", pod("b")),
    )

    assert [failed(doors, at) for at in (40, 49, 60, 71, 80, 91)] == [
        True,
        False,
        False,
        False,
        True,
        False,
    ]
    assert not failed(doors, 80, purpose="book")


def test_a_page_whose_database_is_away_is_none() -> None:
    doors = told((0, "ADDED", pod("a")), (50, "DELETED", pod("db", service="postgres")))

    assert failed(doors, 40)
    assert not failed(doors, 60)


def test_events_are_read_as_kubectl_prints_them() -> None:
    lines = ["{\n", '    "type": "ADDED",\n', '    "object": {"a": {}}\n', "}\n"] * 2

    assert list(documents(iter(lines))) == [("ADDED", {"a": {}})] * 2
