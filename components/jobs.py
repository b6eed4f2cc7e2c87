"""Progress of the documents that are being read or deleted, live while there are any."""

from __future__ import annotations

import streamlit as st

from components import session
from components.escaping import label
from components.texts_files import FileTable
from components.texts_pages import Files
from components.translation import sentence
from components.writing import counted, number
from domain.documents import DocumentStatus
from domain.errors import EvidentiaError
from services import documents, setup
from services.documents import Document

POLL_S = 1.0
_SHOWN = 6
_DIALOG = "files_dialog_open"


def dialog_opened() -> None:
    """A dialog is open: nothing may redraw the page under it, which would close it. Call it in the dialog."""
    st.session_state[_DIALOG] = True


def dialog_closed() -> None:
    """The dialog was closed. Use it as ``on_dismiss``."""
    st.session_state.pop(_DIALOG, None)


def progress(collection_id: str, open_ids: frozenset[str], only: str | None = None) -> None:
    """Draw how far the open jobs of a collection are; ``open_ids`` are the documents the page knows of.

    Asks once a second while there are any, and redraws the page when one of them has come to its end.
    ``only`` is the one document that counts.
    """
    # Whatever dialog was open, this run of the page has closed it.
    dialog_closed()
    if not open_ids:
        return

    @st.fragment(run_every=POLL_S)
    def follow() -> None:
        user = session.require(fragment=True)
        try:
            unsettled = documents.unsettled(setup.current(), user, collection_id)
        except EvidentiaError as error:
            st.error(label(sentence(error.message)), icon=":material/error:")
            return
        unsettled = [d for d in unsettled if only in (None, d.id)]
        if {d.id for d in unsettled} != open_ids and not st.session_state.get(_DIALOG):
            st.rerun()
        _draw(unsettled)

    follow()


def _draw(unsettled: list[Document]) -> None:
    if not unsettled:
        return
    with st.container(border=True, key="jobs"):
        st.markdown(f"**{Files.JOBS.format(number=counted(len(unsettled), 'document'))}**")
        # In the order in which they came, which is that in which they are read.
        ordered = sorted(unsettled, key=lambda d: d.created_at)
        waiting = [d for d in ordered if d.status is DocumentStatus.QUEUED]
        at_work = [d for d in ordered if d.status is not DocumentStatus.QUEUED]
        for document in at_work[:_SHOWN]:
            st.progress(fraction(document), text=f"{label(document.name)} · {stage_words(document)}")
        if len(at_work) > _SHOWN:
            st.caption(Files.JOBS_MORE.format(number=counted(len(at_work) - _SHOWN, "document")))
        if waiting:
            names = [label(document.name) for document in waiting[:_SHOWN]]
            if len(waiting) > _SHOWN:
                names.append(Files.JOBS_MORE.format(number=counted(len(waiting) - _SHOWN, "document")))
            st.caption(FileTable.WAITING.format(names=", ".join(names)))


def fraction(document: Document) -> float:
    """How much of the present stage is done, in [0, 1]."""
    return min(1.0, document.done / document.total) if document.total else 0.0


def stage_words(document: Document) -> str:
    """What is being done for a document, in words."""
    if document.status is DocumentStatus.DELETING:
        return Files.STAGE_DELETE
    if document.status is DocumentStatus.QUEUED:
        return Files.STAGES[None]
    known = Files.STAGES.get(document.stage)
    words = known if known is not None else Files.STAGE_OTHER.format(stage=label(document.stage or ""))
    if document.total > 1:
        words += f" · {Files.OF.format(done=number(document.done), total=number(document.total))}"
    return words
