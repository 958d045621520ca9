"""`parley-contracts check FILE --topic T | topics | sample TYPE`: for whoever publishes to Parley."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic_core import from_json

from parley_contracts import samples
from parley_contracts.cloudevents import Received, Tombstone, Unknown, decode
from parley_contracts.refusals import BrokenRecord
from parley_contracts.topics import TOPICS, Topic

ACCEPTED, REFUSED, MISUSED = 0, 1, 2
_STRUCTURED = (("content-type", b"application/cloudevents+json"),)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    if arguments.command == "check":
        return _check(arguments.file, TOPICS[arguments.topic])
    if arguments.command == "sample":
        return _sample(arguments.type)
    return _topics()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parley-contracts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser(
        "check",
        help="read structured CloudEvents, one a line: each is accepted, or refused with why",
    )
    check.add_argument("file", help="a file of JSON lines, or - for standard input")
    check.add_argument("--topic", required=True, choices=TOPICS, metavar="TOPIC")
    sample = commands.add_parser("sample", help="print good events of a type, one a line")
    sample.add_argument("type", help="such as ats.person.upserted.v1")
    commands.add_parser("topics", help="print the topics and the types that travel on them")
    return parser


def _check(file: str, topic: Topic) -> int:
    seen: dict[tuple[str, str], bytes] = {}
    accepted = refused = 0
    try:
        with _opened(file) as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                verdict, good = _judge(topic, line, seen)
                accepted, refused = accepted + good, refused + (not good)
                _say(f"{number}: {verdict}")
    except OSError as error:
        sys.stderr.write(f"{file} cannot be read: {error.strerror}\n")
        return MISUSED
    _say(f"{accepted} accepted, {refused} refused")
    return REFUSED if refused else ACCEPTED


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as lines:
        yield lines


def _judge(topic: Topic, line: bytes, seen: dict[tuple[str, str], bytes]) -> tuple[str, bool]:
    try:
        record = decode(topic, _key_of(line), line, _STRUCTURED)
    except BrokenRecord as broken:
        return f"refused: {broken.field}: {broken.reason}", False
    match record:
        case Unknown():
            return f"refused: type: is not one of {topic.name}, and would be skipped", False
        case Tombstone():
            return "accepted: a null value", True
        case Received():
            known = seen.setdefault((record.source, record.id), record.digest)
            if known != record.digest:
                return "refused: id: was used before, with other content", False
            return f"accepted: {record.type} {record.subject}", True


def _key_of(line: bytes) -> bytes:
    """A file has no keys: what a writer would take is the subject."""
    try:
        envelope = from_json(line)
    except ValueError:
        return b""
    subject = envelope.get("subject") if isinstance(envelope, dict) else None
    return str(subject or "").encode()


def _sample(ce_type: str) -> int:
    found = samples.of_type(ce_type)
    if not found:
        sys.stderr.write(f"{ce_type} is no type of ours; `parley-contracts topics` lists them\n")
        return MISUSED
    for event in found:
        _say(json.dumps(event, ensure_ascii=False))
    return ACCEPTED


def _topics() -> int:
    for topic in TOPICS.values():
        _say(f"{topic.name}  (key: {topic.key})")
        for ce_type, model in topic.events.items():
            _say(f"  {ce_type}  {model.__name__}")
    return ACCEPTED


def _say(line: str) -> None:
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
