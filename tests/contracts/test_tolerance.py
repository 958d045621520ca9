"""Old readers live through an upgrade: what a later version adds is kept or passed over, and never an error."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from tests.contracts.schema_values import resolve, schema_of

from parley_contracts import samples, topics
from parley_contracts.cloudevents import Decoded, Headers, Received, Unknown, decode
from parley_contracts.intake import RecordRef, RecordRejected
from parley_contracts.refusals import BrokenRecord

Sample = dict[str, Any]
Path = tuple[str | int, ...]
STRUCTURED: Headers = (("content-type", b"application/cloudevents+json"),)
AT = RecordRef(topic="ats.people.v1", partition=0, offset=0)
LATER = "member-of-a-later-version"

each_sample = pytest.mark.parametrize("sample", samples.ALL, ids=lambda one: str(one["type"]))


def read(sample: Sample, topic: topics.Topic | None = None) -> Decoded:
    topic = topic or topics.TOPIC_OF_TYPE[sample["type"]]
    value = json.dumps(sample, ensure_ascii=False).encode()
    return decode(topic, sample["subject"].encode(), value, STRUCTURED)


def data_of(record: Decoded) -> Any:
    assert isinstance(record, Received)
    return record.data.model_dump(mode="json", exclude_none=True)


def leaves(
    value: Any, schema: Sample, root: Sample, path: Path = ()
) -> Iterator[tuple[Path, Sample]]:
    """Every scalar of a value with its schema."""
    schema = resolve(schema, root)
    if "anyOf" in schema:
        schema = resolve(schema["anyOf"][0], root)
    if isinstance(value, dict):
        for name, one in value.items():
            if name in schema.get("properties", {}):
                yield from leaves(one, schema["properties"][name], root, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves(one, schema["items"], root, (*path, number))
    else:
        yield path, schema


def changed(sample: Sample, path: Path, value: object) -> Sample:
    copy = deepcopy(sample)
    at = copy["data"]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return copy


def at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def sample_leaves(sample: Sample) -> list[tuple[Path, Sample]]:
    schema = schema_of(sample["type"])
    return list(leaves(sample["data"], schema, schema))


@each_sample
def test_every_sample_is_read_as_it_was_written(sample: Sample) -> None:
    assert data_of(read(sample)) == sample["data"]


@each_sample
def test_fields_nobody_knows_are_passed_over(sample: Sample) -> None:
    later = deepcopy(sample)
    later.update({f"extension{number}": "later" for number in range(20)})
    for one in list(objects(later["data"])):
        one.update({f"added_{number}": {"later": [number, None, "x"]} for number in range(20)})

    assert data_of(read(later)) == sample["data"]


def objects(value: Any) -> Iterator[Sample]:
    """Every object but the refs of an upstream: their names are the writer's own."""
    if isinstance(value, dict):
        yield value
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in tuple(parts):
        if isinstance(one, dict | list) and name != "refs":
            yield from objects(one)


@each_sample
def test_members_nobody_knows_survive(sample: Sample) -> None:
    for path, schema in sample_leaves(sample):
        if "x-known-values" in schema:
            later = changed(sample, path, LATER)

            assert at(data_of(read(later)), path) == LATER


@each_sample
def test_types_nobody_knows_are_skipped(sample: Sample) -> None:
    topic = topics.TOPIC_OF_TYPE[sample["type"]]
    later = sample | {"type": sample["type"].removesuffix(".v1") + ".v2"}

    assert read(later, topic) == Unknown(later["type"])


def test_the_samples_use_every_vocabulary() -> None:
    """Else the tests above would pass over what they never see."""
    used = {
        path[-1]
        for one in samples.ALL
        for path, schema in sample_leaves(one)
        if "x-known-values" in schema
    }

    assert {"status", "scorecard", "kind", "audience", "decide_in", "by", "held", "outcome"} <= used


@each_sample
def test_numbers_and_truths_are_never_texts(sample: Sample) -> None:
    for path, schema in sample_leaves(sample):
        for kind, wrong in (
            ("integer", "1"),
            ("integer", True),
            ("boolean", "true"),
            ("boolean", 1),
        ):
            if schema.get("type") == kind:
                with pytest.raises(BrokenRecord, match=str(path[-1])):
                    read(changed(sample, path, wrong))


@each_sample
def test_a_refusal_never_repeats_what_it_was_given(sample: Sample) -> None:
    canary = "jane.canary@example.com\u0000\u2028"
    for path, schema in sample_leaves(sample):
        for wrong in (canary, [canary], {canary: canary}, {"refs": {canary: 1}}):
            try:
                read(changed(sample, path, wrong))
            except BrokenRecord as broken:
                told = (str(broken), broken.field, broken.reason)
                assert "canary" not in "".join(told), schema
                RecordRejected(key="x", record=AT, field=broken.field, reason=broken.reason)
            else:
                pytest.fail(f"{path} takes anything")


def test_the_names_of_refs_are_not_repeated_either() -> None:
    sample = deepcopy(samples.of_type("ats.application.opened.v1")[0])
    for refs in ({"jane canary": "x"}, {"jane": {"canary": 1}}, {"jane": "canary\u0000"}):
        with pytest.raises(BrokenRecord) as caught:
            read(changed(sample, ("upstream", "refs"), refs))

        assert caught.value.field == "data.upstream.refs"
        assert "jane" not in str(caught.value)
        assert "canary" not in str(caught.value)
