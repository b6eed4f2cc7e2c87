"""What happens while a question is answered, as typed events that every face reads from a seq on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar


class RunState(StrEnum):
    """Where a run stands; all but the first two are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether no further event will follow."""
        return self in (RunState.DONE, RunState.STOPPED, RunState.FAILED)


@dataclass(frozen=True, slots=True)
class Event:
    """Base of the events; ``kind`` is how the type is stored."""

    kind: ClassVar[str] = ""

    def payload(self) -> dict[str, Any]:
        """The event's fields as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Rewritten(Event):
    """The question as it will be searched, when it differs from what was typed."""

    kind: ClassVar[str] = "rewritten"
    question: str


@dataclass(frozen=True, slots=True)
class Searched(Event):
    """The search is over: what was searched and what came of it."""

    kind: ClassVar[str] = "searched"
    documents: int
    candidates: int
    passages: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """Something that the person should know meanwhile, such as that another model takes over."""

    kind: ClassVar[str] = "noted"
    text: str


@dataclass(frozen=True, slots=True)
class Token(Event):
    """A piece of the answer's text."""

    kind: ClassVar[str] = "token"
    text: str


@dataclass(frozen=True, slots=True)
class Cited(Event):
    """The answer's citations are known."""

    kind: ClassVar[str] = "cited"
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scored(Event):
    """Support and confidence are known."""

    kind: ClassVar[str] = "scored"
    confidence: float | None
    support: float | None
    abstained: bool


@dataclass(frozen=True, slots=True)
class Done(Event):
    """The run is stored as a whole. ``stopped`` means that the person ended it."""

    kind: ClassVar[str] = "done"
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """The run ended with an error; ``message`` is the sentence for the person."""

    kind: ClassVar[str] = "failed"
    message: str


EVENTS: dict[str, type[Event]] = {
    event.kind: event for event in (Rewritten, Searched, Noted, Token, Cited, Scored, Done, Failed)
}


def event_from(kind: str, payload: dict[str, Any]) -> Event:
    """Rebuild a stored event. Raises ``KeyError`` for a kind that does not exist."""
    if kind == Cited.kind:
        payload = {"numbers": tuple(payload["numbers"])}
    return EVENTS[kind](**payload)
