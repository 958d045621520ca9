"""docs/metrics.md says what is exported, all of it and nothing else; alerts and dashboards ask for nothing else."""

import json
import re
from pathlib import Path

import pytest
from tests.monitoring.exported import base, exported

from parley_monitoring.__main__ import ALERTS
from parley_monitoring.dashboards import DASHBOARDS

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(parley_\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)
NAME = re.compile(r"parley_\w+")
LABELLED = re.compile(r"(parley_\w+)\{([^}]*)\}")
MATCHED = re.compile(r"(\w+)\s*(?:=~|!=|=|!~)")
FROM_THE_SCRAPE = {"app"}


def test_the_table_is_what_the_services_export() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text()
    rows = {
        name: (kind, tuple(re.findall(r"`(\w+)`", labels)), services.strip())
        for name, kind, labels, services in ROW.findall(text)
    }
    found = {name: (one.type, one.labels, _said(one.services)) for name, one in exported().items()}

    assert rows == found


def _said(services: frozenset[str]) -> str:
    three = {"scheduling", "feedback", "notifications"}
    names = ["services"] if services >= three else []
    return ", ".join(names + sorted(services - three if names else services))


def expressions() -> list[tuple[str, str]]:
    alerts = [(one.name, one.expression) for one in ALERTS]
    panels = [
        (f"{dashboard.uid}: {panel.title}", expression)
        for dashboard in DASHBOARDS
        for panel in dashboard.panels
        for expression in panel.queries.values()
    ]
    return alerts + panels


@pytest.mark.parametrize(("where", "expression"), expressions(), ids=lambda one: str(one)[:60])
def test_what_is_asked_for_is_exported_with_these_labels(where: str, expression: str) -> None:
    known = exported()
    names = NAME.findall(expression)

    assert names, where
    assert [one for one in names if base(one, known) not in known] == []
    for name, matchers in LABELLED.findall(expression):
        labels = {*known[base(name, known)].labels, *FROM_THE_SCRAPE, "le"}
        assert set(MATCHED.findall(matchers)) <= labels, where


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.uid)
def test_a_dashboard_is_laid_out_without_overlap(dashboard: object) -> None:
    uid = getattr(dashboard, "uid", "")
    path = ROOT / "deploy" / "components" / "monitoring" / "dashboards" / f"{uid}.json"
    panels = json.loads(path.read_text())["panels"]
    places = {(one["gridPos"]["x"], one["gridPos"]["y"]) for one in panels}

    assert len(places) == len(panels) > 0
    assert all(one["gridPos"]["x"] + one["gridPos"]["w"] <= 24 for one in panels)
    assert all(one["targets"] and one["title"] for one in panels)
