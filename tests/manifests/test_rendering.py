"""Every overlay renders, and every component by itself and with those that it stands on."""

from pathlib import Path

import pytest
from tests.manifests.rendering import COMPONENTS, OVERLAYS, composed, overlay, workloads

ALONE = [(), *((one,) for one in COMPONENTS)]
TOGETHER = [("strimzi", "cnpg"), ("strimzi", "keda"), COMPONENTS]


@pytest.mark.parametrize("name", OVERLAYS)
def test_overlay_renders_all_of_parley(name: str) -> None:
    names = {one["metadata"]["name"] for one in workloads(overlay(name))}

    expected = {
        f"{service}-{role}"
        for service in ("scheduling", "feedback", "notifications")
        for role in ("web", "consume", "timers", "relay", "migrate")
    }
    assert names >= expected


@pytest.mark.parametrize("components", [*ALONE, *TOGETHER], ids="+".join)
def test_components_render_on_the_base(components: tuple[str, ...], tmp_path: Path) -> None:
    assert composed(tmp_path / "composed", *components)


@pytest.mark.parametrize("name", OVERLAYS)
def test_names_are_told_apart(name: str) -> None:
    seen = [
        (one["apiVersion"], one["kind"], one["metadata"]["name"], one["metadata"].get("namespace"))
        for one in overlay(name)
    ]

    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_secret_is_in_the_repository(name: str) -> None:
    assert not [one for one in overlay(name) if one["kind"] == "Secret"]
