"""The middle zone of the Chat page: questions, answers, and the box to ask the next question."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components import evidence, layout, scope, session
from components.answer import answer as draw_answer
from components.answer import scroll_to
from components.escaping import label
from components.scope import Scope
from components.texts_pages import Chat, counted
from domain.errors import EvidentiaError
from domain.events import Failed, Rewritten, RunState, Searched, Token
from domain.users import User
from services import chat, runs, setup
from services.installation import Installation
from services.messages import Message, Messages

_SHOWN_RUN = "chat_shown_run"
_QUESTION = "chat_question"
_REFUSED = "chat_refused"
_LIMIT = "chat_limit"
_LIVE = "chat_live"
_ASKED_FOR = "chat_evidence_asked_for"
_STEP = 20
_USER, _APP = ":material/person:", ":material/find_in_page:"
POLL_S = 0.25
ZONES = (1.6, 1)
"""Widths of conversation and information panel."""

_STYLE = """
<style>
.st-key-conversations [data-testid="stButton"] button {justify-content: flex-start; text-align: left;
  padding: .3rem .6rem; border-radius: 8px;}
.st-key-conversations [data-testid="stButton"] button > div {justify-content: flex-start; width: 100%;}
[class*="st-key-conversation_open"] button {background: light-dark(#E3F2F1, #153533) !important;
  color: light-dark(#0F6E6E, #4FB9B3) !important;}
[class*="st-key-question_"] {scroll-margin-top: 4.2rem;}
[class*="st-key-question_"] [data-testid="stChatMessage"] {background: light-dark(#E3F2F1, #153533);}
[data-testid="stChatMessage"] {padding: .7rem .9rem; gap: .6rem; border-radius: 12px;}
[class*="st-key-reply_"] [data-testid="stChatMessage"] {background: transparent; padding-top: .2rem;}
.st-key-busy [role="img"] {animation: evidentia-turn 1.1s linear infinite; display: inline-block;}
@keyframes evidentia-turn {to {transform: rotate(360deg);}}
@media (prefers-reduced-motion: reduce) {.st-key-busy [role="img"] {animation: none;}}
[data-testid="stBottomBlockContainer"] {padding-top: .6rem; padding-bottom: 1.4rem;}
[class*="st-key-question_"] [data-testid="stText"], .st-key-refused [data-testid="stText"]
  {white-space: pre-wrap; overflow-wrap: anywhere;}
[class*="st-key-strip_"] {border: 1px dashed light-dark(#D5D9E0, #313D4E); border-radius: 8px;
  padding: .35rem .7rem;}
.st-key-evidence_panel {scroll-margin-top: 3.6rem;}
@media (max-width: 640px) {
  [data-testid="stBottomBlockContainer"] [data-testid="stColumn"]:last-child {display: none;}
}
@media (min-width: 641px) {
  [data-testid="stMainBlockContainer"], [data-testid="stBottomBlockContainer"]
    {padding-left: 2.2rem; padding-right: 2.2rem;}
  [data-testid="stLayoutWrapper"]:has(> .st-key-evidence_panel) {position: sticky; top: 3.4rem;}
  .st-key-evidence_panel {max-height: calc(100vh - 10rem); overflow-y: auto; padding: 2px 6px 2px 2px;}
}
</style>
"""


def style() -> None:
    """Apply what the theme cannot express; once per run of the page."""
    st.html(_STYLE)


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


def draw(messages: Messages, shown: str | None) -> None:
    """Draw the messages; the answer that is still being written follows its events."""
    if messages.earlier:
        st.button(
            Chat.EARLIER.format(number=messages.earlier),
            icon=":material/history:",
            type="tertiary",
            on_click=st.session_state.update,
            args=({_LIMIT: limit() + _STEP},),
        )
    for message in messages.latest:
        with st.container(key=f"question_{message.run_id}"), st.chat_message(Chat.YOU, avatar=_USER):
            st.text(message.question)
        with st.container(key=f"reply_{message.run_id}"), st.chat_message(Chat.APP, avatar=_APP):
            if message.state.is_final:
                _answered(message, shown == message.run_id)
            else:
                _running(message)
    _scroll(messages)


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
    st.error(label(sentence), icon=":material/error:")
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
    chosen = None if where.document_ids is None else list(where.document_ids)
    try:
        run_id = chat.ask(
            installation,
            user,
            where.collection.id,
            question,
            conversation_id=current_id,
            document_ids=chosen,
        )
        conversation_id = current_id or runs.get(installation, user, run_id).conversation_id
    except EvidentiaError as error:
        st.session_state[_REFUSED] = (error.message, question)
        return
    if conversation_id is not None:
        scope.asked_in(conversation_id, where)
    st.session_state[_SHOWN_RUN] = run_id


def _answered(message: Message, shown: bool) -> None:
    _strip(message.run_id, _searched_words(message), message.question_used, message.question)
    if message.state is RunState.FAILED:
        st.error(label(message.error or runs.INTERRUPTED), icon=":material/error:")
    elif message.state is RunState.STOPPED:
        st.caption(f":material/stop_circle: {Chat.STOPPED}")
    elif message.abstained:
        with st.container(border=True):
            st.markdown(f":material/help: **{Chat.ABSTAINED}**")
            st.caption(Chat.ABSTAINED_NEAREST if message.passages else Chat.NO_PASSAGES)
    if message.answer and not message.abstained:
        with st.container(border=True, key=f"answer_box_{message.run_id}"):
            draw_answer(message, evidence.chosen_number(message.run_id) if shown else None, _cite)
    if message.passages:
        _below(message, shown)


def _below(message: Message, shown: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            Chat.EVIDENCE_SHOWN if shown else Chat.EVIDENCE,
            key=f"show_{message.run_id}",
            type="tertiary",
            icon=":material/fact_check:",
            help=Chat.EVIDENCE_HELP,
            disabled=shown,
            on_click=_show,
            args=(message.run_id,),
        )
        if message.confidence is not None and not message.abstained:
            st.caption(
                f"{evidence.confidence_word(message.confidence)} · {message.confidence:.0%}", width="content"
            )


def _show(run_id: str) -> None:
    st.session_state[_SHOWN_RUN] = run_id
    st.session_state[_ASKED_FOR] = st.session_state.get(_ASKED_FOR, 0) + 1


def _cite(run_id: str, number: int) -> None:
    _show(run_id)
    evidence.show(run_id, number)


def _searched_words(message: Message) -> str:
    if message.documents_searched is None or message.search_ms is None:
        return ""
    return searched_words(message.documents_searched, message.candidates, message.passages, message.search_ms)


def searched_words(files: int, candidates: int, passages: int, milliseconds: float) -> str:
    """What was searched, in one line."""
    return Chat.SEARCHED.format(
        files=counted(files, "file"),
        candidates=counted(candidates, "candidate"),
        passages=counted(passages, "passage"),
        ms=f"{milliseconds:,.0f}",
    )


def _strip(run_id: str, words: str, question_used: str | None, question: str) -> None:
    if not words:
        return
    if question_used and question_used != question:
        words = f"{label(Chat.SEARCHED_AS.format(question=question_used))} · {words}"
    with st.container(key=f"strip_{run_id}"):
        st.caption(words)


def _running(message: Message) -> None:
    @st.fragment(run_every=POLL_S)
    def follow() -> None:
        user = session.require(fragment=True)
        try:
            live, is_final = _follow(setup.current(), user, message.run_id)
        except EvidentiaError as error:
            layout.error_box(error)
            return
        if is_final:
            st.session_state.pop(_LIVE, None)
            st.rerun()
        searched: Searched | None = live["searched"]
        if searched is not None:
            words = searched_words(
                searched.documents, searched.candidates, searched.passages, searched.milliseconds
            )
            _strip(message.run_id, words, live["question"], message.question)
        if live["text"]:
            st.text(live["text"])
        with st.container(horizontal=True, vertical_alignment="center"):
            busy = Chat.ANSWERING if searched is not None else Chat.SEARCHING
            with st.container(key="busy", width="content"):
                st.markdown(f":material/progress_activity: {busy}", width="content")
            st.button(
                Chat.STOP,
                key=f"stop_{message.run_id}",
                icon=":material/stop_circle:",
                on_click=_stop,
                args=(message.run_id,),
            )

    follow()


def _follow(installation: Installation, user: User, run_id: str) -> tuple[dict[str, Any], bool]:
    """What the run's events say so far, read on from the last one seen, and whether it has ended."""
    live: dict[str, Any] = st.session_state.get(_LIVE) or {}
    if live.get("run") != run_id:
        live = {"run": run_id, "after": 0, "text": "", "searched": None, "question": None}
    new, state = runs.events(installation, user, run_id, live["after"])
    for seq, event in new:
        live["after"] = seq
        if isinstance(event, Token):
            live["text"] += event.text
        elif isinstance(event, Searched):
            live["searched"] = event
        elif isinstance(event, Rewritten):
            live["question"] = event.question
        elif isinstance(event, Failed):
            live["text"] = ""
    st.session_state[_LIVE] = live
    return live, state.is_final


def _stop(run_id: str) -> None:
    user = session.user()
    if user is not None:
        runs.stop(setup.current(), user, run_id)
