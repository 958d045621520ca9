"""Several slow calls at once."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def side_by_side(*calls: Callable[[], object]) -> None:
    """Back when all are done, with the first failure of any.

    Ctrl-C ends the wait, and the end of the process its threads: nobody sits out a download that
    was given up. What such a thread has started by then is ended by its keeper.
    """
    failures: list[BaseException] = []

    def noting_failure(call: Callable[[], object]) -> None:
        try:
            call()
        except BaseException as failure:  # noqa: BLE001 - raised again by the one who waits
            failures.append(failure)

    threads = [threading.Thread(target=noting_failure, args=(call,), daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


async def in_a_thread(call: Callable[[], T]) -> T:
    """As `asyncio.to_thread`, but nobody waits for the thread where the wait is given up."""
    answer: Future[T] = Future()
    answer.set_running_or_notify_cancel()

    def work() -> None:
        try:
            answer.set_result(call())
        except BaseException as failure:  # noqa: BLE001 - raised again by the one who waits
            answer.set_exception(failure)

    threading.Thread(target=work, daemon=True).start()
    return await asyncio.wrap_future(answer)
