"""Keeps what a reasoning model thinks aloud out of its answer."""

from __future__ import annotations

OPEN, CLOSE = "<think>", "</think>"


class Thinking:
    """Passes an answer through piece by piece, without the ``<think>…</think>`` that it begins with.

    ``text`` is the answer so far. Tags may be cut anywhere between two pieces.
    """

    def __init__(self) -> None:
        self.text = ""
        self._held = ""
        self._state = "begin"

    def feed(self, piece: str) -> str:
        """The part of ``piece`` (and of what was held back) that belongs to the answer."""
        if self._state == "answer":
            self.text += piece
            return piece
        self._held += piece
        if self._state == "begin":
            self._begin()
        if self._state == "thinking" and CLOSE in self._held:
            self._held = self._held.partition(CLOSE)[2]
            self._state = "spoken"
        if self._state == "thinking":
            self._held = self._held[-len(CLOSE) :]
        if self._state == "spoken" and self._held.strip():
            self._state = "answer"
            visible, self._held = self._held.lstrip(), ""
            self.text += visible
            return visible
        return ""

    def _begin(self) -> None:
        start = self._held.lstrip()
        if start.startswith(OPEN):
            self._state, self._held = "thinking", start[len(OPEN) :]
        elif not OPEN.startswith(start):
            self._state = "spoken"

    def finish(self) -> str:
        """What was held back in case it became a tag, once nothing more comes.

        A thought without its beginning, which some servers cut off, is taken out of ``text`` here: while it
        streamed it could not be told from an answer.
        """
        rest = self._held.lstrip() if self._state == "begin" else ""
        self._held = ""
        self.text += rest
        if CLOSE in self.text:
            self.text = self.text.rpartition(CLOSE)[2].lstrip()
        return rest
