"""A finding is worth little without the logs of whoever was there."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.faults.checker import Finding
from tests.faults.kept import keep

from parley_local.demo.system import SERVICES, Program


async def test_logs_findings_and_what_status_said_are_kept(tmp_path: Path) -> None:
    nobody = "postgresql://nobody@127.0.0.1:1/none"
    programs = {
        one: Program(one, [one], {f"{one.upper()}_DATABASE_URL": nobody}, tmp_path, 1)
        for one in SERVICES
    }
    for one in programs.values():
        one.log.write_text(f"{one.name} was here")
    server = SimpleNamespace(log=tmp_path / "postgres.log")
    server.log.write_text("FATAL: gone")
    world: Any = SimpleNamespace(
        programs=programs,
        servers=SimpleNamespace(postgres=server, kafka=SimpleNamespace(nodes=[])),
    )

    await keep(world, [Finding("hang", "stood still")], tmp_path / "kept")

    kept = {one.name: one.read_text() for one in (tmp_path / "kept").iterdir()}
    assert kept["findings.txt"] == "hang: stood still\n"
    assert {f"{n:02}-{one}.log" for n, one in enumerate([*SERVICES, "postgres"])} <= set(kept)
    assert kept["03-postgres.log"] == "FATAL: gone"
    assert all(kept[f"{one}.status.json"] for one in SERVICES)
