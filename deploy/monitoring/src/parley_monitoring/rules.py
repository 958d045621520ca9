"""What an alert is, and the cases that show when it fires and when it does not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    PAGE = "page"
    """Somebody is called now."""
    TICKET = "ticket"
    """Somebody looks within a working day."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Series in promtool's notation, one sample a minute; looked at after so many minutes."""

    series: Mapping[str, str]
    minutes: int
    labels: Mapping[str, str] | None = None
    """Of the alert that fires, besides its severity; None where none does."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    name: str
    expression: str
    held: str
    """For how long it must be so."""
    severity: Severity
    says: str
    """In words for the people whose interviews these are."""
    fires: Case
    quiet: Case

    @property
    def page(self) -> str:
        """The runbook's file: OffersNotSent is offers-not-sent.md."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", self.name).lower() + ".md"

    @property
    def annotations(self) -> dict[str, str]:
        return {"summary": self.says, "runbook": f"docs/runbooks/{self.page}"}

    def rule(self) -> dict[str, object]:
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": self.held,
            "labels": {"severity": str(self.severity)},
            "annotations": self.annotations,
        }


def told(text: str, labels: Mapping[str, str]) -> str:
    """As Prometheus fills in `{{ $labels.x }}`."""
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels.get(found[1], ""), text)


def promtool_test(alert: Alert, case: Case) -> dict[str, object]:
    expected: list[dict[str, object]] = []
    if case.labels is not None:
        annotations = {name: told(text, case.labels) for name, text in alert.annotations.items()}
        labels = {"severity": str(alert.severity), **case.labels}
        expected.append({"exp_labels": labels, "exp_annotations": annotations})
    return {
        "interval": "1m",
        "input_series": [
            {"series": name, "values": values} for name, values in case.series.items()
        ],
        "alert_rule_test": [
            {"eval_time": f"{case.minutes}m", "alertname": alert.name, "exp_alerts": expected}
        ],
    }


def promtool_tests(alerts: Sequence[Alert], rule_file: str) -> dict[str, object]:
    cases = [promtool_test(one, case) for one in alerts for case in (one.fires, one.quiet)]
    return {"rule_files": [rule_file], "evaluation_interval": "1m", "tests": cases}
