"""Chat: ask the documents of a collection, and see what each answer rests on."""

import streamlit as st

from components import conversation, evidence, jobs, layout, scope, session
from components.texts_pages import Chat
from domain.errors import EvidentiaError
from services import documents, messages, runs, setup

user = session.require()
installation = setup.current()
conversation.style()


def first_steps(where: scope.Scope | None) -> None:
    """What to do on an installation, or in a collection, where nothing was asked yet."""
    if where is not None and where.collection.documents_ready:
        layout.empty_state(":material/forum:", Chat.START_TITLE, Chat.START_READY)
        return
    waiting = documents.unsettled(installation, user, where.collection.id) if where is not None else []
    text = Chat.START_WAITING if waiting else Chat.START_EMPTY
    if layout.empty_state(":material/upload_file:", Chat.START_TITLE, text, Chat.START_ACTION):
        st.switch_page("pages/files.py")
    if where is not None:
        jobs.progress(where.collection.id, frozenset(d.id for d in waiting))


current = None
try:
    current = scope.opened(installation, user)
except EvidentiaError as error:
    layout.error_box(error)
where = scope.sidebar(installation, user, current)
found = messages.Messages((), 0)
if current is not None:
    found = messages.of_conversation(installation, user, current.id, conversation.limit())
shown = conversation.shown_run(found)

middle, right = st.columns(conversation.ZONES, gap="medium")
with middle:
    if not found.latest:
        first_steps(where)
    conversation.draw(found, shown)
with right:
    if shown is None:
        evidence.empty_panel()
    else:
        evidence.evidence_panel(runs.get(installation, user, shown), user)
with st.bottom:
    box, _ = st.columns(conversation.ZONES, gap="medium")
    with box:
        conversation.refused()
        conversation.question_box(where, current.id if current else None)
