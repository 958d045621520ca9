"""What is done to the lines between our programs and their servers."""

import asyncio

from tests.faults import works
from tests.faults.proxy import CLEAR, LATE, NARROW, SILENT, TORN, Lines, Proxy
from tests.faults.world import World

from parley_local.demo.system import SENDS_MAILS
from parley_local.kafka import KafkaNode
from parley_local.ports import LOOPBACK, free_ports

WEATHERS = (SILENT, TORN, LATE, NARROW)
LASTS_SECONDS = 5.0
RECOVERY_SECONDS = 45.0
"""A time-out of at most 30 s, and what has to be done anew after it."""
ANSWER_SECONDS = 30.0


DOOR = """
listeners=PLAINTEXT://{host}:{client},CONTROLLER://{host}:{controller},DOOR://{host}:{door}
advertised.listeners=PLAINTEXT://{host}:{client},DOOR://{host}:{proxy}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,DOOR:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
"""
"""A second listener, whose clients are told the proxy's address. Of two lines in the file the last one counts."""


async def through_proxies(world: World) -> None:
    kafka, postgres = world.servers.kafka, world.servers.postgres
    (door,) = free_ports(1)
    lines = Lines(Proxy(door), Proxy(postgres.port))
    for proxy in (lines.kafka, lines.postgres):
        await proxy.start()
        world.ending.push_async_callback(proxy.stop)
    client, controller = kafka.ports[0].client, kafka.ports[0].controller
    settings = DOOR.format(
        host=LOOPBACK, client=client, controller=controller, door=door, proxy=lines.kafka.port
    )
    await asyncio.to_thread(_restart_with, kafka.nodes[0], settings)
    for program in world.programs.values():
        program.environment = {
            name: value.replace(f":{client}", f":{lines.kafka.port}").replace(
                f":{postgres.port}/", f":{lines.postgres.port}/"
            )
            for name, value in program.environment.items()
        }
    world.lines_to_servers = lines


def _restart_with(node: KafkaNode, settings: str) -> None:
    node.stop()
    node.settings.write_text(node.settings.read_text(encoding="utf-8") + settings, encoding="utf-8")
    node.start()


async def bad_lines(world: World, times: int) -> None:
    """One kind of trouble after the other on all lines at once; each time everything works again soon."""
    lines = world.lines_to_servers
    if lines is None:
        raise LookupError("this scenario needs its proxies")
    await world.somebody_sees()
    for number in range(times):
        weather = WEATHERS[number % len(WEATHERS)]
        lines.turn(weather)
        world.harm[f"lines {weather.name}"] += 1
        world.crashed(SENDS_MAILS)
        world.ears.slowest = 0.0
        asking = asyncio.create_task(works.seen_again(world))
        await asyncio.sleep(LASTS_SECONDS)
        lines.turn(CLEAR)
        await works.works_again(world, within=RECOVERY_SECONDS)
        await asking
        if (slowest := world.ears.slowest) > ANSWER_SECONDS:
            world.note("hang", f"a page took {slowest:.0f} s while lines were {weather.name}")
