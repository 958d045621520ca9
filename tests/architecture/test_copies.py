"""The plumbing is copied, and the copies are alike but for the package's name.

Behaviour is what binds them (tests/conformance); this says which copy was forgotten in an edit. A copy
that has to differ is taken off the list, with its reason in docs/decisions.md.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "services"
MODEL, *OTHERS = ("scheduling", "feedback", "notifications")
COPIED = (
    "working_set.py",
    "adapters/answer.py",
    "adapters/batch.py",
    "adapters/certificates.py",
    "adapters/check/__init__.py",
    "adapters/check/database.py",
    "adapters/check/files.py",
    "adapters/check/findings.py",
    "adapters/check/kafka.py",
    "adapters/clock.py",
    "adapters/consumer.py",
    "adapters/lookahead.py",
    "adapters/database.py",
    "adapters/dead_letter.py",
    "adapters/failed.py",
    "adapters/failpoint.py",
    "adapters/figures.py",
    "adapters/http.py",
    "adapters/inbox.py",
    "adapters/kafka.py",
    "adapters/kafka_access.py",
    "adapters/kafka_look.py",
    "adapters/links.py",
    "adapters/logs.py",
    "adapters/memory.py",
    "adapters/metrics.py",
    "adapters/migrate.py",
    "adapters/migrated.py",
    "adapters/missed.py",
    "adapters/offsets.py",
    "adapters/outbox.py",
    "adapters/probes.py",
    "adapters/reconcile.py",
    "adapters/record.py",
    "adapters/rejection.py",
    "adapters/snapshot.py",
    "adapters/status.py",
    "adapters/table.py",
    "adapters/timer.py",
    "adapters/timer_runner.py",
    "adapters/told.py",
    "adapters/traces.py",
    "adapters/transaction.py",
    "adapters/warm_up.py",
    "domain/changed.py",
    "domain/revisions.py",
    "domain/zones.py",
    "migrations/0001_plumbing.sql",
    "migrations/0003_dead_letter_key.sql",
    "web/frame.py",
    "web/static/pico.css",
)
PIECES = (("use_cases/erase_person.py", "same_person"), ("__main__.py", "_loading"))
"""Functions alike, of files that are not."""


def words(service: str, name: str) -> list[str]:
    """Sorted words: the order of imports, and where a line breaks, follow the package's name."""
    text = (ROOT / service / "src" / service / name).read_text()
    spaced = text.replace(service, "SERVICE")
    for mark in "(),":
        spaced = spaced.replace(mark, " ")
    return sorted(spaced.split())


@pytest.mark.parametrize("name", COPIED)
@pytest.mark.parametrize("service", OTHERS)
def test_a_copy_is_what_the_model_is(service: str, name: str) -> None:
    assert words(service, name) == words(MODEL, name)


def piece(service: str, name: str, function: str) -> str:
    tree = ast.parse((ROOT / service / "src" / service / name).read_text())
    (found,) = (
        one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == function
    )
    return ast.dump(found)


@pytest.mark.parametrize(("name", "function"), PIECES)
@pytest.mark.parametrize("service", OTHERS)
def test_a_piece_is_what_the_models_is(service: str, name: str, function: str) -> None:
    assert piece(service, name, function) == piece(MODEL, name, function)


@pytest.mark.parametrize("name", ["failpoint.py", "kafka_look.py", "logs.py"])
def test_the_relay_has_the_same(name: str) -> None:
    ours = (ROOT / "relay" / "src" / "relay" / name).read_text()

    assert ours == (ROOT / MODEL / "src" / MODEL / "adapters" / name).read_text()
