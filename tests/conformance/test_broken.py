"""Broken records that look alike are as many as they are; the same one again is none."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW

pytestmark = pytest.mark.postgres


async def test_each_of_two_records_that_are_broken_alike_is_kept_and_answered(bench: Bench) -> None:
    first, second = (replace(bench.record(number), value=b"{") for number in (1, 2))

    await bench.batch().ingest([first])
    await bench.batch().ingest([second])

    assert [letter["offset"] for letter in await bench.letters()] == [1, 2]
    assert len(await bench.answers()) == 2


async def test_a_broken_record_sent_again_under_a_new_id_is_kept_once(bench: Bench) -> None:
    at = NOW + timedelta(seconds=1)
    first, again = (
        replace(bench.record(number, event_id=f"e{number}", at=at), value=b"{") for number in (1, 2)
    )

    await bench.batch().ingest([first, again])

    assert [letter["offset"] for letter in await bench.letters()] == [1]
