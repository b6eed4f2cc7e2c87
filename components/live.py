"""An answer that is being written: drawn as its pieces come, until it is there or the person stops it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from components import layout, session
from components.texts_pages import Chat
from components.words import strip_words
from domain.events import Event, Noted, Rewritten, Searched, Token
from domain.users import User
from services import chat, runs, setup
from services.messages import Message


@dataclass(frozen=True, slots=True)
class Slots:
    """The places on the page of an answer that is being written."""

    message: Message
    strip: Any
    text: Any
    busy: Any


def begin(message: Message) -> Slots:
    """Draw the places of an answer and the button that stops it; ``follow`` fills them."""
    strip = st.container(key=f"strip_{message.run_id}").empty()
    text = st.container(key=f"live_{message.run_id}").empty()
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(key="busy", width="content"):
            busy = st.empty()
        st.button(
            Chat.STOP,
            key=f"stop_{message.run_id}",
            icon=":material/stop_circle:",
            on_click=_stop,
            args=(message.run_id,),
        )
    busy.markdown(f":material/progress_activity: {Chat.SEARCHING}")
    return Slots(message, strip, text, busy)


def follow(user: User, slots: Slots) -> None:
    """Fill the places until the answer is there, then draw the page anew. The last thing a page does.

    Nothing is lost when the page is left meanwhile: the answer goes on, and this begins anew from its events.
    """
    live = _Live(slots)
    for _, event in chat.numbered(setup.current(), user, slots.message.run_id):
        live.draw(event)
    st.rerun()


class _Live:
    """What an answer's events have said so far."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._text = ""
        self._question: str | None = None
        self._searched: Searched | None = None
        self._busy = Chat.SEARCHING

    def draw(self, event: Event | None) -> None:
        slots = self._slots
        if isinstance(event, Token):
            self._text += event.text
            slots.text.text(self._text)
        elif isinstance(event, Rewritten):
            self._question = event.question
        elif isinstance(event, Noted):
            self._busy = layout.said(event.text)
        elif isinstance(event, Searched):
            self._searched, self._busy = event, Chat.ANSWERING
        if isinstance(event, Rewritten | Searched):
            slots.strip.caption(strip_words(self._searched, self._question, slots.message.question))
        # Also without news: drawing is when Streamlit notices that the person clicked something else.
        slots.busy.markdown(f":material/progress_activity: {self._busy}")


def _stop(run_id: str) -> None:
    user = session.user()
    if user is not None:
        runs.stop(setup.current(), user, run_id)
