"""Memory that pods ask for, held to what `make bench` measured under load (K8S-05): 1.3 times as much, give or take a half."""

import re

import pytest
from tests.manifests.rendering import ROLES, ROOT, SERVICES, of_kind, overlay

MEASURED = re.compile(r"^\| (?:(relay) of )?(\w+): memory under load \| ([\d.]+) MiB", re.MULTILINE)
ROOM, MARGIN = 1.3, 0.5


def measured() -> dict[tuple[str, bool], float]:
    """MiB by service, and whether it is its relay."""
    text = (ROOT / "docs" / "performance.md").read_text()
    return {(name, bool(relay)): float(mib) for relay, name, mib in MEASURED.findall(text)}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_asks_for_what_it_was_seen_to_need(service: str, role: str) -> None:
    (deployment,) = [
        one
        for one in of_kind(overlay("production"), "Deployment")
        if one["metadata"]["name"] == f"{service}-{role}"
    ]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    asked, limit = (
        int(container["resources"][kind]["memory"].removesuffix("Mi"))
        for kind in ("requests", "limits")
    )

    needed = measured()[service, role == "relay"] * ROOM
    assert needed * (1 - MARGIN) <= asked <= needed * (1 + MARGIN)
    assert limit >= needed
