"""Each program reads what another wrote with its own packages alone, as in its image: nothing is there by chance."""

import tomllib
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"


@pytest.mark.parametrize("service", ["scheduling", "feedback", "notifications", "relay"])
def test_who_speaks_kafka_can_read_what_the_relay_compresses(service: str) -> None:
    assert 'compression_type="zstd"' in (SERVICES / "relay/src/relay/kafka.py").read_text()
    project = tomllib.loads((SERVICES / service / "pyproject.toml").read_text())["project"]

    (client,) = (one for one in project["dependencies"] if one.startswith("aiokafka"))
    assert client.startswith("aiokafka[zstd]")
