"""The AsyncAPI 3 document: every topic as a channel, every event as a message, who sends and who receives."""

from importlib.metadata import version

from pydantic import JsonValue

from parley_contracts import samples
from parley_contracts.event import Event
from parley_contracts.json_schemas import JsonObject, schema_components
from parley_contracts.topics import TOPICS, Topic

_KAFKA_BINDING = "0.5.0"


def asyncapi() -> JsonObject:
    payloads, schemas = schema_components("#/components/schemas/{model}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parley",
            "version": version("parley-contracts"),
            "description": (
                "The interview part of hiring as a two-way street. Every record is a CloudEvent 1.0; topics named "
                "ats.* are what an upstream system publishes, topics named parley.* are what Parley answers."
            ),
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0.html",
            },
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()},
        "operations": _operations(),
        "components": {
            "messages": {
                ce_type: _message(topic, ce_type, payloads[model])
                for topic in TOPICS.values()
                for ce_type, model in topic.events.items()
            },
            "schemas": schemas,
        },
    }


def summary(model: type[Event]) -> str:
    """What the event says, in one line."""
    return " ".join((model.__doc__ or "").split())


def _channel(topic: Topic) -> JsonObject:
    config = topic.config
    settings: JsonObject = {"cleanup.policy": [config["cleanup.policy"]]}
    for name in ("retention.ms", "delete.retention.ms"):
        if name in config:
            settings[name] = int(config[name])
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {
            ce_type: {"$ref": f"#/components/messages/{ce_type}"} for ce_type in topic.events
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": settings,
                "bindingVersion": _KAFKA_BINDING,
            }
        },
        "x-topic-config": dict[str, JsonValue](config),
    }


def _operations() -> JsonObject:
    operations: JsonObject = {}
    for topic in TOPICS.values():
        for owner in topic.owners:
            operations[f"{owner}.send.{topic.name}"] = _operation(topic, "send", owner)
        for consumer in topic.consumers:
            operations[f"{consumer}.receive.{topic.name}"] = _operation(topic, "receive", consumer)
    return operations


def _operation(topic: Topic, action: str, who: str) -> JsonObject:
    operation: JsonObject = {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "tags": [{"name": who}],
    }
    if action == "receive":
        operation["bindings"] = {
            "kafka": {
                "groupId": {"type": "string", "enum": [who]},
                "bindingVersion": _KAFKA_BINDING,
            }
        }
    return operation


def _message(topic: Topic, ce_type: str, payload: JsonValue) -> JsonObject:
    model = topic.events[ce_type]
    return {
        "name": ce_type,
        "title": model.__name__,
        "summary": summary(model),
        "contentType": "application/json",
        "headers": _headers(ce_type),
        "payload": payload,
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"The {topic.key}."},
                "bindingVersion": _KAFKA_BINDING,
            }
        },
        "examples": [
            {"name": f"{model.__name__}{number}", "payload": sample["data"]}
            for number, sample in enumerate(samples.of_type(ce_type), start=1)
        ],
    }


def _headers(ce_type: str) -> JsonObject:
    required: list[JsonValue] = [
        f"ce_{name}" for name in ("specversion", "id", "source", "type", "subject", "time")
    ]
    return {
        "type": "object",
        "required": required,
        "properties": {
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": {"type": "string", "minLength": 1, "maxLength": 200},
            "ce_source": {"type": "string", "minLength": 1, "maxLength": 200},
            "ce_type": {"type": "string", "const": ce_type},
            "ce_subject": {"type": "string", "description": "Equals the record's key."},
            "ce_time": {
                "type": "string",
                "format": "date-time",
                "description": "When it happened: a re-send keeps it.",
            },
            "content-type": {"type": "string", "examples": ["application/json"]},
            "traceparent": {"type": "string"},
        },
    }
