"""Alerts: what is written is what the code says, each fires and is quiet where it should, each has its page."""

import importlib
import re
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.monitoring import promtool

from parley_monitoring.__main__ import ALERTS, files
from parley_monitoring.rules import Alert, promtool_test, promtool_tests

ROOT = Path(__file__).parents[2]
COMPONENT = ROOT / "deploy" / "components" / "monitoring"
RUNBOOKS = ROOT / "docs" / "runbooks"
HEADINGS = ["## What it means", "## How to see it", "## What to do", "## How to know it is over"]
COMMAND = re.compile(r"`python -m (scheduling|feedback|notifications|relay) ([^`]+)`")


def test_what_is_written_is_what_the_code_says() -> None:
    """`make monitoring` writes it."""
    assert {name: (COMPONENT / name).read_text() for name in files()} == files()


def test_there_are_enough_and_no_two_of_a_name() -> None:
    names = [one.name for one in ALERTS]
    assert len(set(names)) == len(names) >= 12


def test_promtool_accepts_the_rules() -> None:
    done = subprocess.run(
        [promtool.found(), "check", "rules", str(promtool.RULES)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_each_alert_fires_and_is_quiet_where_it_should(tmp_path: Path) -> None:
    assert promtool.failures(tmp_path, promtool_tests(ALERTS, str(promtool.RULES))) == ""


@pytest.mark.parametrize("alert", ALERTS, ids=lambda one: one.name)
def test_its_two_cases_tell_firing_from_quiet(alert: Alert, tmp_path: Path) -> None:
    """The quiet series, expected to fire, must fail: else the case would say nothing."""
    swapped = replace(alert.quiet, labels=alert.fires.labels)
    document = promtool_tests([], str(promtool.RULES))
    document["tests"] = [promtool_test(alert, swapped)]

    assert alert.fires.labels is not None
    assert alert.quiet.labels is None
    assert "FAILED" in promtool.failures(tmp_path, document)


def test_alerts_and_pages_are_the_same() -> None:
    pages = {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md"}
    assert pages == {one.page for one in ALERTS}
    index = (RUNBOOKS / "README.md").read_text()
    assert all(f"[{one.name}]({one.page})" in index for one in ALERTS)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda one: one.name)
def test_a_page_answers_the_four_questions(alert: Alert) -> None:
    text = (RUNBOOKS / alert.page).read_text()
    headings = [line for line in text.splitlines() if line.startswith("#")]

    assert headings == [f"# {alert.name}", *HEADINGS]
    assert COMMAND.search(text)


@pytest.mark.parametrize("page", sorted(RUNBOOKS.glob("*.md")), ids=lambda one: one.name)
def test_its_commands_are_understood(page: Path) -> None:
    for program, arguments in COMMAND.findall(page.read_text()):
        parser = importlib.import_module(f"{program}.__main__")._parser()
        parser.parse_args(shlex.split(arguments))


def test_the_component_names_all_that_is_written() -> None:
    given = yaml.safe_load((COMPONENT / "kustomization.yaml").read_text())
    (dashboards,) = given["configMapGenerator"]
    plain, by_hand = {"prometheus-rules.yaml"}, {"network.yaml"}

    assert {*given["resources"], *dashboards["files"]} == (files().keys() - plain) | by_hand
