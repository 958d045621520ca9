"""A Chromium to try pages in: the machine's, Debian's package as root, or Playwright's own download."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REQUIRED = "PARLEY_REQUIRE_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"])


class NoChromium(Exception):
    """None is here and none could be had."""


def find() -> str:
    """The path of a Chromium, installed where that is possible: by one test process, for which others wait."""
    path = Path(tempfile.gettempdir()) / f"parley-chromium-{os.geteuid()}"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "rb+") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return _on_the_machine() or _from_debian() or _from_playwright()


def required() -> bool:
    return os.environ.get(REQUIRED) == "1"


def _on_the_machine() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _from_debian() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in DEBIAN:
        if subprocess.run(command, env=quiet, capture_output=True, check=False).returncode:
            return None
    return _on_the_machine()


def _from_playwright() -> str:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = sorted(_downloads().glob("chromium-*/chrome-linux*/chrome"))
    if done.returncode or not found:
        raise NoChromium("no Chromium on this machine, and none could be installed")
    return str(found[-1])


def _downloads() -> Path:
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    return Path(chosen) if chosen else Path.home() / ".cache" / "ms-playwright"
