"""Which of two states of one thing is the newer one, when its writer counts them and when not."""

from collections.abc import Mapping


def is_newer(seen: Mapping[str, int], source: str, revision: int | None) -> bool:
    """Without a revision the order in the partition decides: what comes later is newer."""
    return revision is None or revision > seen.get(source, 0)


def brings_back(seen: Mapping[str, int], source: str, revision: int | None) -> bool:
    """Of who was erased: a higher revision than one that is known, and nothing else."""
    return revision is not None and source in seen and is_newer(seen, source, revision)


def having_seen(seen: Mapping[str, int], source: str, revision: int | None) -> Mapping[str, int]:
    return seen if revision is None else {**seen, source: revision}
