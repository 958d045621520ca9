"""What operators watch of the mail; labels hold no ids and no personal data."""

from prometheus_client import Counter, Histogram

from notifications.adapters.metrics import REGISTRY

MAILS = Counter(
    "parley_mails_total", "Attempts to send, by what became of them", ["result"], registry=REGISTRY
)
MAILS.labels(result="set aside")  # 0, so that the first one is seen to rise
SECONDS = Histogram(
    "parley_mail_send_seconds",
    "Handing one mail over, from the open line to the server's answer",
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
AGE = Histogram(
    "parley_mail_age_seconds",
    "From when a mail was written to when the server took it",
    registry=REGISTRY,
    buckets=(1, 10, 60, 600, 3600),
)
