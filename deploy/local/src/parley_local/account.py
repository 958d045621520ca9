"""Who PostgreSQL runs as, and what that user can reach: it refuses to run as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from parley_local.errors import NoDatabaseAccount


@dataclass(frozen=True, slots=True)
class Account:
    user: int
    group: int


def database_account() -> Account | None:
    """None is the user that we are; for root, one who owns nothing: `nobody`, or the next best.

    It must have a name in the user database, because `initdb` looks it up; an account called
    postgres is left alone, since it may own a real server's data.
    """
    if os.geteuid() != 0:
        refuse_nameless()
        return None
    entries = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    entries.pop("postgres", None)
    if not entries:
        raise NoDatabaseAccount("it refuses to run as root, and this machine has no other user")
    chosen = entries.get("nobody") or max(entries.values(), key=lambda entry: entry.pw_uid)
    return Account(chosen.pw_uid, chosen.pw_gid)


def refuse_nameless() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as error:
        why = f"the user {os.geteuid()} has no name, and its initdb asks for one"
        raise NoDatabaseAccount(why) from error


def reachable(folder: Path) -> bool:
    """Whether every user may go into it; a folder that is not there yet is as open as its parent."""
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    resolved = existing.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (resolved, *resolved.parents))


def open_folder(folder: Path) -> Path:
    """Make a folder that every user may go into and only we may write, whatever the umask."""
    missing = [step for step in (folder, *folder.parents) if not step.exists()]
    for step in reversed(missing):
        step.mkdir(exist_ok=True)
        step.chmod(0o755)
    return folder
