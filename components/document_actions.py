"""What may be done with documents, wherever they are shown: download, try again, delete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from components import jobs, session
from components.escaping import label
from components.texts_pages import Files
from components.translation import sentence
from components.writing import counted, size
from domain.errors import EvidentiaError, NotFound
from domain.users import User
from services import documents, setup
from services.documents import Document
from services.installation import Installation

OPENED = "document"
"""The parameter of the page's address that names the opened document."""
PAGE, PASSAGE = "page", "passage"
_ERROR = "files_error"
_NAMED = 12


def problem() -> None:
    """Draw why the last action was refused, once."""
    message = st.session_state.pop(_ERROR, None)
    if message:
        st.error(label(sentence(message)), icon=":material/error:")


def open_document(document_id: str) -> None:
    """Show a document with its pages. Use it as ``on_click``."""
    st.query_params.from_dict({OPENED: document_id})


def close_document() -> None:
    """Go back to the list. Use it as ``on_click``."""
    st.query_params.clear()


def download(installation: Installation, user: User, document: Document) -> None:
    """Draw the button that gives the file as it was uploaded."""

    def read() -> bytes:
        # When clicked, not when drawn: it may be large.
        return Path(documents.original(installation, user, document.id)).read_bytes()

    try:
        present = documents.original(installation, user, document.id).is_file()
    except NotFound:
        present = False
    st.download_button(
        Files.DOWNLOAD,
        read,
        file_name=document.name,
        mime="application/octet-stream",
        icon=":material/download:",
        help=Files.DOWNLOAD_HELP if present else Files.GONE,
        disabled=not present,
        on_click="ignore",
    )


def retry_button(failed: list[Document], key: str, text: str) -> None:
    """Draw the button that has failed documents read once more."""
    st.button(text, icon=":material/refresh:", key=key, on_click=_each, args=(documents.retry, failed))


def delete_button(chosen: list[Document], others: int = 0) -> None:
    """Draw the button that asks before it deletes; ``others`` are those that the user may not delete."""
    if st.button(Files.DELETE, icon=":material/delete:", disabled=not chosen):
        st.dialog(Files.DELETE_TITLE, on_dismiss=jobs.dialog_closed)(_confirm)(chosen, others)


def _confirm(chosen: list[Document], others: int) -> None:
    session.require(fragment=True)
    jobs.dialog_opened()
    st.markdown(Files.DELETE_INTRO)
    for document in chosen[:_NAMED]:
        st.markdown(f"- **{label(document.name)}** ({amount(document)})")
    if len(chosen) > _NAMED:
        st.markdown(Files.JOBS_MORE.format(number=counted(len(chosen) - _NAMED, "document")))
    st.markdown(Files.DELETE_AND)
    if others:
        st.caption(Files.NOT_YOURS.format(number=others))
    with st.container(horizontal=True):
        confirmed = st.button(
            Files.DELETE_CONFIRM.format(number=counted(len(chosen), "document")),
            type="primary",
            icon=":material/delete:",
            on_click=_delete,
            args=(chosen,),
        )
        cancelled = st.button(Files.CANCEL)
    if confirmed or cancelled:
        st.rerun()


def _delete(chosen: list[Document]) -> None:
    _each(documents.delete, chosen)
    close_document()


def _each(action: Callable[[Installation, User, str], None], chosen: list[Document]) -> None:
    user = session.user()
    if user is None:
        return
    for document in chosen:
        try:
            action(setup.current(), user, document.id)
        except EvidentiaError as error:
            st.session_state[_ERROR] = error.message


def amount(document: Document) -> str:
    """How much a document is: pages and passages as far as they are known, and bytes."""
    parts = [counted(document.pages, "page")] if document.pages is not None else []
    parts += [counted(document.chunks, "passage")] if document.chunks is not None else []
    return ", ".join([*parts, size(document.size)])
