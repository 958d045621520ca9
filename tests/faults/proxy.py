"""A line between our programs and a server that can be spoilt: slow, narrow, torn, or dead without a word."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field

from parley_local.ports import LOOPBACK

PIECES_PER_SECOND = 10


@dataclass(frozen=True, slots=True)
class Weather:
    """What becomes of what is sent."""

    name: str
    late: float = 0.0
    """Seconds that each chunk is held."""
    a_second: int | None = None
    """Bytes that come through."""
    torn_after: int | None = None
    """Bytes of a chunk, after which the line is reset."""
    silent: bool = False
    """Whoever is connected then, or connects, is never answered again, and never told."""


CLEAR = Weather("clear")
SILENT = Weather("half-open", silent=True)
LATE = Weather("2 s late", late=2.0)
NARROW = Weather("1 KB/s", a_second=1024)
TORN = Weather("reset in mid-frame", torn_after=7)

End = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True, eq=False)
class Line:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    dead: bool = False

    def reset(self) -> None:
        for end in (self.client, self.server):
            if (found := end.get_extra_info("socket")) is not None and found.fileno() >= 0:
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.transport.abort()


@dataclass
class Proxy:
    """`target` is where the server listens; `port` is for those who are to suffer."""

    target: int
    port: int = 0
    weather: Weather = CLEAR
    lines: set[Line] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for line in list(self.lines):
            line.reset()

    def turn(self, weather: Weather) -> None:
        self.weather = weather
        for line in self.lines:
            line.dead = line.dead or weather.silent

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, server = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            writer.transport.abort()
            return
        line = Line(writer, server, dead=self.weather.silent)
        self.lines.add(line)
        try:
            await asyncio.gather(
                self._pass_on(line, reader, server), self._pass_on(line, answers, writer)
            )
        except asyncio.CancelledError:
            return  # the end of the run
        finally:
            self.lines.discard(line)
            line.reset()

    async def _pass_on(
        self, line: Line, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        try:
            while chunk := await source.read(65_536):
                if not line.dead:
                    await self._through(line, chunk, sink)
            if not line.dead:
                sink.close()
        except OSError:
            if not line.dead:
                line.reset()

    async def _through(self, line: Line, chunk: bytes, sink: asyncio.StreamWriter) -> None:
        weather = self.weather
        if weather.torn_after is not None:
            sink.write(chunk[: weather.torn_after])
            await asyncio.sleep(0)
            line.reset()
            return
        if weather.late:
            await asyncio.sleep(weather.late)
        step = len(chunk) if weather.a_second is None else weather.a_second // PIECES_PER_SECOND
        for start in range(0, len(chunk), step):
            if line.dead:
                return
            sink.write(chunk[start : start + step])
            await sink.drain()
            if weather.a_second is not None and self.weather is weather:
                await asyncio.sleep(1 / PIECES_PER_SECOND)


@dataclass
class Lines:
    """All that our programs reach their servers by; the test itself has lines of its own."""

    kafka: Proxy
    postgres: Proxy

    def turn(self, weather: Weather) -> None:
        self.kafka.turn(weather)
        self.postgres.turn(weather)
