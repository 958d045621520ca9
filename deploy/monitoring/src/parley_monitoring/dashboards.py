"""Two Grafana dashboards: the pipeline at a glance, and one service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, COLUMNS = 8, 8, 3
SOURCE = {"type": "prometheus", "uid": "${source}"}
APP = '{app="$app"}'


@dataclass(frozen=True)
class Panel:
    title: str
    queries: Mapping[str, str]
    """The legend of each expression."""
    unit: str = "short"
    kind: str = "timeseries"


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    panels: Sequence[Panel]
    per_app: bool = False

    def document(self) -> dict[str, object]:
        variables = [{"name": "source", "type": "datasource", "query": "prometheus"}]
        if self.per_app:
            query = "label_values(parley_build_info, app)"
            variables.append(
                {"name": "app", "type": "query", "query": query, "datasource": SOURCE}  # type: ignore[dict-item]  # Grafana's own mixture
            )
        return {
            "uid": self.uid,
            "title": self.title,
            "schemaVersion": 39,
            "tags": ["parley"],
            "time": {"from": "now-6h", "to": "now"},
            "refresh": "30s",
            "templating": {"list": variables},
            "panels": [_panel(number, one) for number, one in enumerate(self.panels)],
        }


def _panel(number: int, panel: Panel) -> dict[str, object]:
    row, column = divmod(number, COLUMNS)
    targets = [
        {"refId": chr(ord("A") + place), "expr": expression, "legendFormat": legend}
        for place, (legend, expression) in enumerate(panel.queries.items())
    ]
    return {
        "id": number + 1,
        "title": panel.title,
        "type": panel.kind,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": targets,
    }


def late(share: str, histogram: str, by: str) -> str:
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({histogram}_bucket[5m])))"


PIPELINE = Dashboard(
    "parley-pipeline",
    "Parley: the pipeline at a glance",
    (
        Panel("Offers waiting to go out, oldest", {"offers": 'max(parley_mails_unsent_oldest_seconds{kind="offer"}) or vector(0)'}, "s", "stat"),
        Panel("Interviews in 2 hours without a place", {"interviews": "max(parley_interviews_without_place)"}, kind="stat"),
        Panel("Candidates owed a word", {"overdue": "max(parley_promises_overdue)"}, kind="stat"),
        Panel("Records taken in", {"{{app}}": 'sum by (app) (rate(parley_records_total{result="done"}[5m]))'}, "ops"),
        Panel("From ce_time to its effect, p99", {"{{app}}": late("0.99", "parley_event_latency_seconds", "app")}, "s"),
        Panel("Behind on Kafka", {"{{app}}": "sum by (app) (parley_consumer_lag_records)"}),
        Panel("Not on Kafka yet", {"{{app}}": "max by (app) (parley_outbox_unpublished_rows)"}),
        Panel("From decision to Kafka, p99", {"relay": "histogram_quantile(0.99, sum by (le) (rate(parley_relay_publish_seconds_bucket[5m])))"}, "s"),
        Panel("Relay leaders", {"{{database}}": "sum by (database) (parley_relay_leading)"}),
        Panel("Mails, by what became of them", {"{{result}}": "sum by (result) (rate(parley_mails_total[5m]))"}, "ops"),
        Panel("Mails not sent", {"{{kind}}": "max by (kind) (parley_mails_unsent)"}),
        Panel("Mails, from written to handed over, p99", {"mails": "histogram_quantile(0.99, sum by (le) (rate(parley_mail_age_seconds_bucket[5m])))"}, "s"),
        Panel("Mail held", {"{{by}}": "max by (by) (parley_mail_held)"}),
        Panel("Dead letters", {"{{app}} {{topic}}": "max by (app, topic) (parley_dead_letters)"}),
        Panel("Waiting for something unknown", {"{{kind}}": "max by (kind) (parley_waiting_rows)"}),
        Panel("Waiting for something unknown, oldest", {"{{kind}}": "max by (kind) (parley_waiting_oldest_seconds)"}, "s"),
        Panel("Links refused", {"{{reason}}": "sum by (reason) (rate(parley_tokens_refused_total[5m]))"}, "ops"),
    ),
)  # fmt: skip
SERVICE = Dashboard(
    "parley-service",
    "Parley: one service",
    (
        Panel("Version", {"{{version}}": f"count by (version) (parley_build_info{APP})"}, kind="stat"),
        Panel("Time zones", {"{{version}}": f"count by (version) (parley_tzdata_info{APP})"}, kind="stat"),
        Panel("Certificates end in", {"{{setting}}": f"min by (setting) (parley_certificate_expiry_timestamp_seconds{APP}) - time()"}, "s", "stat"),
        Panel("Records, by what became of them", {"{{result}}": f"sum by (result) (rate(parley_records_total{APP}[5m]))"}, "ops"),
        Panel("A batch, p99", {"batch": f"histogram_quantile(0.99, sum by (le) (rate(parley_batch_seconds_bucket{APP}[5m])))"}, "s"),
        Panel("Behind on Kafka", {"{{topic}}": f"max by (topic) (parley_consumer_lag_records{APP})"}),
        Panel("Rebalances", {"in 5 minutes": f"sum(increase(parley_rebalances_total{APP}[5m]))"}),
        Panel("Servers out of reach", {"{{where}}": f"sum by (where) (increase(parley_outages_total{APP}[5m]))"}),
        Panel("Refusals", {"{{reason}}": f"sum by (reason) (rate(parley_refusals_total{APP}[5m]))"}, "ops"),
        Panel("Timers fired", {"{{kind}}": 'sum by (kind) (rate(parley_timers_total{app="$app",result="fired"}[5m]))'}, "ops"),
        Panel("Timers due and parked", {"due": f"max(parley_timers_due{APP})", "parked": f"max(parley_timers_parked{APP})"}),
        Panel("Oldest due timer", {"seconds": f"max(parley_timers_oldest_due_seconds{APP})"}, "s"),
        Panel("Pages, p95", {"{{page}}": f"histogram_quantile(0.95, sum by (le, page) (rate(parley_http_request_seconds_bucket{APP}[5m])))"}, "s"),
        Panel("Pages, by status", {"{{status}}": f"sum by (status) (rate(parley_http_requests_total{APP}[5m]))"}, "ops"),
        Panel("Outbox, oldest", {"seconds": f"max(parley_outbox_oldest_age_seconds{APP})"}, "s"),
        Panel("Revisions skipped over", {"{{topic}}": f"sum by (topic) (increase(parley_revision_gaps_total{APP}[5m]))"}),
        Panel("Erasures, p99", {"seconds": f"histogram_quantile(0.99, sum by (le) (rate(parley_erasure_seconds_bucket{APP}[1h])))"}, "s"),
        Panel("Since a loop came round", {"{{loop}}": f"time() - max by (loop) (parley_loop_last_turn_timestamp_seconds{APP})"}, "s"),
    ),
    per_app=True,
)  # fmt: skip
DASHBOARDS = (PIPELINE, SERVICE)
