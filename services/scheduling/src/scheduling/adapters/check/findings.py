"""What a look has found, and how a command says it."""

from dataclasses import dataclass, field

from scheduling.adapters.answer import Answer


@dataclass(slots=True)
class Findings:
    """Names and words of ours alone; what is in a file or an address stays there."""

    fine: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    """What has to be mended before anything starts."""
    notes: list[str] = field(default_factory=list)
    """What is not there yet and comes by itself, or could not be looked at."""

    def lacks(self, about: str, what: str) -> None:
        self.missing.append(f"{about}: {what}")

    def remarks(self, about: str, what: str) -> None:
        self.notes.append(f"{about}: {what}")

    def answer(self) -> Answer:
        return Answer(
            report={"fine": self.fine},
            warnings=tuple(self.missing),
            status=1 if self.missing else 0,
            notes=tuple(self.notes),
        )
