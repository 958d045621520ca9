"""On a cluster that runs `overlays/local`: every pod tries every other address, and exactly the documented edges answer."""

import json
import time
from dataclasses import dataclass

import pytest
from tests.cluster.api_server import kubectl
from tests.cluster.report import Report
from tests.manifests.policies import Party, allowed
from tests.manifests.rendering import Manifest, of_kind, overlay

pytestmark = pytest.mark.cluster
NAMESPACE = "parley"
TRY = """
import asyncio, json, sys
async def attempt(place, gate):
    async with gate:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(*place), 2)
        except (OSError, TimeoutError, asyncio.TimeoutError):
            return False
        writer.close()
        return True
async def main(places):
    gate = asyncio.Semaphore(20)
    done = await asyncio.gather(*(attempt(place, gate) for place in places))
    print(json.dumps([place for place, answered in zip(places, done) if answered]))
asyncio.run(main(json.loads(sys.argv[1])))
"""


@dataclass(frozen=True)
class Pod:
    name: str
    address: str
    party: Party
    listens: tuple[int, ...]


def running() -> list[Pod]:
    said = kubectl(
        "get", "pods", "-n", NAMESPACE, "--field-selector=status.phase=Running", "-ojson"
    )
    assert said.returncode == 0, said.stderr
    return [pod(one) for one in json.loads(said.stdout)["items"] if is_ready(one)]


def is_ready(manifest: Manifest) -> bool:
    conditions = {one["type"]: one["status"] for one in manifest["status"]["conditions"]}
    return "deletionTimestamp" not in manifest["metadata"] and conditions.get("Ready") == "True"


def pod(manifest: Manifest) -> Pod:
    ports = {
        port["name"]: port["containerPort"]
        for container in manifest["spec"]["containers"]
        for port in container.get("ports", [])
    }
    metadata = manifest["metadata"]
    return Pod(
        metadata["name"],
        manifest["status"]["podIP"],
        Party(metadata["name"], labels=metadata["labels"], ports=ports),
        tuple(ports.values()),
    )


def outside() -> list[tuple[str, int]]:
    """The Kubernetes API, which no pod of ours asks anything."""
    said = kubectl("get", "endpoints", "kubernetes", "-n", "default", "-ojson")
    (subset,) = json.loads(said.stdout)["subsets"]
    return [(one["ip"], subset["ports"][0]["port"]) for one in subset["addresses"]]


def answering(source: str, places: list[tuple[str, int]]) -> set[tuple[str, int]]:
    words = ("exec", "-n", NAMESPACE, source, "--", "python3", "-c", TRY, json.dumps(places))
    said = kubectl(*words)
    assert said.returncode == 0, said.stderr
    return {(address, port) for address, port in json.loads(said.stdout)}


@pytest.mark.usefixtures("local")
@pytest.mark.timeout(600)
def test_exactly_the_documented_edges_answer(report: Report) -> None:
    policies = list(of_kind(overlay("local"), "NetworkPolicy"))
    pods = running()
    edges = tried = 0
    began = time.monotonic()

    for source in pods:
        others = [one for one in pods if one.address != source.address]
        places = [(one.address, port) for one in others for port in one.listens]
        documented = {
            (one.address, port)
            for one in others
            for port in one.listens
            if allowed(policies, source.party, one.party, port)
        }

        assert answering(source.name, [*places, *outside()]) == documented, source.name
        edges += len(documented)
        tried += len(places) + len(outside())
    showed = f"{len(pods)} pods, {tried} lines tried: the {edges} documented ones answer"
    report.add("network edges", showed, time.monotonic() - began)
