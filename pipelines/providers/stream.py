"""Reading an answer as it comes: server-sent events of OpenAI's kind, and what is gathered from them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.providers.thinking import Thinking

MAX_LINE = 4 * 1024 * 1024

Event = dict[str, Any]


class Reported(Exception):
    """An error that the server sent inside the stream."""

    def __init__(self, error: Any) -> None:
        super().__init__("the server reported an error in its stream")
        given = error if isinstance(error, dict) else {"message": str(error)}
        code = given.get("code", given.get("status"))
        self.status = code if isinstance(code, int) and 400 <= code < 600 else 500
        self.body = json.dumps({"error": given})


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """The JSON objects of a stream up to ``[DONE]``; an empty one for a sign of life.

    Raises ``ValueError`` for what is none, and ``Reported``. Lines end with line feeds only: other characters
    that end a line in Python may stand in a JSON text.
    """
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > MAX_LINE:
            msg = "a line without end"
            raise ValueError(msg)
        for line in lines:
            field, _, data = line.strip().partition(b":")
            if field == b"data" and data.strip() == b"[DONE]":
                return
            if field == b"data":
                yield _event(json.loads(data))
            elif data and not field:
                yield {}


def _event(value: Any) -> Event:
    if not isinstance(value, dict):
        msg = "an event that is no object"
        raise ValueError(msg)  # noqa: TRY004
    if value.get("error"):
        raise Reported(value["error"])
    return value


class Gathered:
    """What an answer has told so far."""

    def __init__(self) -> None:
        self.answer = Thinking()
        self.finish_reason: str | None = None
        self.prompt_tokens: int | None = None
        self.answer_tokens: int | None = None
        self.characters = 0
        self._logprobs: list[float] = []

    def take(self, event: Event) -> str:
        """Note what ``event`` tells; gives the piece of the answer that it brings, often none."""
        usage = event.get("usage")
        if isinstance(usage, dict):
            self.prompt_tokens = _count(usage.get("prompt_tokens"))
            self.answer_tokens = _count(usage.get("completion_tokens"))
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return ""
        choice = choices[0]
        if isinstance(choice.get("finish_reason"), str):
            self.finish_reason = choice["finish_reason"]
        said = choice.get("delta") or choice.get("message")
        if not isinstance(said, dict):
            return ""
        self.characters += len(_text(said.get("reasoning_content"))) + len(_text(said.get("reasoning")))
        piece = _text(said.get("content"))
        self.characters += len(piece)
        visible = self.answer.feed(piece) if piece else ""
        if visible:
            self._logprobs += _logprobs(choice.get("logprobs"))
        return visible

    @property
    def certainty(self) -> float | None:
        """How sure the model was: e to the mean log-probability of its tokens, ``None`` without any."""
        if not self._logprobs:
            return None
        return min(math.exp(math.fsum(self._logprobs) / len(self._logprobs)), 1.0)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _logprobs(given: Any) -> list[float]:
    tokens = given.get("content") if isinstance(given, dict) else None
    if not isinstance(tokens, list):
        return []
    values = [token.get("logprob") for token in tokens if isinstance(token, dict)]
    return [float(v) for v in values if isinstance(v, (int, float)) and math.isfinite(v)]
