"""What every answer of every service says about itself, whatever it answers."""

from collections.abc import Mapping, Sequence

import httpx

ALWAYS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "script-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
"""Nothing inline, nothing from elsewhere, nothing around it."""


def assert_guarded(answer: httpx.Response, *, renew_url: str | None = None) -> None:
    said = {name: answer.headers.get_list(name) for name in ALWAYS}
    assert said == {name: [value] for name, value in ALWAYS.items()}, answer
    (policy,) = answer.headers.get_list("content-security-policy")
    rules = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    forms = "'self'" if renew_url is None else f"'self' {renew_url}"
    assert rules == POLICY | {"form-action": forms}, answer


def assert_all_guarded(
    answers: Mapping[int, Sequence[httpx.Response]], *, renew_url: str | None = None
) -> None:
    """By the status that each of them is to have."""
    for status, some in answers.items():
        for one in some:
            assert one.status_code == status, one
            assert_guarded(one, renew_url=renew_url)
