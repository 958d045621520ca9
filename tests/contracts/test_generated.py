import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from parley_contracts import samples, schemas
from parley_contracts.json_schemas import schema_of
from parley_contracts.topics import TOPIC_OF_TYPE, TOPICS

CONTRACTS = Path(__file__).parents[2] / "libs/contracts"
ASYNCAPI_SCHEMA = Path(__file__).parent / "data/asyncapi-3.0.0.json"


def document() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((CONTRACTS / "asyncapi.json").read_text())
    return parsed


def test_the_committed_files_are_the_generated_ones() -> None:
    differ = [
        str(path.relative_to(CONTRACTS))
        for path in schemas.differences(CONTRACTS, schemas.outputs(CONTRACTS))
    ]

    assert not differ, "run `make schemas`"


def test_a_changed_a_missing_and_a_stray_file_are_told_and_mended(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text((CONTRACTS / "README.md").read_text())
    wanted = schemas.outputs(tmp_path)
    assert schemas.write(tmp_path, wanted)
    assert not schemas.differences(tmp_path, wanted)
    changed, missing = tmp_path / "asyncapi.json", tmp_path / "samples/partitions.json"
    stray = tmp_path / "schemas/draft/ats.person.adored.v1.json"

    changed.write_text("{}")
    missing.unlink()
    stray.write_text("{}")

    assert schemas.differences(tmp_path, wanted) == sorted([changed, missing, stray])
    schemas.write(tmp_path, wanted)
    assert not schemas.differences(tmp_path, wanted)


def test_check_fails_on_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schemas, "outputs", lambda root: {root / "asyncapi.json": "{}"})

    assert schemas.main(["--check"]) == 1
    assert "asyncapi.json differs: run `make schemas`" in capsys.readouterr().err


def test_the_asyncapi_document_is_valid() -> None:
    validator = Draft7Validator(json.loads(ASYNCAPI_SCHEMA.read_text()))

    assert not [(list(one.path), one.message) for one in validator.iter_errors(document())]


def test_the_validator_finds_a_mistake() -> None:
    validator = Draft7Validator(json.loads(ASYNCAPI_SCHEMA.read_text()))
    broken = document()
    broken["operations"]["ats.send.ats.people.v1"]["action"] = "shout"

    assert not validator.is_valid(broken)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    whole = document()
    for reference in references(whole):
        at: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in references(one)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for one in value.values() for found in references(one)]


def test_the_document_has_every_topic_and_type_and_who_reads_it() -> None:
    whole = document()

    assert whole["channels"].keys() == TOPICS.keys()
    assert whole["components"]["messages"].keys() == TOPIC_OF_TYPE.keys()
    operations = {
        (one["action"], one["tags"][0]["name"], one["channel"]["$ref"])
        for one in whole["operations"].values()
    }
    for topic in TOPICS.values():
        channel = f"#/channels/{topic.name}"
        assert {("send", owner, channel) for owner in topic.owners} <= operations
        assert {("receive", reader, channel) for reader in topic.consumers} <= operations


@pytest.mark.parametrize("ce_type", sorted(TOPIC_OF_TYPE))
def test_a_schema_is_valid_and_takes_its_samples(ce_type: str) -> None:
    schema = schema_of(ce_type)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    published = json.loads((CONTRACTS / "samples" / f"{ce_type}.json").read_text())

    assert published
    for sample in published:
        validator.validate(sample["data"])
        assert not validator.is_valid({})


def test_the_samples_speak_several_scripts() -> None:
    spoken = json.dumps(samples.ALL, ensure_ascii=False)

    assert all(word in spoken for word in ("山田", "Олена", "أمينة", "Zoë", "Straßner"))


def test_the_readme_lists_every_topic_and_type() -> None:
    readme = (CONTRACTS / "README.md").read_text()

    for name in (*TOPICS, *TOPIC_OF_TYPE):
        assert f"`{name}`" in readme
