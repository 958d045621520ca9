"""What people wrote is escaped because every page's template is: nobody has to think of it, nobody turns it off."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from feedback.web import frame as feedback_pages
from notifications.adapters import letterhead
from notifications.web import frame as notifications_pages
from scheduling.web import frame as scheduling_pages

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
PAGES: Mapping[str, Environment] = {
    "scheduling": scheduling_pages._environment("scheduling"),
    "feedback": feedback_pages._environment("feedback"),
    "notifications": notifications_pages._environment("notifications"),
    "mails": letterhead._frames(),
}
"""Every environment that makes HTML."""
MAKERS = {
    ("scheduling/src/scheduling/web/frame.py", "_environment"): True,
    ("feedback/src/feedback/web/frame.py", "_environment"): True,
    ("notifications/src/notifications/web/frame.py", "_environment"): True,
    ("notifications/src/notifications/adapters/letterhead.py", "_frames"): True,
    ("notifications/src/notifications/adapters/letterhead.py", "_phrases"): False,
}
"""Where one is made, and whether it escapes. Phrases are plain text, and escaped in the frame of a mail."""
UNESCAPING = (nodes.MarkSafe, nodes.MarkSafeIfAutoescape, nodes.EvalContextModifier)


def sources() -> Iterator[Path]:
    yield from sorted(SERVICES.glob("*/src/**/*.py"))


def makers() -> Iterator[tuple[tuple[str, str], bool]]:
    """Each function that calls `Environment`, and what it says of escaping."""
    for path in sources():
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and "Environment" in ast.unparse(call.func):
                        given = {one.arg: ast.unparse(one.value) for one in call.keywords}
                        place = str(path.relative_to(SERVICES)), function.name
                        yield place, given.get("autoescape") == "True"


def test_every_environment_is_known_and_escapes_what_becomes_html() -> None:
    assert dict(makers()) == MAKERS
    assert all(environment.autoescape is True for environment in PAGES.values())


@pytest.mark.parametrize("name", PAGES)
def test_every_template_compiles_and_none_turns_escaping_off(name: str) -> None:
    environment = PAGES[name]
    assert environment.loader is not None
    templates = [one for one in environment.list_templates() if one.endswith(".html")]

    for one in templates:
        environment.get_template(one)
        source, _, _ = environment.loader.get_source(environment, one)
        tree = environment.parse(source)
        assert list(tree.find_all(UNESCAPING)) == [], one
        assert "safe" not in {filtered.name for filtered in tree.find_all(nodes.Filter)}, one
        assert "Markup" not in {found.name for found in tree.find_all(nodes.Name)}, one
        assert "autoescape" not in source, one

    assert templates


def test_phrases_are_text_and_no_page_is_made_of_them() -> None:
    """Whatever ends in .html goes through an environment that escapes."""
    text = (SERVICES / "notifications/src/notifications/adapters/letterhead.py").read_text()
    asked = [
        ast.unparse(call.args[0])
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "_phrases().get_template"
    ]

    assert len(asked) > 1
    assert all(one.strip("'").endswith(".txt") for one in asked)


def test_no_code_declares_text_to_be_html() -> None:
    for path in sources():
        tree = ast.parse(path.read_text())
        names = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
        modules = {one.module for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}

        assert "Markup" not in names, path
        assert "markupsafe" not in modules, path
