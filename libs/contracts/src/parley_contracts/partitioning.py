"""Which partition a key belongs to: murmur2 as Kafka's Java client has it, and every other client by default or by a
setting. A writer that partitions differently breaks the order of its own aggregates.
"""

from functools import lru_cache

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_WORD = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    length = len(data)
    tail = length & ~3
    digest = _SEED ^ length
    for start in range(0, tail, 4):
        block = int.from_bytes(data[start : start + 4], "little") * _MULTIPLIER & _WORD
        block = (block ^ (block >> 24)) * _MULTIPLIER & _WORD
        digest = (digest * _MULTIPLIER & _WORD) ^ block
    if tail < length:
        digest = (digest ^ int.from_bytes(data[tail:], "little")) * _MULTIPLIER & _WORD
    digest = (digest ^ (digest >> 13)) * _MULTIPLIER & _WORD
    return digest ^ (digest >> 15)


@lru_cache(maxsize=65_536)
def partition_for(key: bytes, partitions: int) -> int:
    return (murmur2(key) & 0x7FFFFFFF) % partitions
