"""The commands of `deploy/README.md`, typed one block after the other, and what each leaves."""

import re
import subprocess
import time
from collections.abc import Iterator

import pytest
from tests.cluster.api_server import kubectl
from tests.cluster.installation import Installation, until
from tests.cluster.report import Report
from tests.cluster.test_visits import candidates
from tests.manifests.rendering import ROOT

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1200)]
PAGE = ROOT / "deploy" / "README.md"
STEPS = (
    *("Install", "Upgrade", "Roll back", "Scale", "Rotate"),
    *("Back up and restore", "Publish again"),
)


def commands(section: str) -> str:
    """All blocks of a section, as they stand."""
    text = PAGE.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))


def typed(section: str) -> str:
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", commands(section)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{section}: {done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def parley(cluster: None) -> Iterator[Installation]:
    there = Installation("parley")
    if not kubectl("get", "namespace", there.namespace).returncode:
        pytest.skip("a Parley that is not ours runs in the namespace parley")
    yield there
    kubectl("delete", "namespace", there.namespace, "--ignore-not-found", "--timeout=110s")


def test_every_section_with_commands_is_typed() -> None:
    sections = re.findall(r"^## (.*)$", PAGE.read_text(), re.MULTILINE)

    assert [one for one in sections if commands(one)] == [*STEPS, "Remove"]


def test_an_operator_goes_through_all_of_it(parley: Installation, report: Report) -> None:
    for step in STEPS:
        began = time.monotonic()
        typed(step)
        with candidates(parley, 4) as visit:
            answer = visit.end()
        report.add(f"operator: {step.lower()}", booked(answer), time.monotonic() - began)
        assert answer["asked_for"] == answer["booked"] == answer["invited"]

    typed("Remove")

    until(
        lambda: bool(kubectl("get", "namespace", parley.namespace).returncode),
        seconds=110,
        what="an end of the namespace",
    )


def booked(answer: dict[str, object]) -> str:
    return f"then {answer['invited']} of {answer['asked_for']} booked and invited"
