"""What may be done with an answer: see its evidence, judge it, have it written anew."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import scope, session
from components.texts_pages import Chat
from domain.errors import EvidentiaError
from services import chat, feedback, setup
from services.messages import Message

_PROBLEM = "chat_action_problem"


def row(message: Message, *, shown: bool, words: str, on_show: Callable[[str], None]) -> None:
    """Draw the actions below an answer; ``words`` say how far to trust it and who wrote it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if message.passages:
            st.button(
                Chat.EVIDENCE_SHOWN if shown else Chat.EVIDENCE,
                key=f"show_{message.run_id}",
                type="tertiary",
                icon=":material/fact_check:",
                help=Chat.EVIDENCE_HELP,
                disabled=shown,
                on_click=on_show,
                args=(message.run_id,),
            )
        st.button(
            Chat.AGAIN,
            key=f"again_{message.run_id}",
            type="tertiary",
            icon=":material/refresh:",
            help=Chat.AGAIN_HELP,
            on_click=_again,
            args=(message.run_id,),
        )
        if message.answer:
            _thumbs(message)
        if words:
            st.caption(words, width="content")
    if message.feedback is not None:
        _reason(message)


def problem() -> str | None:
    """Why the last action was refused, once."""
    sentence: str | None = st.session_state.pop(_PROBLEM, None)
    return sentence


def _thumbs(message: Message) -> None:
    key = f"thumbs_{message.run_id}"
    # What is stored counts, also when the widget was away with its page.
    st.session_state[key] = {feedback.GOOD: 1, feedback.BAD: 0}.get(message.feedback or 0)
    st.feedback("thumbs", key=key, on_change=_judge, args=(message.run_id, key))


def _reason(message: Message) -> None:
    key = f"reason_{message.run_id}"
    asked = Chat.REASON_GOOD if message.feedback == feedback.GOOD else Chat.REASON_BAD
    title = Chat.REASON_GIVEN if message.feedback_reason else asked
    with st.popover(title, type="tertiary", icon=":material/rate_review:"):
        st.text_area(
            asked,
            value=message.feedback_reason or "",
            key=key,
            max_chars=feedback.MAX_REASON,
            placeholder=Chat.REASON_PLACEHOLDER,
        )
        st.button(
            Chat.REASON_SEND,
            key=f"{key}_send",
            type="primary",
            on_click=_give,
            args=(message.run_id, message.feedback, key),
        )


def _judge(run_id: str, key: str) -> None:
    value = {1: feedback.GOOD, 0: feedback.BAD}.get(st.session_state[key])
    _act(lambda user: feedback.give(setup.current(), user, run_id, value))


def _give(run_id: str, value: int, key: str) -> None:
    reason = st.session_state[key]
    _act(lambda user: feedback.give(setup.current(), user, run_id, value, reason))


def _again(run_id: str) -> None:
    # By the model that is chosen now: whoever changed it wants to see what that one says.
    _act(lambda user: chat.again(setup.current(), user, run_id, model=scope.chosen_model()))


def _act(action: Callable[..., object]) -> None:
    user = session.user()
    if user is None:
        return
    try:
        action(user)
    except EvidentiaError as error:
        st.session_state[_PROBLEM] = error.message
