"""`python -m parley_contracts.schemas` writes what is generated from the topic table; `--check` only compares."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from parley_contracts import samples
from parley_contracts.asyncapi import asyncapi
from parley_contracts.catalogue import with_catalogue
from parley_contracts.json_schemas import schema_of
from parley_contracts.partitioning import partition_for
from parley_contracts.topics import PARTITIONS

_GENERATED_FOLDERS: Final = ("schemas/draft", "samples")
_README: Final = "README.md"
_VECTOR_KEYS: Final = (
    "a",
    "ab",
    "abc",
    "abcd",
    "abcde",
    "1",
    "greenhouse:265277",
    "greenhouse:113101",
    "lever:3410c8b9-5c31-4bab-b7e9-9f710206d647",
    "ashby:9d34f544-c150-4d70-91c4-e8b0b4a72846",
    "Case.Matters_here-1",
    "case.matters_here-1",
    "x" * 127,
    "x" * 128,
)


def outputs(root: Path) -> dict[Path, str]:
    """Every generated file under the library's folder, with what it has to hold."""
    files = {root / "asyncapi.json": _json(asyncapi())}
    for ce_type in samples.TYPES:
        files[root / "schemas/draft" / f"{ce_type}.json"] = _json(schema_of(ce_type))
        files[root / "samples" / f"{ce_type}.json"] = _json(list(samples.of_type(ce_type)))
    files[root / "samples/partitions.json"] = _json(_partition_vectors())
    readme = root / _README
    files[readme] = with_catalogue(readme.read_text(encoding="utf-8"))
    return files


def differences(root: Path, wanted: Mapping[Path, str]) -> list[Path]:
    """Generated files that are missing, differ, or should not be there."""
    differ = [path for path, content in wanted.items() if _content(path) != content]
    return sorted(differ + _strays(root, wanted))


def write(root: Path, wanted: Mapping[Path, str]) -> list[Path]:
    """Writes what differs, removes what should not be there, and says which files were written."""
    for stray in _strays(root, wanted):
        stray.unlink()
    changed = [path for path, content in wanted.items() if _content(path) != content]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    return changed


def _strays(root: Path, wanted: Mapping[Path, str]) -> list[Path]:
    present = (path for folder in _GENERATED_FOLDERS for path in (root / folder).glob("*.json"))
    return [path for path in present if path not in wanted]


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _partition_vectors() -> JsonValue:
    return {
        "description": "murmur2 of the key's UTF-8 bytes, its sign bit cleared, modulo the partitions",
        "partitions": PARTITIONS,
        "vectors": [
            {"key": key, "partition": partition_for(key.encode(), PARTITIONS)}
            for key in _VECTOR_KEYS
        ],
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m parley_contracts.schemas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    arguments = parser.parse_args(argv)
    root = Path(__file__).resolve().parents[2]
    if not (root / _README).exists():
        sys.stderr.write(
            "run this from a checkout: an installed package has no folder to write to\n"
        )
        return 2
    if not arguments.check:
        sys.stdout.write(f"{len(write(root, outputs(root)))} files written\n")
        return 0
    differ = differences(root, outputs(root))
    for path in differ:
        sys.stderr.write(f"{path.relative_to(root)} differs: run `make schemas`\n")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
