"""The everyday part of `make faults`: each scenario in its small size leaves a history without a finding."""

from pathlib import Path

import pytest
from tests.faults.runner import run
from tests.faults.scenarios import SCENARIOS, Scenario

SEED = 1
EVERYDAY = [one for one in SCENARIOS.values() if one.everyday]


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scenario", EVERYDAY, ids=lambda one: one.name)
async def test_nothing_is_lost_doubled_or_out_of_order(scenario: Scenario, tmp_path: Path) -> None:
    result = await run(scenario, scenario.small, seed=SEED, kept=tmp_path)

    assert result.findings == []
    assert result.commands >= scenario.small.commands
    assert sum(result.harm.values()) > 0
