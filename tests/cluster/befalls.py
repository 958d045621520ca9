"""What befalls an installation while a day is played into it. Each returns once all is as it was."""

import json
import random
from functools import partial

import yaml
from tests.cluster.api_server import kubectl
from tests.cluster.installation import SERVICES, Installation, ready, until
from tests.manifests.rendering import of_kind, overlay

ROLES = ("web", "consume", "timers")
OURS = "app.kubernetes.io/name in (scheduling,feedback,notifications)"
DELETIONS = 20
SEED = 7
ABSENT = "absent"


def the_next_version(there: Installation) -> str:
    """Its migration first; then, role by role, new pods beside old ones, which know the schema of before."""
    for one in of_kind(overlay("local"), "Job"):
        if one["metadata"]["labels"].get("app.kubernetes.io/component") == "migrate":
            migrate(there, one["metadata"]["name"])
    roll(there, "next")
    return "migrated, then rolled, service by service"


def migrate(there: Installation, name: str) -> None:
    """By the Job that ran before, with the next image."""
    live = json.loads(there.said("get", f"job/{name}", "--output", "json"))
    spec = live["spec"]
    del spec["selector"]
    labels = live["metadata"]["labels"]
    spec["template"]["metadata"] = {"labels": labels}
    (container,) = spec["template"]["spec"]["containers"]
    container["image"] = f"{container['image'].rpartition(':')[0]}:next"
    job = {"apiVersion": "batch/v1", "kind": "Job", "spec": spec}
    named = {"metadata": {"name": f"{name}-next", "labels": labels}}
    there.said("apply", "-f", "-", given=yaml.safe_dump(job | named))
    there.said("wait", "--for=condition=complete", f"job/{name}-next", "--timeout=110s")


def the_version_before(there: Installation) -> str:
    roll(there, "dev")
    return "rolled back on the migrated schema"


def pods_deleted_at_random(there: Installation) -> str:
    chance = random.Random(SEED)
    for _ in range(DELETIONS):
        pod = chance.choice(there.pods(OURS))
        there.said("delete", "pod", pod["metadata"]["name"], "--timeout=100s")
    there.until_rolled_out()
    return f"{DELETIONS} pods of services and relays, each once the one before had ended"


def kafka_restarted(there: Installation) -> str:
    replace_pod(there, "kafka-0")
    return "its only pod replaced"


def postgres_restarted(there: Installation) -> str:
    replace_pod(there, "postgres-0")
    return "its only pod replaced"


def scaled(there: Installation) -> str:
    names = [f"{service}-{role}" for service in SERVICES for role in ("web", "consume")]
    for count in (3, 1):
        there.said("scale", "deployment", *names, f"--replicas={count}")
        there.until_rolled_out(*names)
    there.said(
        "scale", "deployment", *[one for one in names if one.endswith("-web")], "--replicas=2"
    )
    there.until_rolled_out()
    return "3 of each that reads Kafka or serves pages, then 1"


def evicted(there: Installation) -> str:
    """As a node is drained: what a budget forbids is asked for again."""
    pods = [
        one["metadata"]["name"] for one in there.pods(f"{OURS},app.kubernetes.io/component=web")
    ]
    for name in pods:
        until(partial(asked_to_go, there, name), seconds=100, what=f"eviction of {name}")
    there.until_rolled_out()
    return f"{len(pods)} pods that serve pages"


def asked_to_go(there: Installation, name: str) -> bool:
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": there.namespace},
    }
    path = f"/api/v1/namespaces/{there.namespace}/pods/{name}/eviction"
    done = kubectl("create", "--raw", path, "-f", "-", given=json.dumps(eviction))
    return done.returncode == 0


def a_bad_image_and_back(there: Installation) -> str:
    name = "scheduling-web"
    own = "app.kubernetes.io/name=scheduling,app.kubernetes.io/component=web"
    there.said("set", "image", f"deployment/{name}", f"*=localhost/parley-scheduling:{ABSENT}")

    def waits_for_its_image() -> bool:
        return any(
            "ImagePull" in str(one.get("state")) or "ErrImage" in str(one.get("state"))
            for pod in there.pods(own)
            for one in pod["status"].get("containerStatuses", [])
        )

    until(waits_for_its_image, seconds=60, what="a pod that waits for an image that is not there")
    serving = [one for one in there.pods(own) if ready(one)]
    assert serving
    there.said("rollout", "undo", f"deployment/{name}")
    there.until_rolled_out(name)
    return f"{len(serving)} pods of the old image went on serving"


def roll(there: Installation, tag: str) -> None:
    for service in SERVICES:
        names = [f"{service}-{role}" for role in (*ROLES, "relay")]
        for name in names:
            image = "relay" if name.endswith("-relay") else service
            there.said("set", "image", f"deployment/{name}", f"*=localhost/parley-{image}:{tag}")
        there.until_rolled_out(*names)


def replace_pod(there: Installation, name: str) -> None:
    there.said("delete", "pod", name, "--timeout=100s")
    there.said("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=110s")
    there.until_rolled_out()


BEFALLS = (
    the_next_version,
    the_version_before,
    pods_deleted_at_random,
    kafka_restarted,
    postgres_restarted,
    scaled,
    evicted,
    a_bad_image_and_back,
)
