"""The table of a collection's documents, its filters, and what may be done with the selected ones."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd
import streamlit as st

from components import document_actions, layout
from components.escaping import label
from components.texts import Calendar
from components.texts_files import FileTable
from components.texts_pages import Files
from components.translation import sentence
from components.writing import counted
from domain.documents import DocumentStatus
from domain.users import User
from services.documents import Document
from services.installation import Installation

_FILTER, _STATUS, _OWNER = "files_filter", "files_filter_status", "files_filter_owner"
_NOTES = "notes"
_FAILED_SHOWN = 5
_ROWS_SHOWN = 12
_ROW_PX = 36
_ON_A_PHONE = ("name", "open", "status")


def table(installation: Installation, user: User, listed: list[Document]) -> None:
    """Draw the documents with their filters; below, what the selected rows allow."""
    rows = _filtered(listed)
    if not rows:
        st.caption(_nothing())
        return
    # The selection counts rows: with other rows under the same key it would name other documents.
    digest = hashlib.sha256("".join(d.id for d in rows).encode()).hexdigest()[:16]
    event = st.dataframe(
        frame(rows),
        hide_index=True,
        column_config=_columns(digest, [d.id for d in rows]),
        column_order=_ON_A_PHONE if _on_a_phone() else None,
        on_select="rerun",
        selection_mode="multi-row",
        height=_ROW_PX * (min(len(rows), _ROWS_SHOWN) + 1) + 2,
        row_height=_ROW_PX,
        placeholder="–",
        key=f"files_table_{digest}",
        alt=counted(len(rows), "document"),
    )
    selected = [rows[index] for index in event["selection"]["rows"] if index < len(rows)]
    if selected:
        _actions(installation, user, selected)
    else:
        total = counted(len(listed), "document")
        said = total if len(rows) == len(listed) else FileTable.SHOWN.format(shown=len(rows), total=total)
        st.caption(f"{said}. {FileTable.HINT}")


def _filtered(listed: list[Document]) -> list[Document]:
    """Draw the filters; gives the documents that fulfil them all."""
    owners = sorted({d.owner for d in listed})
    if st.session_state.get(_OWNER) not in owners:
        st.session_state[_OWNER] = None
    with st.container(horizontal=True, gap="small"):
        wanted = st.text_input(
            Files.FILTER,
            key=_FILTER,
            placeholder=Files.FILTER_PLACEHOLDER,
            icon=":material/search:",
            label_visibility="collapsed",
            width=300,
        )
        status = st.selectbox(
            FileTable.STATUS,
            [*DocumentStatus, _NOTES],
            index=None,
            format_func=_state_words,
            key=_STATUS,
            placeholder=FileTable.ANY_STATUS,
            label_visibility="collapsed",
            width=180,
        )
        owner = None
        if len(owners) > 1:
            owner = st.selectbox(
                FileTable.OWNER,
                owners,
                index=None,
                key=_OWNER,
                placeholder=FileTable.ANY_OWNER,
                label_visibility="collapsed",
                width=200,
            )
    return [
        d
        for d in listed
        if wanted.strip().lower() in d.name.lower()
        and status in (None, _state(d))
        and owner in (None, d.owner)
    ]


def _nothing() -> str:
    wanted = st.session_state.get(_FILTER, "")
    if wanted and st.session_state.get(_STATUS) is None and st.session_state.get(_OWNER) is None:
        return Files.NO_MATCH.format(text=label(wanted))
    return FileTable.NOTHING_LEFT


def frame(rows: list[Document]) -> pd.DataFrame:
    """The documents as shown; what is not known yet stays empty."""
    return pd.DataFrame(
        {
            "name": [d.name for d in rows],
            "open": FileTable.OPEN_CELL,
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
    return _state_words(_state(document))


def _state(document: Document) -> str:
    ready_with_notes = document.status is DocumentStatus.READY and document.warnings
    return _NOTES if ready_with_notes else document.status


def _state_words(state: str) -> str:
    return Files.WITH_WARNINGS if state == _NOTES else str(Files.STATUSES[state])


def _on_a_phone() -> bool:
    # Only the browser knows how wide it is; this header is what tells phones from everything else.
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def _columns(digest: str, document_ids: list[str]) -> dict[str, Any]:
    names, config, narrow = Files.COLUMNS, st.column_config, _on_a_phone()
    key = f"files_open_{digest}"
    return {
        "name": config.TextColumn(names["name"], width=160 if narrow else 330),
        "open": config.ButtonColumn(
            "", type="tertiary", width=74, key=key, on_click=_open, args=(key, document_ids)
        ),
        "status": config.TextColumn(names["status"], width=84 if narrow else 110),
        "pages": config.NumberColumn(names["pages"], format="localized", width=66),
        "chunks": config.NumberColumn(names["chunks"], format="localized", width=84),
        "size": config.NumberColumn(names["size"], format="bytes", width=78),
        "owner": config.TextColumn(names["owner"], width=90),
        "added": config.DatetimeColumn(
            names["added"], format=Calendar.IN_TABLES, timezone=st.context.timezone, width=140
        ),
    }


def _open(key: str, document_ids: list[str]) -> None:
    document_actions.open_document(document_ids[st.session_state[key]["row"]])


def failures(listed: list[Document]) -> None:
    """Draw the documents that could not be read, each with its reason and the way to try again."""
    failed = [d for d in listed if d.status is DocumentStatus.FAILED]
    if not failed:
        return
    with st.container(border=True, key="failures"):
        title = Files.FAILED_TITLE.format(number=counted(len(failed), "document"))
        retryable = [d for d in failed if d.may_delete]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":red[:material/error:] **{title}**", width="stretch")
            if len(retryable) > 1:
                document_actions.retry_button(retryable, "retry_all", FileTable.RETRY_ALL)
        for document in failed[:_FAILED_SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(_reason(document), width="stretch")
                if document.may_delete:
                    document_actions.retry_button([document], f"retry_{document.id}", Files.RETRY)
        if len(failed) > _FAILED_SHOWN:
            st.caption(Files.JOBS_MORE.format(number=counted(len(failed) - _FAILED_SHOWN, "document")))


def _reason(document: Document) -> str:
    reason = sentence(document.error or "")
    named = "" if document.name in reason else f"**{label(document.name)}** — "
    return named + layout.said(reason)


def _actions(installation: Installation, user: User, selected: list[Document]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{Files.SELECTED.format(number=len(selected))}**", width="content")
        if len(selected) == 1:
            st.button(
                FileTable.OPEN,
                icon=":material/article:",
                help=FileTable.OPEN_HELP,
                on_click=document_actions.open_document,
                args=(selected[0].id,),
            )
            document_actions.download(installation, user, selected[0])
        failed = [d for d in selected if d.status is DocumentStatus.FAILED and d.may_delete]
        if failed:
            document_actions.retry_button(failed, "retry_selected", Files.RETRY)
        deletable = [d for d in selected if d.may_delete and d.status is not DocumentStatus.DELETING]
        document_actions.delete_button(deletable, len(selected) - len(deletable))
    for document in selected:
        if document.warnings:
            st.markdown(f"**{Files.NOTES.format(name=label(document.name))}**")
            st.markdown("\n".join(f"- {label(sentence(warning))}" for warning in document.warnings))
