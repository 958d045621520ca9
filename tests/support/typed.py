"""Commands as an operator types them: each a process of its own, forked from one that has loaded its service.

A process that loads it takes a second, and hundreds are started here.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FORKS = """
import importlib, json, os, select, shutil, signal, socket, sys, tempfile, traceback

service, path = sys.argv[1:]
main = importlib.import_module(f"{service}.__main__").main
importlib.import_module(f"{service}.operations")
door = socket.socket(socket.AF_UNIX)
door.bind(path)
door.listen(64)
print("listens", flush=True)


def run(line):
    asked = json.loads(line.makefile("r").readline())
    kept = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
    for number, file in zip((1, 2), kept):
        os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(asked["environment"])
    try:
        status = main(asked["arguments"])
    except SystemExit as end:
        status = end.code
    except Exception:  # as the interpreter does with whatever a program does not catch
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    for file in kept:
        file.seek(0)
    out, error = (file.read().decode() for file in kept)
    line.sendall(json.dumps([status or 0, out, error]).encode())


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    heard, _, _ = select.select([door, sys.stdin], [], [])
    if sys.stdin in heard:
        break  # whoever asks has gone
    line, _ = door.accept()
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            run(line)
        finally:
            os._exit(0)
    line.close()
shutil.rmtree(os.path.dirname(path))
"""


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    error: str

    @property
    def report(self) -> Any:
        return json.loads(self.out)


async def run(service: str, dsn: str | None, *arguments: str, **settings: str) -> Done:
    """`settings` without the service's prefix, in small letters. Kafka is out of reach where they do not say where."""
    name = service.upper()
    given = {f"{name}_KAFKA_BOOTSTRAP": "127.0.0.1:1"}
    given |= {f"{name}_{one.upper()}": value for one, value in settings.items()}
    if dsn is not None:
        given[f"{name}_DATABASE_URL"] = dsn
    asked = {"arguments": arguments, "environment": os.environ | given}
    path, _ = _forks(service)
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(json.dumps(asked).encode() + b"\n")
    answer = await reader.read()
    writer.close()
    assert answer, f"{service} {arguments} ended without a word"
    return Done(*json.loads(answer))


@cache
def _forks(service: str) -> "tuple[Path, subprocess.Popen[str]]":
    """Where it listens. It ends, and takes its folder with it, when its standard input does."""
    path = Path(tempfile.mkdtemp(prefix="parley-typed-")) / service
    process = subprocess.Popen(
        [sys.executable, "-c", FORKS, service, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "listens\n"
    return path, process
