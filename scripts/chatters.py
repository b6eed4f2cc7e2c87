"""People in front of the Chat page, without their browsers: clients of Streamlit's own protocol.

Each signs in with a cookie, draws the page, types into the question box and reads what the server sends.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 60


@dataclass
class Seen:
    """What one question brought: texts in the order in which they came, with when (``monotonic``)."""

    texts: list[tuple[float, str]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    finished_at: float = 0.0

    def first(self, text: str) -> float | None:
        """When ``text`` was first shown."""
        return next((when for when, shown in self.texts if text in shown), None)


class Chatter:
    """One person with the Chat page open."""

    def __init__(self, port: int, cookie: str) -> None:
        """Connect to the app at ``port`` of this machine with a session's ``cookie`` ("name=value")."""
        self._socket: ClientConnection = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": cookie},
            max_size=None,
        )
        self._query = ""
        self._page = ""
        self._box = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def go(self, query: str) -> None:
        """Have the address end in ``query``, such as that of a conversation."""
        self._query = query

    def open(self) -> float:
        """Draw the page; gives the seconds it took."""
        started = time.monotonic()
        self._rerun()
        seen = self._read(Seen())
        if not self._box:
            raise RuntimeError(f"there is no question box; errors: {seen.errors}")
        return seen.finished_at - started

    def ask(self, question: str, expected: str) -> Seen:
        """Type a question and read until an answer that holds ``expected`` is drawn, or an error is."""
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.id = self._box
        state.chat_input_value.data = question
        seen = Seen()
        self._rerun(message)
        return self._read(seen, expected)

    def _rerun(self, message: BackMsg | None = None) -> None:
        message = message or BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.context_info.timezone = "UTC"
        self._socket.send(message.SerializeToString())

    def _read(self, seen: Seen, expected: str = "") -> Seen:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            data = self._socket.recv(timeout=PATIENCE_S)
            message = ForwardMsg()
            message.ParseFromString(data if isinstance(data, bytes) else data.encode())
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._delta(message.delta, seen)
            elif kind == "new_session":
                self._page = message.new_session.page_script_hash
            elif kind == "page_info_changed":
                self._query = message.page_info_changed.query_string
            elif kind == "script_finished":
                there = not expected or any(expected in answer for answer in seen.answers)
                if there or seen.errors:
                    seen.finished_at = time.monotonic()
                    return seen
        seen.errors.append(f"no answer within {PATIENCE_S} s")
        return seen

    def _delta(self, delta: Any, seen: Seen) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "chat_input":
            self._box = element.chat_input.id
        elif kind == "text":
            seen.texts.append((time.monotonic(), element.text.body))
        elif kind == "exception" or (kind == "alert" and element.alert.format == element.alert.ERROR):
            seen.errors.append(str(getattr(element, kind)))
        elif kind == "bidi_component":
            data = json.loads(element.bidi_component.json)
            if "pieces" in data:
                seen.answers.append(data["text"])
