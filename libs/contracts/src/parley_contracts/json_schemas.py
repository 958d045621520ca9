"""The events' data as JSON Schema (draft 2020-12), in the form that a writer has to keep."""

from pydantic import JsonValue
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from parley_contracts.event import Event
from parley_contracts.topics import TOPIC_OF_TYPE, TOPICS

JsonObject = dict[str, JsonValue]


class _Plain(GenerateJsonSchema):
    """Field names say enough: no title is made from them."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - the same for all
        return False


def schema_of(ce_type: str) -> JsonObject:
    """The draft schema of a type; KeyError where the type is not known."""
    topic = TOPIC_OF_TYPE[ce_type]
    model = topic.events[ce_type]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:parley:schema:draft:{ce_type}",
        "x-topic": topic.name,
        **model.model_json_schema(mode="validation", schema_generator=_Plain),
    }


def schema_components(ref_template: str) -> tuple[dict[type[Event], JsonValue], JsonObject]:
    """Each model's reference, and all definitions beside them."""
    models = [model for topic in TOPICS.values() for model in topic.events.values()]
    references, definitions = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=ref_template,
        schema_generator=_Plain,
    )
    by_model: dict[type[Event], JsonValue] = {
        model: references[model, "validation"] for model in models
    }
    schemas: JsonObject = definitions["$defs"]
    return by_model, schemas
