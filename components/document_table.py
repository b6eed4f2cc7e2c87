"""The table of a collection's documents, and what may be done with the selected ones."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import streamlit as st

from components import jobs, session
from components.escaping import label
from components.texts_pages import Files, counted
from domain.documents import DocumentStatus
from domain.errors import EvidentiaError, NotFound
from domain.users import User
from services import documents, setup
from services.documents import Document
from services.installation import Installation

_FILTER = "files_filter"
_ERROR = "files_error"
_NAMED = 12
_FAILED_SHOWN = 5
_ROWS_SHOWN = 12
_ROW_PX = 36


def table(installation: Installation, user: User, listed: list[Document]) -> None:
    """Draw the documents with a filter; below, what the selected rows allow."""
    problem = st.session_state.pop(_ERROR, None)
    if problem:
        st.error(label(problem), icon=":material/error:")
    wanted = st.text_input(
        Files.FILTER,
        key=_FILTER,
        placeholder=Files.FILTER_PLACEHOLDER,
        icon=":material/search:",
        label_visibility="collapsed",
        width=360,
    )
    rows = [d for d in listed if wanted.strip().lower() in d.name.lower()]
    if not rows:
        st.caption(Files.NO_MATCH.format(text=label(wanted)))
        return
    # The selection counts rows: with other rows under the same key it would name other documents.
    digest = hashlib.sha256("".join(d.id for d in rows).encode()).hexdigest()[:16]
    event = st.dataframe(
        frame(rows),
        hide_index=True,
        column_config=_columns(),
        on_select="rerun",
        selection_mode="multi-row",
        height=_ROW_PX * (min(len(rows), _ROWS_SHOWN) + 1) + 2,
        row_height=_ROW_PX,
        placeholder="–",
        key=f"files_table_{digest}",
    )
    selected = [rows[index] for index in event["selection"]["rows"] if index < len(rows)]
    if selected:
        _actions(installation, user, selected)
    else:
        st.caption(Files.SELECT_HINT)


def frame(rows: list[Document]) -> pd.DataFrame:
    """The documents as shown; what is not known yet stays empty."""
    return pd.DataFrame(
        {
            "name": [d.name for d in rows],
            "status": [status_words(d) for d in rows],
            "pages": pd.array([d.pages for d in rows], dtype="Int64"),
            "chunks": pd.array([d.chunks for d in rows], dtype="Int64"),
            "size": [d.size for d in rows],
            "owner": [d.owner for d in rows],
            "added": [d.created_at for d in rows],
        }
    )


def status_words(document: Document) -> str:
    """Where a document stands, in words."""
    if document.status is DocumentStatus.READY and document.warnings:
        return Files.WITH_WARNINGS
    return Files.STATUSES[document.status]


def _columns() -> dict[str, object]:
    names, config = Files.COLUMNS, st.column_config
    return {
        "name": config.TextColumn(names["name"], width="medium"),
        "status": config.TextColumn(names["status"], width="small"),
        "pages": config.NumberColumn(names["pages"], format="localized", width="small"),
        "chunks": config.NumberColumn(names["chunks"], format="localized", width="small"),
        "size": config.NumberColumn(names["size"], format="bytes", width="small"),
        "owner": config.TextColumn(names["owner"], width="small"),
        "added": config.DatetimeColumn(
            names["added"], format="D MMM YYYY, HH:mm", timezone=st.context.timezone
        ),
    }


def failures(listed: list[Document]) -> None:
    """Draw the documents that could not be read, each with its reason and the way to try again."""
    failed = [d for d in listed if d.status is DocumentStatus.FAILED]
    if not failed:
        return
    with st.container(border=True, key="failures"):
        title = Files.FAILED_TITLE.format(number=counted(len(failed), "document"))
        st.markdown(f":red[:material/error:] **{title}**")
        for document in failed[:_FAILED_SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(_reason(document), width="stretch")
                if document.may_delete:
                    _retry_button([document], f"retry_{document.id}")
        if len(failed) > _FAILED_SHOWN:
            st.caption(Files.JOBS_MORE.format(number=counted(len(failed) - _FAILED_SHOWN, "document")))


def _reason(document: Document) -> str:
    reason = document.error or ""
    named = "" if document.name in reason else f"**{label(document.name)}** — "
    return named + label(reason)


def _actions(installation: Installation, user: User, selected: list[Document]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{Files.SELECTED.format(number=len(selected))}**", width="content")
        if len(selected) == 1:
            _download(installation, user, selected[0])
        failed = [d for d in selected if d.status is DocumentStatus.FAILED and d.may_delete]
        if failed:
            _retry_button(failed, "retry_selected")
        deletable = [d for d in selected if d.may_delete and d.status is not DocumentStatus.DELETING]
        if st.button(
            Files.DELETE, icon=":material/delete:", disabled=not deletable, on_click=jobs.dialog_opened
        ):
            _confirm_delete(deletable, len(selected) - len(deletable))
    for document in selected:
        if document.warnings:
            st.markdown(f"**{Files.NOTES.format(name=label(document.name))}**")
            st.markdown("\n".join(f"- {label(warning)}" for warning in document.warnings))


def _download(installation: Installation, user: User, document: Document) -> None:
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


def _retry_button(failed: list[Document], key: str) -> None:
    st.button(
        Files.RETRY, icon=":material/refresh:", key=key, on_click=_retry, args=([d.id for d in failed],)
    )


def _retry(document_ids: list[str]) -> None:
    user = session.user()
    if user is None:
        return
    for document_id in document_ids:
        try:
            documents.retry(setup.current(), user, document_id)
        except EvidentiaError as error:
            st.session_state[_ERROR] = error.message


@st.dialog(Files.DELETE_TITLE, on_dismiss=jobs.dialog_closed)
def _confirm_delete(chosen: list[Document], others: int) -> None:
    session.require(fragment=True)
    st.markdown(Files.DELETE_INTRO)
    for document in chosen[:_NAMED]:
        st.markdown(f"- **{label(document.name)}** ({_amount(document)})")
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
            args=([d.id for d in chosen],),
        )
        cancelled = st.button(Files.CANCEL, on_click=jobs.dialog_closed)
    if confirmed or cancelled:
        st.rerun()


def _delete(document_ids: list[str]) -> None:
    jobs.dialog_closed()
    user = session.user()
    if user is None:
        return
    for document_id in document_ids:
        try:
            documents.delete(setup.current(), user, document_id)
        except EvidentiaError as error:
            st.session_state[_ERROR] = error.message


def _amount(document: Document) -> str:
    parts = [counted(document.pages, "page")] if document.pages is not None else []
    parts += [counted(document.chunks, "passage")] if document.chunks is not None else []
    return ", ".join([*parts, size_words(document.size)])


def size_words(size: int) -> str:
    """A number of bytes as people read it."""
    if size < 1000:
        return counted(size, "byte")
    return f"{size / 1000:,.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"
