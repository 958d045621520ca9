"""How workloads stand beside one another: kube-linter's and kube-score's checks over several objects."""

import pytest
from tests.manifests.rendering import (
    OVERLAYS,
    SERVICES,
    Manifest,
    name_of,
    of_kind,
    overlay,
    pod_of,
    workloads,
)

pytestmark = pytest.mark.parametrize("name", OVERLAYS)


def labels(workload: Manifest) -> dict[str, str]:
    found: dict[str, str] = pod_of(workload)["metadata"]["labels"]
    return found


def ours(name: str) -> list[Manifest]:
    deployments = of_kind(overlay(name), "Deployment")
    return [one for one in deployments if labels(one)["app.kubernetes.io/name"] in SERVICES]


def test_each_deployment_has_one_disruption_budget(name: str) -> None:
    """pdb-max-unavailable, pdb-min-available, pdb-unhealthy-pod-eviction-policy, score: *-has-poddisruptionbudget"""
    budgets = list(of_kind(overlay(name), "PodDisruptionBudget"))

    for deployment in ours(name):
        selecting = [
            one["spec"]
            for one in budgets
            if labels(deployment).items() >= one["spec"]["selector"]["matchLabels"].items()
        ]
        assert len(selecting) == 1, name_of(deployment)
        assert selecting[0]["maxUnavailable"] == 1
        assert selecting[0]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_pods_of_a_deployment_are_spread(name: str) -> None:
    """no-anti-affinity, score: deployment-has-host-podantiaffinity, pod-topology-spread-constraints"""
    for deployment in ours(name):
        spread = pod_of(deployment)["spec"]["topologySpreadConstraints"]
        assert {one["topologyKey"] for one in spread} == {
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        }
        for one in spread:
            assert one["labelSelector"]["matchLabels"].items() <= labels(deployment).items()


def test_services_and_policies_select_somebody(name: str) -> None:
    """dangling-service, dangling-networkpolicy, dangling-networkpolicypeer-podselector, score: service-targets-pod"""
    pods = [labels(one) for one in workloads(overlay(name))]

    for service in of_kind(overlay(name), "Service"):
        selector = service["spec"]["selector"]
        chosen = [
            one for one in workloads(overlay(name)) if selector.items() <= labels(one).items()
        ]
        assert chosen, name_of(service)
        named = {
            port["name"]
            for one in chosen
            for container in pod_of(one)["spec"]["containers"]
            for port in container.get("ports", [])
        }
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= named
        assert service["spec"].get("type", "ClusterIP") == "ClusterIP"
    assert pods


def test_accounts_exist_and_hold_no_token(name: str) -> None:
    """non-existent-service-account, access-to-secrets, access-to-create-pods: there is no role at all"""
    accounts = {one["metadata"]["name"]: one for one in of_kind(overlay(name), "ServiceAccount")}

    for deployment in ours(name):
        account = accounts[pod_of(deployment)["spec"]["serviceAccountName"]]
        assert account["automountServiceAccountToken"] is False
    roles = {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}
    assert not [one for one in overlay(name) if one["kind"] in roles]


def test_jobs_end_by_themselves(name: str) -> None:
    """job-ttl-seconds-after-finished, restart-policy"""
    for job in of_kind(overlay(name), "Job"):
        assert job["spec"]["ttlSecondsAfterFinished"] <= 86400
        if labels(job).get("app.kubernetes.io/component") == "migrate":
            assert job["spec"]["backoffLimit"] <= 3
        assert job["spec"]["activeDeadlineSeconds"] <= 3600
        assert pod_of(job)["spec"]["restartPolicy"] in {"OnFailure", "Never"}


def test_what_a_pod_is_given_is_there(name: str) -> None:
    """non-existent ConfigMaps: the name with its hash was followed everywhere"""
    there = {one["metadata"]["name"] for one in of_kind(overlay(name), "ConfigMap")}

    for workload in workloads(overlay(name)):
        spec = pod_of(workload)["spec"]
        for container in spec["containers"]:
            assert {one["configMapRef"]["name"] for one in container.get("envFrom", [])} <= there
        mounted = {one["name"] for one in spec.get("volumes", [])}
        used = {one["name"] for each in spec["containers"] for one in each["volumeMounts"]}
        assert used == mounted, name_of(workload)
        maps = {one["configMap"]["name"] for one in spec["volumes"] if "configMap" in one}
        assert maps <= there


def test_the_namespace_refuses_what_is_not_restricted(name: str) -> None:
    (namespace,) = of_kind(overlay(name), "Namespace")

    said = namespace["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert said[f"pod-security.kubernetes.io/{mode}"] == "restricted"


def test_a_pod_has_time_to_end(name: str) -> None:
    """The Service forgets it (preStop), what is under way ends (25 s at most), and 15 s are left."""
    for deployment in ours(name):
        spec = pod_of(deployment)["spec"]
        (container,) = spec["containers"]
        waited = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert waited >= 5
        assert waited + 25 + 15 <= spec["terminationGracePeriodSeconds"] <= 60
        started = container["startupProbe"]
        assert started["periodSeconds"] * started["failureThreshold"] <= 60


def test_a_new_release_takes_nobody_away_first(name: str) -> None:
    """no-rolling-update-strategy, score: deployment-strategy"""
    for deployment in ours(name):
        strategy = deployment["spec"]["strategy"]
        assert strategy["type"] == "RollingUpdate"
        assert strategy["rollingUpdate"]["maxUnavailable"] == 0
