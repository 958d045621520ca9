"""Builds the images of a next version: this tree with one migration more in each service.

    python -m tests.cluster.next_version [what deploy/images/build.py takes]

Whoever runs the version of before meets a schema that it does not know yet, as in each upgrade.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.manifests.rendering import ROOT

MIGRATIONS = {
    "scheduling": "alter table interview add column next_note text;\n",
    "feedback": "alter table round add column next_note text;\n",
    "notifications": "alter table message add column next_note text;\n",
}
NAME = "9000_next.sql"


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="parley-next-") as folder:
        tree = Path(folder) / "tree"
        left_out = shutil.ignore_patterns(".venv", ".git", "build", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, tree, ignore=left_out)
        for service, sql in MIGRATIONS.items():
            (tree / "services" / service / "src" / service / "migrations" / NAME).write_text(sql)
        build = [sys.executable, str(tree / "deploy" / "images" / "build.py"), "--tag", "next"]
        return subprocess.run([*build, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
