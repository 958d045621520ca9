"""What a mutation changes is still there to be changed, and the result is a program; `make faults` runs them."""

import ast

import pytest
from tests.faults.mutations import MUTATIONS, Mutation, source


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=lambda one: one.name)
def test_what_it_changes_is_there_once(mutation: Mutation) -> None:
    for edit in mutation.edits:
        for package in edit.packages:
            before = (source(package) / edit.file).read_text()

            after = edit.of(before, package)

            assert ast.dump(ast.parse(after)) != ast.dump(ast.parse(before))
