"""What a scenario that found something leaves for whoever looks for its cause."""

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.faults.checker import Finding
from tests.faults.world import World

from parley_local.demo.system import SERVICES

STATUS_SECONDS = 30.0


async def keep(world: World, findings: Sequence[Finding], folder: Path) -> None:
    """Findings, every program's and server's log, and what `status` of each service says now."""
    said = {service: await status(world, service) for service in SERVICES}
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    await asyncio.to_thread(write, world, findings, said, folder)


def write(
    world: World, findings: Sequence[Finding], said: Mapping[str, bytes], folder: Path
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    told = "".join(f"{one.kind}: {one.what}\n" for one in findings)
    (folder / "findings.txt").write_text(told, encoding="utf-8")
    logs = [one.log for one in world.programs.values()]
    logs += [world.servers.postgres.log, *(node.log for node in world.servers.kafka.nodes)]
    for number, log in enumerate(logs):
        if log.exists():
            shutil.copy(log, folder / f"{number:02}-{log.name}")
    for service, answer in said.items():
        (folder / f"{service}.status.json").write_bytes(answer)


async def status(world: World, service: str) -> bytes:
    """As an operator gets it; where it does not come, why."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", service, "status", "--json"),
        env=os.environ | dict(world.programs[service].environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        answer, _ = await asyncio.wait_for(process.communicate(), STATUS_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"no answer in {STATUS_SECONDS:.0f} s\n".encode()
    return answer
