"""Ports on the loopback that nobody has, and that nobody else here is given as long as they are fresh."""

import os
import random
import socket
from collections import deque
from collections.abc import Iterator

LOOPBACK = "127.0.0.1"
FIRST, LAST = 20_000, 32_000  # below the range from which clients are given theirs: a client that
# keeps calling a stopped server on a port of that range is one day connected to itself
TWIN = 12_000
"""Whoever is given a port holds the one so far below it, and nobody but us looks there."""
HELD = 200

_held: deque[int] = deque()


def free_ports(count: int) -> list[int]:
    """Free when asked. Another process that asks here is given others; a stranger may still be faster,
    so a first start of a server tries again.
    """
    found: list[int] = []
    for port in candidates():
        if len(found) == count:
            break
        if port not in found and is_free(port) and _claimed(port):
            found.append(port)
    return found


def candidates() -> Iterator[int]:
    chance = random.SystemRandom()
    while True:
        yield chance.randint(FIRST, LAST)


def is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _claimed(port: int) -> bool:
    """Until this process ends, or has been given many more: by then the port's owner listens or is gone."""
    twin = socket.socket()
    try:
        twin.bind((LOOPBACK, port - TWIN))
    except OSError:
        twin.close()
        return False
    _held.append(twin.detach())
    if len(_held) > HELD:
        os.close(_held.popleft())
    return True
