"""Alerts about what people wait for: candidates, interviewers, recruiters."""

from parley_monitoring.rules import Alert, Case, Severity

UNSENT = "parley_mails_unsent_oldest_seconds"
FAILING = 'parley_mails_total{result=~"refused|gave_up|put off"}'
TRIED = 'parley_mails_total{result=~"refused|gave_up|put off|sent"}'

ALERTS = (
    Alert(
        name="OffersNotSent",
        expression=f'max(max_over_time({UNSENT}{{kind="offer"}}[2m])) > 600',
        held="1m",
        severity=Severity.PAGE,
        says="Candidates have waited over 10 minutes for the mail with the times to choose from",
        fires=Case(series={f'{UNSENT}{{kind="offer"}}': "0+60x20"}, minutes=15, labels={}),
        quiet=Case(series={f'{UNSENT}{{kind="offer"}}': "300x20"}, minutes=15),
    ),
    Alert(
        name="MailsNotSent",
        expression=f'max by (kind) (max_over_time({UNSENT}{{kind!="offer"}}[2m])) > 1800',
        held="1m",
        severity=Severity.TICKET,
        says="Mails of kind {{ $labels.kind }} have waited over half an hour to go out",
        fires=Case(
            series={f'{UNSENT}{{kind="reminder"}}': "0+120x30"},
            minutes=25,
            labels={"kind": "reminder"},
        ),
        quiet=Case(series={f'{UNSENT}{{kind="reminder"}}': "900x30"}, minutes=25),
    ),
    Alert(
        name="InterviewWithoutPlace",
        expression="max(parley_interviews_without_place) > 0",
        held="5m",
        severity=Severity.PAGE,
        says="An interview begins within 2 hours and does not say where",
        fires=Case(series={"parley_interviews_without_place": "1x20"}, minutes=10, labels={}),
        quiet=Case(series={"parley_interviews_without_place": "1x2 0x20"}, minutes=10),
    ),
    Alert(
        name="PromisesBroken",
        expression="max(parley_promises_overdue) > 0",
        held="30m",
        severity=Severity.TICKET,
        says="A candidate has not had the word that they were promised",
        fires=Case(series={"parley_promises_overdue": "2x60"}, minutes=40, labels={}),
        quiet=Case(series={"parley_promises_overdue": "2x10 0x50"}, minutes=40),
    ),
    Alert(
        name="MailFailing",
        expression=(
            f"sum(rate({FAILING}[10m])) / sum(rate({TRIED}[10m])) > 0.05"
            # A single mail that is put off is tried four times in an hour.
            f" and sum(increase({FAILING}[1h])) >= 5"
        ),
        held="10m",
        severity=Severity.PAGE,
        says="More than 5 % of mails are refused or put off by the mail server",
        fires=Case(
            series={
                'parley_mails_total{result="sent"}': "0+9x40",
                'parley_mails_total{result="refused"}': "0+1x40",
            },
            minutes=30,
            labels={},
        ),
        quiet=Case(
            series={
                'parley_mails_total{result="sent"}': "0+99x40",
                'parley_mails_total{result="refused"}': "0+1x40",
            },
            minutes=30,
        ),
    ),
    Alert(
        name="MailHeld",
        expression="max by (by) (parley_mail_held) > 0",
        held="1m",
        severity=Severity.PAGE,
        says="No mail goes out: stopped by {{ $labels.by }}",
        fires=Case(
            series={'parley_mail_held{by="fuse"}': "1x10"}, minutes=5, labels={"by": "fuse"}
        ),
        quiet=Case(series={'parley_mail_held{by="hand"}': "1 stale"}, minutes=5),
    ),
    Alert(
        name="MailSetAside",
        expression='sum(increase(parley_mails_total{result="set aside"}[1h])) > 0',
        held="0m",
        severity=Severity.TICKET,
        says="What became of a mail cannot be stored: it is set aside, and not tried again",
        fires=Case(
            series={'parley_mails_total{result="set aside"}': "0x5 1x40"}, minutes=20, labels={}
        ),
        quiet=Case(series={'parley_mails_total{result="set aside"}': "1x90"}, minutes=20),
    ),
    Alert(
        name="LinkAbuse",
        expression='sum(rate(parley_tokens_refused_total{reason="unknown"}[5m])) > 1',
        held="2m",
        severity=Severity.PAGE,
        says="Somebody tries links that nobody was sent, more than one a second",
        fires=Case(
            series={'parley_tokens_refused_total{reason="unknown"}': "0+6000x10"},
            minutes=5,
            labels={},
        ),
        quiet=Case(series={'parley_tokens_refused_total{reason="unknown"}': "0+20x10"}, minutes=5),
    ),
    Alert(
        name="ErasureOverdue",
        expression=(
            'max by (app) (parley_consumer_lag_records{topic="ats.people.v1"}) > 0'
            ' or max by (app) (parley_dead_letters{topic="ats.people.v1"}) > 0'
        ),
        held="1h",
        severity=Severity.TICKET,
        says="{{ $labels.app }} has not taken in what was said of people for an hour: an erasure may wait",
        fires=Case(
            series={'parley_consumer_lag_records{app="feedback",topic="ats.people.v1"}': "1x90"},
            minutes=70,
            labels={"app": "feedback"},
        ),
        quiet=Case(
            series={
                'parley_consumer_lag_records{app="feedback",topic="ats.people.v1"}': "1x40 0x50"
            },
            minutes=70,
        ),
    ),
)
