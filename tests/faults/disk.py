"""A disk that can be full: a tmpfs of a fixed size, in the place of a folder."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BALLAST = "ballast"
MOUNT, UMOUNT = "/bin/mount", "/bin/umount"


def cannot_mount() -> str | None:
    """Why this machine cannot have one; None where it can."""
    if not sys.platform.startswith("linux") or not Path(MOUNT).exists():
        return "only Linux has small disks in memory"
    return None if os.geteuid() == 0 else "only root may mount one"


@dataclass
class SmallDisk:
    folder: Path
    megabytes: int

    def put_in_place(self) -> None:
        """What is in the folder is on the disk from here on."""
        aside = self.folder.with_name(self.folder.name + ".aside")
        found = self.folder.stat()
        self.folder.rename(aside)
        self.folder.mkdir()
        size, mode = f"size={self.megabytes}m", f"mode={found.st_mode & 0o777:o}"
        owner = f"uid={found.st_uid},gid={found.st_gid}"
        options = f"{size},{mode},{owner}"
        subprocess.run([MOUNT, "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)], check=True)
        try:
            subprocess.run(["/bin/cp", "-a", f"{aside}/.", str(self.folder)], check=True)
        except subprocess.CalledProcessError:
            self.take_away()
            raise
        shutil.rmtree(aside)

    def take_away(self) -> None:
        """Whoever still has a file open keeps it until they close it."""
        subprocess.run([UMOUNT, "--lazy", str(self.folder)], check=True)

    def fill(self) -> None:
        """To the last block, whoever writes beside."""
        with (self.folder / BALLAST).open("wb", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while ballast.write(bytes(size)) == size:
                        pass

    def free(self) -> None:
        (self.folder / BALLAST).unlink(missing_ok=True)
