"""This service's pages on a port of this machine, and where their pictures are kept."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint, application
from tests.support.serving import served

from scheduling.adapters import http

PICTURES = Path(__file__).parents[2] / "docs" / "pages"


def serving(stage: Stage, mint: Mint) -> AbstractAsyncContextManager[str]:
    return served(http.server(application(stage, mint)))
