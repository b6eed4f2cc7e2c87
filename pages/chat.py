"""Chat: ask the documents of a collection, and see what each answer rests on."""

import streamlit as st

from components import (
    answer_actions,
    catalogue,
    chat_style,
    conversation,
    conversation_list,
    evidence,
    jobs,
    layout,
    live,
    scope,
    session,
)
from components.texts_pages import Chat
from domain.errors import EvidentiaError, InvalidInput
from services import conversations, documents, messages, runs, setup

user = session.require()
installation = setup.current()
chat_style.style()


def first_steps(where: scope.Scope | None) -> None:
    """What to do on an installation, or in a collection, where nothing was asked yet."""
    if where is not None and where.collection.documents_ready:
        layout.empty_state(":material/forum:", Chat.START_TITLE, Chat.START_READY)
        if not conversations.listing(installation, user):
            catalogue.first_model(user)
        return
    waiting = documents.unsettled(installation, user, where.collection.id) if where is not None else []
    text = Chat.START_WAITING if waiting else Chat.START_EMPTY
    if layout.empty_state(":material/upload_file:", Chat.START_TITLE, text, Chat.START_ACTION):
        st.switch_page("pages/files.py")
    if where is not None:
        jobs.progress(where.collection.id, frozenset(d.id for d in waiting))
    catalogue.first_model(user)


def answers(conversation_id: str | None, *, alone: bool) -> None:
    """Messages and information panel; ``alone``: as a fragment of the page."""
    person = session.require(fragment=alone)
    found = messages.Messages((), 0)
    if conversation_id is not None:
        found = messages.of_conversation(installation, person, conversation_id, conversation.limit())
    if alone and found.is_running:
        st.rerun()
    shown = conversation.shown_run(found)
    middle, right = st.columns(conversation.ZONES, gap="medium")
    with right:
        if shown is None:
            evidence.empty_panel()
        else:
            evidence.evidence_panel(runs.get(installation, person, shown), person)
    with middle:
        refusal = answer_actions.problem()
        if refusal:
            layout.error_box(InvalidInput(refusal))
        # Always there: what stands in it would otherwise linger while an answer is being written.
        beginning = st.empty()
        if not found.latest:
            with beginning.container():
                first_steps(where)
        running = conversation.draw(found, shown)
    if running is not None:
        live.follow(person, running)


current = None
try:
    current = conversation_list.opened(installation, user)
except EvidentiaError as error:
    layout.error_box(error)
where = scope.sidebar(installation, user, current)
with st.bottom:
    box, _ = st.columns(conversation.ZONES, gap="medium")
    with box:
        conversation.refused()
        conversation.question_box(where, current.id if current else None)
current_id = current.id if current else None
if current_id is not None and messages.is_running(installation, user, current_id):
    # A fragment would hold back every click in it, Stop among them, until the answer is there.
    answers(current_id, alone=False)
else:
    # A click on a citation draws these two zones anew, not the page.
    st.fragment(answers)(current_id, alone=True)
