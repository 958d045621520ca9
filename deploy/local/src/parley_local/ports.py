"""Ports on the loopback that nobody has."""

import random
import socket
from collections.abc import Iterator

LOOPBACK = "127.0.0.1"
FIRST, LAST = 20_000, 32_000  # below the range from which clients are given theirs: a client that
# keeps calling a stopped server on a port of that range is one day connected to itself


def free_ports(count: int) -> list[int]:
    """Free when asked; somebody may still be faster, so a first start tries others."""
    found: list[int] = []
    for port in candidates():
        if len(found) == count:
            break
        if port not in found and is_free(port):
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
