"""What a process does before its first record, so that no record waits for it."""

import gc
from typing import Any

from notifications.adapters.transaction import Store
from parley_contracts.topics import TOPICS


def warm_up(store: Store[Any]) -> None:
    """Build the models and codecs, which are otherwise built when they are first used, and spare the collector.

    What start-up made stays, and what a batch makes dies with it: looking through either is wasted.
    """
    for topic in TOPICS.values():
        for model in topic.events.values():
            model.model_rebuild()
    for table in store.tables:
        table.codec  # noqa: B018 - a cached property
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
