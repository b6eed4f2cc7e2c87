"""Asking a registered language model within a pipeline: streamed, stoppable, with what it reports."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import replace
from typing import Any

from haystack import component, default_to_dict

from domain.errors import Cancelled, ModelSilent, ModelUnavailable
from domain.models import ChatReply, ChatRequest, ModelConfig
from domain.stream import Stream
from pipelines import providers
from pipelines.prompts import NO_ANSWER

_CHECK_S = 0.1


class _HoldBack:
    """Hands pieces of an answer on, but never the word by which a model says that it has none.

    What could become that word at the start is held back until it is clear.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._held = ""
        self._open = False

    def __call__(self, text: str) -> None:
        if self._open:
            self._stream(text)
            return
        self._held += text
        start = self._held.lstrip(" \n*\"'`#-")
        if start.startswith(NO_ANSWER) or NO_ANSWER.startswith(start):
            return
        self._open = True
        self._stream(self._held.lstrip())


@component
class Generator:
    """Asks the model and streams its answer.

    Example::

        Generator().run(request=request, model=model, stream=Stream(print))["reply"].text
    """

    def to_dict(self) -> dict[str, Any]:
        """The configuration: none."""
        return default_to_dict(self)

    @component.output_types(reply=ChatReply)
    def run(
        self, request: ChatRequest, model: ModelConfig, stream: Stream | None = None
    ) -> dict[str, ChatReply]:
        """Ask ``model``.

        Returns:
            ``reply``: its text never holds half of what was streamed: both are the same.

        Raises:
            ModelUnavailable: nothing came; see its kinds.
            Cancelled: ``stream`` said so.

        """
        listener = stream or Stream()
        return {"reply": ask(model, request, _HoldBack(listener), listener)}


def ask(model: ModelConfig, request: ChatRequest, on_text: Any, stream: Stream) -> ChatReply:
    """Ask a model from a thread of its own, so that a provider that hangs can be left at once.

    Raises what the provider raises, and what ``stream.check`` does.
    """
    pieces: queue.SimpleQueue[str | ChatReply | BaseException] = queue.SimpleQueue()
    unwanted = threading.Event()

    def hand_over(text: str) -> None:
        if unwanted.is_set():
            msg = "The answer is not wanted any more."
            raise Cancelled(msg)
        pieces.put(text)

    def work() -> None:
        try:
            pieces.put(providers.of(model).chat(model, request, hand_over))
        except BaseException as error:  # noqa: BLE001 - raised anew in the thread that waits
            pieces.put(error)

    threading.Thread(target=work, name=f"ask-{model.name[:20]}", daemon=True).start()
    try:
        reply = _receive(pieces, on_text, stream)
    finally:
        unwanted.set()
    if not reply.text.strip():
        if reply.problem:
            raise ModelUnavailable(reply.problem)
        msg = f"“{model.name}” answered with nothing. Ask again, or choose another model."
        raise ModelSilent(msg)
    return replace(reply, text=reply.text.strip())


def _receive(
    pieces: queue.SimpleQueue[str | ChatReply | BaseException], on_text: Any, stream: Stream
) -> ChatReply:
    checked = 0.0
    while True:
        if time.monotonic() - checked >= _CHECK_S:
            stream.check()
            checked = time.monotonic()
        try:
            piece = pieces.get(timeout=_CHECK_S)
        except queue.Empty:
            continue
        if isinstance(piece, BaseException):
            raise piece
        if isinstance(piece, ChatReply):
            return piece
        on_text(piece)
