"""What is promised in numbers, and how fast the allowance for it is used up.

Two windows each: the long one says that it matters, the short one that it goes on. 14.4 times too fast
uses up a month's allowance in two days, 6 times in five.
"""

from dataclasses import dataclass

from parley_monitoring.rules import Alert, Case, Severity

FEWEST = 5
"""Failures in the long window, below which nobody is called."""


@dataclass(frozen=True)
class Objective:
    name: str
    says: str
    bad: str
    """The share that fails, over `WINDOW`."""
    failures: str
    """How many that were, over `WINDOW`."""
    good_series: str
    bad_series: str
    """In a case, `good_series` counts what was tried and went well; `bad_series` what did not."""
    allowed: float = 0.001
    """The share that may fail in a month."""
    all_counted: bool = False
    """Whether `bad_series` counts all and `good_series` the good ones of them."""

    def share(self, window: str) -> str:
        return self.bad.replace("WINDOW", window)

    def often(self, window: str) -> str:
        """On a quiet evening, one failure among few is a large share."""
        return f"{self.failures.replace('WINDOW', window)} >= {FEWEST}"

    def alert(self, *, speed: float, long: str, short: str, name: str, minutes: int) -> Alert:
        limit = f"{speed * self.allowed:.4f}"
        severity = Severity.PAGE if speed > 10 else Severity.TICKET  # noqa: PLR2004 - the faster of the two
        return Alert(
            name=self.name + name,
            expression=f"{self.share(long)} > {limit} and {self.share(short)} > {limit}"
            f" and {self.often(long)}",
            held="2m",
            severity=severity,
            says=f"{self.says}: the month's allowance goes {speed:g} times too fast",
            fires=Case(series=self._series(minutes, failing=20), minutes=minutes, labels={}),
            quiet=Case(series=self._series(minutes, failing=0), minutes=minutes),
        )

    def _series(self, minutes: int, *, failing: int) -> dict[str, str]:
        """A hundred a minute, of which so many fail."""
        bad = 100 if self.all_counted else failing
        return {
            self.good_series: f"0+{100 - failing}x{minutes}",
            self.bad_series: f"0+{bad}x{minutes}",
        }


PAGES = Objective(
    "Pages",
    "Pages fail",
    'sum(rate(parley_http_requests_total{status="5xx"}[WINDOW]))'
    " / sum(rate(parley_http_requests_total[WINDOW]))",
    'sum(increase(parley_http_requests_total{status="5xx"}[WINDOW]))',
    'parley_http_requests_total{page="book",status="2xx"}',
    'parley_http_requests_total{page="book",status="5xx"}',
)
EVENTS = Objective(
    "Events",
    "Events reach Kafka later than 5 s",
    '1 - sum(rate(parley_relay_publish_seconds_bucket{le="5.0"}[WINDOW]))'
    " / sum(rate(parley_relay_publish_seconds_count[WINDOW]))",
    "sum(increase(parley_relay_publish_seconds_count[WINDOW]))"
    ' - sum(increase(parley_relay_publish_seconds_bucket{le="5.0"}[WINDOW]))',
    'parley_relay_publish_seconds_bucket{le="5.0"}',
    "parley_relay_publish_seconds_count",
    all_counted=True,
)
MAILS = Objective(
    "Mails",
    "Mails go out later than 60 s",
    '1 - sum(rate(parley_mail_age_seconds_bucket{le="60.0"}[WINDOW]))'
    " / sum(rate(parley_mail_age_seconds_count[WINDOW]))",
    "sum(increase(parley_mail_age_seconds_count[WINDOW]))"
    ' - sum(increase(parley_mail_age_seconds_bucket{le="60.0"}[WINDOW]))',
    'parley_mail_age_seconds_bucket{le="60.0"}',
    "parley_mail_age_seconds_count",
    allowed=0.01,
    all_counted=True,
)
ALERTS = tuple(
    objective.alert(speed=speed, long=long, short=short, name=name, minutes=minutes)
    for objective, fast, slow in (
        (PAGES, "FailingFast", "FailingSlowly"),
        (EVENTS, "LateFast", "LateSlowly"),
        (MAILS, "LateFast", "LateSlowly"),
    )
    for speed, long, short, name, minutes in (
        (14.4, "1h", "5m", fast, 70),
        (6.0, "6h", "30m", slow, 370),
    )
)
