"""`python -m parley_monitoring FOLDER` writes what Prometheus and Grafana read; a test holds it to this."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from parley_monitoring import machinery, objectives, people
from parley_monitoring.dashboards import DASHBOARDS

GROUPS = {
    "parley-people": people.ALERTS,
    "parley-machinery": machinery.ALERTS,
    "parley-objectives": objectives.ALERTS,
}
ALERTS = tuple(alert for group in GROUPS.values() for alert in group)
NAMED = {"name": "parley", "labels": {"app.kubernetes.io/part-of": "parley"}}


def groups() -> dict[str, object]:
    found = [
        {"name": name, "rules": [alert.rule() for alert in alerts]}
        for name, alerts in GROUPS.items()
    ]
    return {"groups": found}


def pod_monitor() -> dict[str, object]:
    """Every series carries `app`, by which alerts and dashboards tell the services apart."""
    relabelings = [
        {
            "sourceLabels": ["__meta_kubernetes_pod_label_app_kubernetes_io_name"],
            "targetLabel": "app",
        }
    ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": NAMED,
        "spec": {
            "selector": {"matchLabels": {"app.kubernetes.io/part-of": "parley"}},
            "podMetricsEndpoints": [
                {"port": "http", "path": "/metrics", "interval": "15s", "relabelings": relabelings}
            ],
        },
    }


def files() -> dict[str, str]:
    rule = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": NAMED,
        "spec": groups(),
    }
    found = {
        "rules.yaml": _yaml(rule),
        "prometheus-rules.yaml": _yaml(groups()),
        "pod-monitor.yaml": _yaml(pod_monitor()),
    }
    for one in DASHBOARDS:
        text = json.dumps(one.document(), indent=1, ensure_ascii=False) + "\n"
        found[f"dashboards/{one.uid}.json"] = text
    return found


def main() -> int:
    folder = Path(sys.argv[1])
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


def _yaml(document: Mapping[str, object]) -> str:
    note = "# Written by `make monitoring`; edit deploy/monitoring instead.\n"
    return note + yaml.safe_dump(document, sort_keys=False, width=120, allow_unicode=True)


if __name__ == "__main__":
    sys.exit(main())
