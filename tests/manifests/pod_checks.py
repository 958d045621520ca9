"""What each pod must be, after Pod Security `restricted` and the default checks of kube-linter and kube-score.

The names are those of kube-linter, where it has the check; `score:` stands before those of kube-score, `pss:` before
those of Kubernetes. A check says what it found, or nothing.
"""

from collections.abc import Callable, Iterator

from tests.manifests.rendering import Manifest, containers, pod_of

Check = Callable[[Manifest], Iterator[str]]
CHECKS: dict[str, Check] = {}
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
           "projected", "secret"}  # fmt: skip
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
PRIVATE = ("PASSWORD", "SECRET", "TOKEN", "PRIVATE")


def check(*names: str) -> Callable[[Check], Check]:
    def listed(one: Check) -> Check:
        CHECKS.update(dict.fromkeys(names, one))
        return one

    return listed


@check("run-as-non-root", "pss:run-as-non-root", "score:container-security-context-user-group-id")
def runs_as_nobody(workload: Manifest) -> Iterator[str]:
    security = pod_of(workload)["spec"].get("securityContext", {})
    if security.get("runAsNonRoot") is not True:
        yield "may run as root"
    if not all(security.get(who, 0) > 10000 for who in ("runAsUser", "runAsGroup")):
        yield "user or group is not above 10000"


@check("pss:seccomp")
def is_under_seccomp(workload: Manifest) -> Iterator[str]:
    profile = pod_of(workload)["spec"].get("securityContext", {}).get("seccompProfile", {})
    if profile.get("type") != "RuntimeDefault":
        yield "no seccomp profile"


@check("host-ipc", "host-network", "host-pid", "docker-sock", "sensitive-host-mounts",
       "unsafe-sysctls", "pss:volume-types")  # fmt: skip
def keeps_off_its_host(workload: Manifest) -> Iterator[str]:
    spec = pod_of(workload)["spec"]
    for name in ("hostIPC", "hostNetwork", "hostPID"):
        if spec.get(name):
            yield name
    if spec.get("securityContext", {}).get("sysctls"):
        yield "sets sysctls"
    for volume in spec.get("volumes", []):
        if not volume.keys() - {"name"} <= VOLUMES:
            yield f"volume {volume['name']} is of a kind that reaches the host"


@check("privileged-container", "privilege-escalation-container", "no-read-only-root-fs",
       "drop-net-raw-capability", "pss:capabilities")  # fmt: skip
def has_no_privileges(workload: Manifest) -> Iterator[str]:
    for container in containers(workload):
        security = container.get("securityContext", {})
        wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}
        if security.get("privileged") or not security.items() >= wanted.items():
            yield f"{container['name']} may get privileges or write its own files"
        if security.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{container['name']} keeps capabilities"


@check("unset-cpu-requirements", "unset-memory-requirements", "score:container-resources",
       "score:container-ephemeral-storage-request-and-limit")  # fmt: skip
def says_what_it_needs(workload: Manifest) -> Iterator[str]:
    for container in containers(workload):
        resources = container.get("resources", {})
        if not resources.get("requests", {}).keys() >= {"cpu", "memory", "ephemeral-storage"}:
            yield f"{container['name']} does not say what it needs"
        if not resources.get("limits", {}).keys() >= {"memory", "ephemeral-storage"}:
            yield f"{container['name']} has no limit"


@check("no-liveness-probe", "no-readiness-probe", "liveness-port", "readiness-port",
       "startup-port", "invalid-target-ports", "score:pod-probes")  # fmt: skip
def is_asked_how_it_is(workload: Manifest) -> Iterator[str]:
    if workload["kind"] == "Job":
        return
    for container in containers(workload):
        ports = {port["name"] for port in container.get("ports", [])}
        for name in PROBES:
            probe = container.get(name, {})
            asked = probe.get("httpGet", probe.get("tcpSocket", {})).get("port")
            if asked not in ports:
                yield f"{container['name']}: {name} asks a port that is not there: {asked}"


@check("env-var-secret", "read-secret-from-env-var", "duplicate-env-var",
       "score:environment-variable-key-duplication")  # fmt: skip
def holds_no_secret_in_its_environment(workload: Manifest) -> Iterator[str]:
    for container in containers(workload):
        variables = container.get("env", [])
        names = [one["name"] for one in variables]
        if len(names) != len(set(names)):
            yield f"{container['name']} has a variable twice"
        for one in variables:
            said = any(word in one["name"].upper() for word in PRIVATE)
            if (said and "value" in one) or "secretKeyRef" in one.get("valueFrom", {}):
                yield f"{container['name']} has a secret in {one['name']}"
        if any("secretRef" in one for one in container.get("envFrom", [])):
            yield f"{container['name']} has a Secret for its environment"


@check("latest-tag", "score:container-image-tag")
def says_which_image(workload: Manifest) -> Iterator[str]:
    for container in containers(workload):
        image = container["image"].rsplit("/", 1)[-1]
        if "@sha256:" not in image and (":" not in image or image.endswith(":latest")):
            yield f"{container['name']} runs whatever {container['image']} is"


@check(
    "default-service-account", "non-existent-service-account", "deprecated-service-account-field"
)
def has_no_way_to_kubernetes(workload: Manifest) -> Iterator[str]:
    spec = pod_of(workload)["spec"]
    if spec.get("automountServiceAccountToken") is not False:
        yield "a token of Kubernetes is mounted"
    if "serviceAccount" in spec:
        yield "names its account by a field of old"


@check("mismatching-selector", "score:label-values")
def selects_its_own_pods(workload: Manifest) -> Iterator[str]:
    if workload["kind"] == "Job":
        return
    wanted = workload["spec"]["selector"]["matchLabels"]
    if not pod_of(workload)["metadata"]["labels"].items() >= wanted.items():
        yield "does not select its own pods"


@check("writable-tmp-of-a-size")
def writes_where_room_is_measured(workload: Manifest) -> Iterator[str]:
    """Ours: only /tmp and data of a server are written, and both have a size."""
    for volume in pod_of(workload)["spec"].get("volumes", []):
        if "emptyDir" in volume and "sizeLimit" not in (volume["emptyDir"] or {}):
            yield f"{volume['name']} may fill the node"
    for container in containers(workload):
        for mount in container.get("volumeMounts", []):
            if not mount.get("readOnly") and mount["mountPath"] not in {"/tmp", "/data"}:  # noqa: S108 - a pod's own
                yield f"{container['name']} writes {mount['mountPath']}"


@check("no-service-links")
def is_told_no_other_services(workload: Manifest) -> Iterator[str]:
    """Ours: SCHEDULING_PORT of a Service would be read as a setting."""
    if pod_of(workload)["spec"].get("enableServiceLinks") is not False:
        yield "Services become variables that are settings to us"
