"""The middle zone of the Chat page: questions, answers, and the box to ask the next question."""

from __future__ import annotations

import streamlit as st

from components import answer_actions, evidence, layout, live, scope, session, writing
from components.answer import answer as draw_answer
from components.answer import scroll_to
from components.escaping import label
from components.scope import Scope
from components.texts_pages import Chat
from components.words import strip_words
from domain.errors import EvidentiaError
from domain.events import RunState, Searched
from services import chat, runs, setup
from services.messages import Message, Messages

_SHOWN_RUN = "chat_shown_run"
_QUESTION = "chat_question"
_REFUSED = "chat_refused"
_LIMIT = "chat_limit"
_ASKED_FOR = "chat_evidence_asked_for"
_STEP = 20
_USER, _APP = ":material/person:", ":material/find_in_page:"
ZONES = (1.6, 1)
"""Widths of conversation and information panel."""


def limit() -> int:
    """How many of the latest messages are drawn."""
    return int(st.session_state.get(_LIMIT, _STEP))


def shown_run(messages: Messages) -> str | None:
    """The run whose evidence the panel shows: the chosen message's, else the latest one's."""
    ids = [message.run_id for message in messages.latest]
    chosen = st.session_state.get(_SHOWN_RUN)
    if chosen in ids:
        return str(chosen)
    return ids[-1] if ids else None


def draw(messages: Messages, shown: str | None) -> live.Slots | None:
    """Draw the messages; gives the places of the answer that is still being written, if one is."""
    if messages.earlier:
        st.button(
            Chat.EARLIER.format(number=messages.earlier),
            icon=":material/history:",
            type="tertiary",
            on_click=st.session_state.update,
            args=({_LIMIT: limit() + _STEP},),
        )
    running = None
    for message in messages.latest:
        with st.container(key=f"question_{message.run_id}"), st.chat_message(Chat.YOU, avatar=_USER):
            st.text(message.question)
        with st.container(key=f"reply_{message.run_id}"), st.chat_message(Chat.APP, avatar=_APP):
            if message.state.is_final:
                _answered(message, shown == message.run_id)
            else:
                running = live.begin(message)
    _scroll(messages)
    return running


def _scroll(messages: Messages) -> None:
    """Bring the latest question into view, and on a narrow screen the evidence when it was asked for."""
    if len(messages.latest) > 1:
        latest = messages.latest[-1]
        # Once more when its answer is there: before, the page may be too short to bring it up.
        token = f"{latest.run_id} {latest.state.is_final}"
        scroll_to("scroll_question", f"question_{latest.run_id}", token)
    asked = st.session_state.get(_ASKED_FOR, 0)
    if asked:
        scroll_to("scroll_evidence", "evidence_panel", str(asked), narrow_only=True)


def refused() -> None:
    """Show once why the last question was not asked, with what was typed."""
    given = st.session_state.pop(_REFUSED, None)
    if given is None:
        return
    sentence, question = given
    st.error(layout.said(sentence), icon=":material/error:")
    if question.strip():
        with st.expander(Chat.NOT_SENT), st.container(key="refused"):
            st.text(question)


def question_box(where: Scope | None, current_id: str | None) -> None:
    """The box at the bottom of the page."""
    st.chat_input(
        Chat.PLACEHOLDER,
        key=_QUESTION,
        disabled=where is None or not where.collection.documents_ready,
        on_submit=_ask,
        args=(where, current_id),
    )


def _ask(where: Scope | None, current_id: str | None) -> None:
    user, question = session.user(), st.session_state[_QUESTION]
    if user is None or where is None or not question:
        return
    installation = setup.current()
    try:
        run_id = chat.ask(
            installation,
            user,
            where.collection.id,
            question,
            conversation_id=current_id,
            document_ids=None if where.document_ids is None else list(where.document_ids),
            model=where.model_id,
            passages=where.passages,
        )
        conversation_id = current_id or runs.get(installation, user, run_id).conversation_id
    except EvidentiaError as error:
        st.session_state[_REFUSED] = (error.message, question)
        return
    if conversation_id is not None:
        scope.asked_in(conversation_id, where)
    st.session_state[_SHOWN_RUN] = run_id


def _answered(message: Message, shown: bool) -> None:
    words = strip_words(_searched(message), message.question_used, message.question)
    if words:
        with st.container(key=f"strip_{message.run_id}"):
            st.caption(words)
    for note in message.notes:
        st.caption(f":material/info: {layout.said(note)}")
    if message.state is RunState.FAILED:
        st.error(layout.said(message.error or runs.INTERRUPTED), icon=":material/error:")
    elif message.abstained:
        with st.container(border=True):
            st.markdown(f":material/help: **{Chat.ABSTAINED}**")
            st.caption(Chat.ABSTAINED_NEAREST if message.passages else Chat.NO_PASSAGES)
    if message.answer and not message.abstained:
        with st.container(border=True, key=f"answer_box_{message.run_id}"):
            draw_answer(message, evidence.chosen_number(message.run_id) if shown else None, _cite)
            if message.partial:
                st.caption(f":material/content_cut: {Chat.PARTIAL}")
    if message.state is RunState.STOPPED:
        st.caption(f":material/stop_circle: {Chat.STOPPED}")
    answer_actions.row(message, shown=shown, words=_trust(message), on_show=_show)


def _trust(message: Message) -> str:
    words = [label(message.model)]
    if message.confidence is not None and not message.abstained:
        word = evidence.confidence_word(message.confidence)
        words.insert(0, f"{word} · {writing.percent(message.confidence)}")
    return " · ".join(words)


def _show(run_id: str) -> None:
    st.session_state[_SHOWN_RUN] = run_id
    st.session_state[_ASKED_FOR] = st.session_state.get(_ASKED_FOR, 0) + 1


def _cite(run_id: str, number: int) -> None:
    _show(run_id)
    evidence.show(run_id, number)


def _searched(message: Message) -> Searched | None:
    if message.documents_searched is None or message.search_ms is None:
        return None
    return Searched(message.documents_searched, message.candidates, message.passages, message.search_ms)
