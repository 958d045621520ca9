"""The event catalogue in Markdown, as it stands in this library's README."""

from parley_contracts.asyncapi import summary
from parley_contracts.topics import TOPICS, Topic

BEGIN = "<!-- catalogue: written by `make schemas` -->"
END = "<!-- end of catalogue -->"


def catalogue() -> str:
    return "\n".join((_overview(), *(_section(topic) for topic in TOPICS.values())))


def with_catalogue(readme: str) -> str:
    """The README with the catalogue of today between its marks."""
    before, _, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        message = f"the README needs both marks: {BEGIN} and {END}"
        raise ValueError(message)
    return f"{before}{BEGIN}\n{catalogue()}\n{END}{after}"


def _overview() -> str:
    rows = [
        "| topic | key | published by | read by | bad records answered by | kept |",
        "|---|---|---|---|---|---|",
        *(
            f"| [`{topic.name}`](#{topic.name.replace('.', '')}) | {topic.key} "
            f"| {', '.join(topic.owners)} | {', '.join(topic.consumers)} "
            f"| {topic.intake_owner or 'nobody'} | {_kept(topic)} |"
            for topic in TOPICS.values()
        ),
    ]
    return "\n".join(rows) + "\n"


def _kept(topic: Topic) -> str:
    if topic.retention is None:
        tombstones = (
            f", null values {topic.tombstones_kept.days} d" if topic.tombstones_kept else ""
        )
        return f"compacted{tombstones}"
    return f"{topic.retention.days} d"


def _section(topic: Topic) -> str:
    rows = [
        f"### `{topic.name}`",
        "",
        topic.description,
        "",
        "| type | event | |",
        "|---|---|---|",
        *(
            f"| [`{ce_type}`](schemas/draft/{ce_type}.json) "
            f"| [`{model.__name__}`](samples/{ce_type}.json) | {summary(model)} |"
            for ce_type, model in topic.events.items()
        ),
    ]
    return "\n".join(rows) + "\n"
