"""What the data of each event may be, and what it may never be."""

import json
import re
from typing import Any

import pytest
from tests.contracts.schema_values import largest, resolve, schema_of, size, strings

from parley_contracts import applications, topics
from parley_contracts.cloudevents import MAX_EVENT_BYTES
from parley_contracts.event import Event, StateEvent
from parley_contracts.interviews import InterviewStatus

TYPES = sorted(topics.TOPIC_OF_TYPE)
OURS = [one for one in TYPES if one.startswith("parley.")]
OPERATOR_WRITTEN = {
    "Job.title",
    "Job.team",
    "Job.location",
    "PayCard.note",
    "Stage.name",
    "Stage.assesses",
    "Material.label",
    "Place.dial_in",
    "Place.address",
    "Place.instructions",
    "SeatRequest.role",
    "SeatRequest.skills",
    "ImportedSeat.role",
    "Seat.role",
    "PoolMembership.skills",
    "SessionRequest.title",
    "SessionRequest.about",
    "ImportedSession.title",
    "ImportedSession.about",
    "Session.title",
    "Session.about",
    "ApplicationOpened.stage_name",
    "ApplicationAdvanced.stage_name",
    "ApplicationAdvanced.from_stage_name",
    "Round.job_title",
    "Round.stage_name",
    "Application.job_title",
    "RecordRef.id",
    "RecordRef.source",
    "RecordRef.type",
    "RecordRejected.field",
    "RecordRejected.reason",
}
"""Every free text outside ats.people.v1: a new one is a decision, and never what a person wrote."""
PRIVATE = re.compile(
    r"accommodat|disab|medical|health|illness|conflict_of|interest|gender|ethnic|religio|birth|race$|"
    r"^score$|rank|rating|salary_history"
)
PERSONAL = re.compile(r"mail|phone|first_name|last_name|full_name|pronoun|birth|photo|bio$|avatar")


def models(ce_type: str) -> dict[str, dict[str, Any]]:
    """Every model of an event by name, with its properties."""
    schema = schema_of(ce_type)
    own = {str(schema["title"]): schema}
    named = own | schema.get("$defs", {})
    return {name: one.get("properties", {}) for name, one in named.items()}


@pytest.mark.parametrize("ce_type", TYPES)
def test_every_text_and_list_and_number_is_bounded(ce_type: str) -> None:
    schema = schema_of(ce_type)

    for path, one in strings(schema, schema):
        assert one.get("format") == "date-time" or {"maxLength", "pattern"} <= one.keys(), path
    bare = [one for one in walk(schema) if one.get("type") == "array" and "maxItems" not in one]
    bare += [one for one in walk(schema) if one.get("type") == "integer" and not bounded(one)]
    assert not bare


def bounded(schema: dict[str, Any]) -> bool:
    return ("maximum" in schema) and ("minimum" in schema or "exclusiveMinimum" in schema)


def walk(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for one in schema for found in walk(one)]
    if not isinstance(schema, dict):
        return []
    return [schema, *(found for one in schema.values() for found in walk(one))]


@pytest.mark.parametrize("ce_type", OURS)
def test_the_largest_event_of_ours_fits_into_an_outbox_row(ce_type: str) -> None:
    schema = schema_of(ce_type)
    value = largest(schema, schema)

    event = topics.TOPIC_OF_TYPE[ce_type].events[ce_type].model_validate_json(json.dumps(value))

    assert len(event.model_dump_json().encode()) == size(value)
    assert size(value) < MAX_EVENT_BYTES


def test_the_largest_interview_has_eight_sessions_of_six_seats() -> None:
    schema = schema_of("parley.interview.booked.v1")

    sessions = largest(schema, schema)["interview"]["sessions"]

    assert [len(one["seats"]) for one in sessions] == [6] * 8


@pytest.mark.parametrize("ce_type", TYPES)
def test_no_free_text_travels_unseen(ce_type: str) -> None:
    if topics.TOPIC_OF_TYPE[ce_type] is topics.PEOPLE:
        return
    free = {
        f"{name}.{field}"
        for name, fields in models(ce_type).items()
        for field, schema in fields.items()
        for path, one in strings(schema, {"$defs": {}} | schema_of(ce_type))
        if "." not in path and is_free(one)
    }

    assert free <= OPERATOR_WRITTEN


def is_free(schema: dict[str, Any]) -> bool:
    """Text that could hold a sentence: an id, an instant or an address of a page could not."""
    return re.fullmatch(schema.get("pattern", r"\d"), "Jane is late, sorry") is not None


@pytest.mark.parametrize("ce_type", TYPES)
def test_nothing_private_has_a_field_or_a_word(ce_type: str) -> None:
    if topics.TOPIC_OF_TYPE[ce_type] is topics.PEOPLE:
        return
    schema = schema_of(ce_type)
    fields = {field for one in models(ce_type).values() for field in one}
    words = {word for one in walk(schema) for word in one.get("x-known-values", [])}

    assert not [one for one in fields | words | {ce_type} if PRIVATE.search(one)]
    assert not [one for one in fields if PERSONAL.search(one)]


def test_personal_data_is_where_it_should_be() -> None:
    fields = set(models("ats.person.upserted.v1")["PersonUpserted"])

    assert {"name", "email", "phone", "pronouns", "bio"} <= fields


def test_no_verdict_stands_anywhere_but_in_what_was_told() -> None:
    holders = {
        f"{name}.{field}"
        for ce_type in OURS
        for name, fields in models(ce_type).items()
        for field, schema in fields.items()
        if {"advance", "decline"}
        & set(resolve(schema, schema_of(ce_type)).get("x-known-values", ()))
    }

    assert holders == {"Told.decision"}


def test_candidate_and_companys_outcome_are_the_only_ends_of_an_interview() -> None:
    assert {one.value for one in InterviewStatus} == {
        "searching",
        "no_slots",
        "offered",
        "expired",
        "booked",
        "ended",
        "cancelled",
    }


@pytest.mark.parametrize("topic", topics.TOPICS.values(), ids=lambda topic: topic.name)
def test_ours_count_their_states_and_an_upstreams_may(topic: topics.Topic) -> None:
    for model in topic.events.values():
        required = model.model_fields["revision"].is_required()
        stateful = topics.ATS not in topic.owners and topic is not topics.INTAKE

        assert required is stateful is issubclass(model, StateEvent)


@pytest.mark.parametrize("ce_type", TYPES)
def test_what_may_be_missing_may_also_be_left_out(ce_type: str) -> None:
    """Nulls are not written, so whatever may be null has to have null as its default."""
    for one in walk(schema_of(ce_type)):
        for name, field in one.get("properties", {}).items():
            if isinstance(field, dict) and {"type": "null"} in field.get("anyOf", ()):
                assert field.get("default", "none") is None, name


def test_an_event_has_neither_id_nor_time_nor_type() -> None:
    for ce_type in TYPES:
        model = topics.TOPIC_OF_TYPE[ce_type].events[ce_type]

        assert not {"id", "time", "type", "source", "subject"} & model.model_fields.keys()


def test_every_event_says_what_it_means() -> None:
    silent = [
        model
        for topic in topics.TOPICS.values()
        for model in topic.events.values()
        if model.__doc__ is None or model.__doc__ == Event.__doc__
    ]

    assert not silent
    assert applications.InterviewRequested.__doc__
