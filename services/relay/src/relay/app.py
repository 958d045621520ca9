"""Composition root: settings in, a running relay out, a clean end on SIGTERM."""

import asyncio
import signal

from relay import metrics, probes
from relay.config import Settings
from relay.kafka import Kafka
from relay.kafka_access import KafkaAccess
from relay.postgres import password_in
from relay.relay import Relay

READY_SECONDS = 15.0
ALIVE_SECONDS = 60.0


def access_of(settings: Settings) -> KafkaAccess:
    return KafkaAccess(
        protocol=settings.kafka_security_protocol,
        mechanism=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=settings.kafka_password_file,
        ca=settings.kafka_ca_file,
        certificate=settings.kafka_certificate_file,
        key=settings.kafka_key_file,
        token=settings.kafka_token_file,
    )


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; raises `probes.AddressTaken`."""
    kafka = Kafka(settings.kafka_bootstrap, settings.kafka_topic_prefix, access_of(settings))
    password = password_in(settings.database_password_file)
    relay = Relay(str(settings.database_url), kafka, password)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, relay.stop)
    database = (settings.database_url.path or "").strip("/")
    metrics.LEADING.labels(database).set_function(lambda: float(relay.leading))

    def within(seconds: float, moment: float) -> bool:
        return loop.time() - moment < seconds

    started = loop.time()
    http = probes.server(
        probes.app(
            {
                "/livez": lambda: (
                    within(ALIVE_SECONDS, relay.last_round) or within(ALIVE_SECONDS, started)
                ),
                "/readyz": lambda: within(READY_SECONDS, relay.last_turn),
                "/startupz": lambda: relay.last_turn > 0,
            }
        )
    )
    with probes.listen(settings.host, settings.port) as door:
        serving = asyncio.create_task(http.serve(sockets=[door]))
        try:
            await relay.run()
        finally:
            http.should_exit = True
            await serving
