"""Makes a Job of a Deployment, to run one command of an operator's beside it, or while it is at no replicas.

    kubectl -n parley get deployment scheduling-relay -o json |
        python -m deploy.manifests.once republish --since 2027-03-09T10:00:00Z | kubectl create -f - -o name

The Job has the Deployment's image, settings, Secrets and place in the network, and nobody sends it a request. `--memory`
gives it more than a pod that serves has.
"""

import argparse
import copy
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

Manifest = Mapping[str, Any]

OF_A_SERVER = ("ports", "startupProbe", "livenessProbe", "readinessProbe", "lifecycle")
KEPT_SECONDS = 86_400
"""So long its log can be read."""
PAGES = "web"


class ServesPages(ValueError):
    """Its pods are those that a Service sends people to: take the timers' or the relay's."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.manifests.once", description=__doc__)
    parser.add_argument("--memory", metavar="QUANTITY", help="such as 2Gi")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if not options.command:
        parser.error("name the command that it is to run")
    try:
        job = job_of(json.load(sys.stdin), options.command, memory=options.memory)
    except ServesPages as trouble:
        parser.error(str(trouble))
    sys.stdout.write(json.dumps(job, indent=2) + "\n")
    return 0


def job_of(
    deployment: Manifest, command: Sequence[str], *, memory: str | None = None
) -> dict[str, Any]:
    template = deployment["spec"]["template"]
    labels = template["metadata"]["labels"]
    if labels.get("app.kubernetes.io/component") == PAGES:
        raise ServesPages(ServesPages.__doc__)
    pod = copy.deepcopy(template["spec"])
    pod["restartPolicy"] = "Never"
    pod.pop("topologySpreadConstraints", None)
    container = pod["containers"][0]
    for part in OF_A_SERVER:
        container.pop(part, None)
    container["args"] = list(command)
    if memory is not None:
        for part in ("requests", "limits"):
            container["resources"][part]["memory"] = memory
    of = deployment["metadata"]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "generateName": f"{of['name']}-{command[0]}-",
            "namespace": of["namespace"],
            "labels": labels,
        },
        "spec": {
            "backoffLimit": 0,
            "ttlSecondsAfterFinished": KEPT_SECONDS,
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
