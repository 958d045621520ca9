"""The tail is where a reader gets lost: no file over 400 lines, no function over 50."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE, FUNCTION = 400, 50
FOLDERS = ("libs", "services", "deploy", "tests", "benchmarks")


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_can_be_taken_in_at_once(path: Path) -> None:
    text = path.read_text()
    long = [
        f"{one.name} ({one.end_lineno - one.lineno + 1} lines)"
        for one in functions(ast.parse(text))
        if one.end_lineno is not None and one.end_lineno - one.lineno >= FUNCTION
    ]

    assert text.count("\n") <= FILE
    assert long == []
