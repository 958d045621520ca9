"""Alerts about what carries the events: relay, consumers, timers, servers, certificates."""

from parley_monitoring.rules import Alert, Case, Severity

LAG = "parley_consumer_lag_records"
WAITS = "parley_waiting_oldest_seconds"
CERTIFICATE = "parley_certificate_expiry_timestamp_seconds"
READ = "parley_records_total"
SERVICES = ("scheduling", "feedback", "notifications")
DAY = 86_400


def gone(service: str) -> str:
    return f'label_replace(absent(parley_build_info{{service="{service}"}}), "app", "{service}", "", "")'


ALERTS = (
    Alert(
        name="NoRelayLeader",
        expression=(
            "sum by (database) (parley_relay_leading) < 1"
            ' or group by (database) (label_replace(parley_build_info{service!="relay"},'
            ' "database", "$1", "service", "(.*)") unless on (database) parley_relay_leading)'
        ),
        held="2m",
        severity=Severity.PAGE,
        says="No relay moves the events of {{ $labels.database }} to Kafka",
        fires=Case(
            series={
                'parley_relay_leading{database="feedback",pod="a"}': "1x3 0x20",
                'parley_relay_leading{database="feedback",pod="b"}': "0x20",
                'parley_build_info{service="feedback"}': "1x20",
            },
            minutes=10,
            labels={"database": "feedback"},
        ),
        quiet=Case(
            series={
                'parley_relay_leading{database="feedback",pod="a"}': "1x3 0x20",
                'parley_relay_leading{database="feedback",pod="b"}': "0x3 1x20",
                'parley_build_info{service="feedback"}': "1x20",
                'parley_build_info{service="relay"}': "1x20",
            },
            minutes=10,
        ),
    ),
    Alert(
        name="OutboxStalled",
        expression="max by (app) (parley_outbox_oldest_age_seconds) > 60",
        held="2m",
        severity=Severity.PAGE,
        says="What {{ $labels.app }} decided has not reached Kafka for over a minute",
        fires=Case(
            series={'parley_outbox_oldest_age_seconds{app="scheduling"}': "0+60x10"},
            minutes=5,
            labels={"app": "scheduling"},
        ),
        quiet=Case(
            series={'parley_outbox_oldest_age_seconds{app="scheduling"}': "0 90 0x10"}, minutes=5
        ),
    ),
    Alert(
        name="DeadLetters",
        expression="max by (app, topic) (parley_dead_letters) > 0",
        held="2m",
        severity=Severity.TICKET,
        says="{{ $labels.app }} could not take in records of {{ $labels.topic }}",
        fires=Case(
            series={'parley_dead_letters{app="feedback",topic="ats.applications.v1"}': "1x10"},
            minutes=5,
            labels={"app": "feedback", "topic": "ats.applications.v1"},
        ),
        quiet=Case(
            series={'parley_dead_letters{app="feedback",topic="ats.applications.v1"}': "1 1 stale"},
            minutes=8,
        ),
    ),
    Alert(
        name="LagGrowing",
        expression=(
            f"max by (app, topic) ({LAG}) > 1000 and max by (app, topic) (deriv({LAG}[10m])) > 0"
        ),
        held="10m",
        severity=Severity.PAGE,
        says="{{ $labels.app }} falls behind on {{ $labels.topic }}",
        fires=Case(
            series={f'{LAG}{{app="scheduling",topic="ats.busy.v1"}}': "1500+100x40"},
            minutes=25,
            labels={"app": "scheduling", "topic": "ats.busy.v1"},
        ),
        quiet=Case(
            series={f'{LAG}{{app="scheduling",topic="ats.busy.v1"}}': "9000-100x40"}, minutes=25
        ),
    ),
    Alert(
        name="NothingRead",
        expression=(
            f"max by (app, topic) (min_over_time({LAG}[15m])) > 0"
            f" unless sum by (app, topic) (increase({READ}[15m])) > 0"
        ),
        held="2m",
        severity=Severity.PAGE,
        says="{{ $labels.app }} has read nothing of {{ $labels.topic }} for 15 minutes, and records wait there",
        fires=Case(
            series={
                f'{LAG}{{app="scheduling",topic="ats.applications.v1"}}': "0x5 3x30",
                f'{READ}{{app="scheduling",topic="ats.applications.v1",result="done"}}': "0+1x5 stale",
            },
            minutes=30,
            labels={"app": "scheduling", "topic": "ats.applications.v1"},
        ),
        quiet=Case(
            series={
                f'{LAG}{{app="scheduling",topic="ats.applications.v1"}}': "0x5 3x30",
                f'{READ}{{app="scheduling",topic="ats.applications.v1",result="done"}}': "0+1x35",
            },
            minutes=30,
        ),
    ),
    Alert(
        name="WaitingTooLong",
        expression=f"max by (app, kind) ({WAITS}) > 1800",
        held="5m",
        severity=Severity.TICKET,
        says="In {{ $labels.app }} {{ $labels.kind }} have waited for half an hour",
        fires=Case(
            series={f'{WAITS}{{app="feedback",kind="applications"}}': "0+60x60"},
            minutes=40,
            labels={"app": "feedback", "kind": "applications"},
        ),
        quiet=Case(
            series={f'{WAITS}{{app="feedback",kind="applications"}}': "0+60x30 0x30"}, minutes=40
        ),
    ),
    Alert(
        name="TimersParked",
        expression="max by (app) (parley_timers_parked) > 0",
        held="5m",
        severity=Severity.TICKET,
        says="Timers of {{ $labels.app }} failed, and what was due does not happen",
        fires=Case(
            series={'parley_timers_parked{app="scheduling"}': "1x20"},
            minutes=10,
            labels={"app": "scheduling"},
        ),
        quiet=Case(series={'parley_timers_parked{app="scheduling"}': "1 1 0x20"}, minutes=10),
    ),
    Alert(
        name="TimersOverdue",
        expression="max by (app) (parley_timers_oldest_due_seconds) > 120",
        held="3m",
        severity=Severity.PAGE,
        says="{{ $labels.app }} is late with what is due: reminders, ends of sessions, promises",
        fires=Case(
            series={'parley_timers_oldest_due_seconds{app="feedback"}': "0+60x20"},
            minutes=10,
            labels={"app": "feedback"},
        ),
        quiet=Case(
            series={'parley_timers_oldest_due_seconds{app="feedback"}': "0 150 0x20"}, minutes=10
        ),
    ),
    Alert(
        name="ServersOutOfReach",
        expression="sum by (app, where) (increase(parley_outages_total[5m])) > 3",
        held="0m",
        severity=Severity.PAGE,
        says="{{ $labels.app }} does not reach its servers: {{ $labels.where }}",
        fires=Case(
            series={'parley_outages_total{app="scheduling",where="kafka"}': "0 0 2+2x10"},
            minutes=6,
            labels={"app": "scheduling", "where": "kafka"},
        ),
        quiet=Case(
            series={'parley_outages_total{app="scheduling",where="kafka"}': "0 0 1x10"}, minutes=6
        ),
    ),
    Alert(
        name="NobodyWatches",
        expression=(
            'group by (app) (parley_build_info{service!="relay"})'
            " unless on (app) group by (app) (parley_timers_due)"
        ),
        held="3m",
        severity=Severity.PAGE,
        says="No process of {{ $labels.app }} leads its timers, and what waits there is not seen",
        fires=Case(
            series={
                'parley_build_info{app="feedback",service="feedback"}': "1x20",
                'parley_timers_due{app="feedback"}': "0 stale",
                'parley_build_info{app="feedback",service="relay"}': "1x20",
            },
            minutes=10,
            labels={"app": "feedback"},
        ),
        quiet=Case(
            series={
                'parley_build_info{app="feedback",service="feedback"}': "1x20",
                'parley_build_info{app="feedback",service="relay"}': "1x20",
                'parley_timers_due{app="feedback"}': "0x20",
            },
            minutes=10,
        ),
    ),
    Alert(
        name="ServiceGone",
        expression=f"group by (app) ({' or '.join(map(gone, SERVICES))})",
        held="5m",
        severity=Severity.PAGE,
        says="Nothing is seen of {{ $labels.app }}: no process of it runs, or nobody measures it",
        fires=Case(
            series={
                'parley_build_info{app="scheduling",service="scheduling"}': "1x5 stale",
                'parley_build_info{app="feedback",service="feedback"}': "1x20",
                'parley_build_info{app="notifications",service="notifications"}': "1x20",
            },
            minutes=15,
            labels={"app": "scheduling"},
        ),
        quiet=Case(
            series={
                f'parley_build_info{{app="{one}",service="{one}"}}': "1x20" for one in SERVICES
            },
            minutes=15,
        ),
    ),
    Alert(
        name="CertificateEnding",
        expression=f"min by (app, setting) ({CERTIFICATE}) - time() < {14 * DAY}",
        held="5m",
        severity=Severity.TICKET,
        says="The certificate {{ $labels.setting }} of {{ $labels.app }} ends within 14 days",
        fires=Case(
            series={f'{CERTIFICATE}{{app="feedback",setting="kafka_ca"}}': f"{13 * DAY}x20"},
            minutes=10,
            labels={"app": "feedback", "setting": "kafka_ca"},
        ),
        quiet=Case(
            series={f'{CERTIFICATE}{{app="feedback",setting="kafka_ca"}}': f"{30 * DAY}x20"},
            minutes=10,
        ),
    ),
    Alert(
        name="NothingHeard",
        expression='sum by (app) (increase(parley_records_total{topic=~"ats[.].*"}[12h])) == 0',
        held="12h",
        severity=Severity.TICKET,
        says="{{ $labels.app }} has read nothing of the ATS for a day: does it publish?",
        fires=Case(
            series={
                'parley_records_total{app="scheduling",topic="ats.busy.v1",result="done"}': "5x1600",
                # Reminders and digests go on by themselves.
                'parley_records_total{app="scheduling",topic="parley.notifications.v1",result="done"}': "0+1x1600",
            },
            minutes=1500,
            labels={"app": "scheduling"},
        ),
        quiet=Case(
            series={
                'parley_records_total{app="scheduling",topic="ats.busy.v1",result="done"}': "0+1x1600"
            },
            minutes=1500,
        ),
    ),
)
