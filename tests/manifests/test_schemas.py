"""What Kubernetes itself defines fits its strict schemas, in each of the last three versions."""

import pytest
from tests.manifests.rendering import OVERLAYS, name_of, overlay

kubernetes_validate = pytest.importorskip(
    "kubernetes_validate", reason="the group `cluster` is not installed (`make cluster-test` does)"
)
VERSIONS = ("1.35", "1.36", "1.37")
OTHERS = ("strimzi.io", "cnpg.io", "keda.sh", "coreos.com", "external-secrets.io")
"""Their definitions are the API server's to hold (tests/cluster)."""


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", OVERLAYS)
def test_manifests_fit_the_schemas(name: str, version: str) -> None:
    own = [one for one in overlay(name) if not one["apiVersion"].split("/")[0].endswith(OTHERS)]

    for manifest in own:
        used = kubernetes_validate.validate(manifest, version, strict=True)
        assert used == version, name_of(manifest)
    assert len(own) > 50


@pytest.mark.parametrize("version", VERSIONS)
def test_a_field_that_does_not_exist_is_refused(version: str) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "x"},
        "spec": {"ports": [{"port": 80, "targetport": 80}]},
    }

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(service, version, strict=True)
