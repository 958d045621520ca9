"""A log says where something broke, and nothing of what was at hand there."""

import importlib
import json
from collections.abc import Iterator

import pytest
import structlog

MODULES = ("scheduling.adapters", "feedback.adapters", "notifications.adapters", "relay")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize("package", MODULES)
def test_it_says_where_it_broke_and_not_with_what(
    package: str, capsys: pytest.CaptureFixture[str]
) -> None:
    importlib.import_module(f"{package}.logs").configure("INFO", package)
    payload = "what somebody wrote"
    try:
        raise ValueError(payload)  # noqa: TRY301 - to be caught
    except ValueError:
        structlog.get_logger().exception("broke")

    said = capsys.readouterr().err
    assert payload not in said
    assert json.loads(said)["error"] == "ValueError"
    assert json.loads(said)["frames"][-1].startswith("test_logs.py:")
