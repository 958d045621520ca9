"""A broker's classes are archived once, and a machine where that does not work goes on without."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from parley_local import class_archive
from parley_local.errors import ServerFailed
from parley_local.java import Java

JARS = [Path("/jars/kafka.jar")]


@pytest.fixture
def java(tmp_path: Path) -> Java:
    command = tmp_path / "java"
    command.touch()
    return Java(command, 17)


class Program:
    """Writes its archive, as Java does when it ends."""

    def __init__(self, act: Callable[[Path], object]) -> None:
        self.act = act
        self.runs = 0

    def __call__(self, options: Sequence[str]) -> None:
        self.runs += 1
        (option,) = options
        name, _, file = option.partition("=")
        assert name == "-XX:ArchiveClassesAtExit"
        self.act(Path(file))


def test_the_archive_is_made_once(java: Java, tmp_path: Path) -> None:
    program = Program(lambda file: file.write_text("classes", encoding="utf-8"))
    first = class_archive.options(java, JARS, tmp_path / "cache", program)
    again = class_archive.options(java, JARS, tmp_path / "cache", program)

    (option,) = first
    name, _, file = option.partition("=")
    assert name == "-XX:SharedArchiveFile"
    assert Path(file).read_text(encoding="utf-8") == "classes"
    assert again == first
    assert program.runs == 1
    assert [one.name for one in Path(file).parent.iterdir()] == [Path(file).name]


def test_other_jars_want_another_archive(java: Java, tmp_path: Path) -> None:
    program = Program(lambda file: file.write_text("classes", encoding="utf-8"))
    assert class_archive.options(java, JARS, tmp_path, program) != class_archive.options(
        java, [Path("/jars/kafka-next.jar")], tmp_path, program
    )


def test_a_java_that_makes_none_is_asked_once(java: Java, tmp_path: Path) -> None:
    program = Program(lambda _: None)
    assert class_archive.options(java, JARS, tmp_path, program) == []
    assert class_archive.options(java, JARS, tmp_path, program) == []
    assert program.runs == 1


def test_a_program_that_fails_leaves_nothing_behind(java: Java, tmp_path: Path) -> None:
    def fail(_: Path) -> None:
        raise ServerFailed("Kafka 1 did not start", tmp_path / "kafka.log")

    assert class_archive.options(java, JARS, tmp_path / "cache", Program(fail)) == []
    assert list((tmp_path / "cache" / "class-archives").iterdir()) == []


def test_no_room_is_no_trouble(java: Java, tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    program = Program(lambda _: None)
    assert class_archive.options(java, JARS, tmp_path / "cache", program) == []
