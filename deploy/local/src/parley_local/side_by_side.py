"""Several slow calls at once."""

import threading
from collections.abc import Callable


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
