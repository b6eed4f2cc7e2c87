"""Adding files to a collection, with one sentence on what became of each."""

from __future__ import annotations

import streamlit as st

from components import layout, session
from components.texts_files import FileTable
from components.texts_pages import Files
from components.translation import sentence
from components.writing import counted, number
from domain.documents import DocumentStatus
from domain.errors import EvidentiaError
from services import documents, setup
from services.collections import Collection

_RESULTS = "files_results"
_ROUND = "files_upload_round"
_NOTED_SHOWN, _ADDED_SHOWN = 12, 4
_ICONS = {
    "error": ":red[:material/error:]",
    "info": ":material/info:",
    "success": ":green[:material/check_circle:]",
}


def uploader(collection: Collection) -> None:
    """Draw the place to drop files on, and what became of the last ones."""
    if not collection.may_write:
        st.info(Files.READ_ONLY, icon=":material/lock:")
        return
    # A new key empties the widget: what was taken in is listed below it and needs no second list.
    key = f"files_upload_{st.session_state.get(_ROUND, 0)}"
    st.file_uploader(
        Files.UPLOAD,
        accept_multiple_files=True,
        key=key,
        on_change=_take_in,
        args=(key, collection.id),
        max_upload_size=setup.current().settings.max_upload_mb,
    )
    _results(collection.id)


def _take_in(key: str, collection_id: str) -> None:
    user, uploaded = session.user(), st.session_state[key]
    if user is None or not uploaded:
        return
    results: list[tuple[str, str]] = []
    for file in uploaded:
        try:
            added = documents.upload(setup.current(), user, collection_id, file.name, file)
        except EvidentiaError as error:
            results.append(("error", sentence(error.message)))
        else:
            results.append(_said(added, file.name))
    st.session_state[_RESULTS] = (collection_id, results)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _said(added: documents.Upload, name: str) -> tuple[str, str]:
    document = added.document
    if not added.duplicate:
        if added.namesake:
            return "info", FileTable.NAMESAKE.format(name=document.name)
        return "success", Files.UPLOADED.format(name=document.name)
    if document.status is DocumentStatus.QUEUED and document.done == 0 and document.chunks is None:
        return "info", Files.DUPLICATE_AGAIN.format(name=document.name)
    if document.name == name:
        return "info", Files.DUPLICATE_SAME.format(name=name)
    return "info", Files.DUPLICATE.format(name=name, existing=document.name)


def _results(collection_id: str) -> None:
    where, results = st.session_state.get(_RESULTS, (None, []))
    if where != collection_id or not results:
        return
    # What needs attention comes first.
    noted = sorted((r for r in results if r[0] != "success"), key=lambda r: r[0] != "error")
    added = [r for r in results if r[0] == "success"]
    with st.container(border=True, horizontal=True, vertical_alignment="top", key="upload_results"):
        with st.container(gap="xxsmall"):
            if noted:
                st.markdown(_lines(noted[:_NOTED_SHOWN]))
            if len(noted) > _NOTED_SHOWN:
                with st.expander(Files.RESULTS_MORE.format(number=number(len(noted) - _NOTED_SHOWN))):
                    st.markdown(_lines(noted[_NOTED_SHOWN:]))
            if len(added) > _ADDED_SHOWN:
                title = FileTable.ADDED.format(number=counted(len(added), "file"))
                with st.expander(title, icon=":material/check_circle:"):
                    st.markdown(_lines(added))
            elif added:
                st.markdown(_lines(added))
        st.button(
            Files.CLOSE,
            icon=":material/close:",
            type="tertiary",
            on_click=st.session_state.pop,
            args=(_RESULTS, None),
        )


def _lines(results: list[tuple[str, str]]) -> str:
    return "  \n".join(f"{_ICONS[kind]} {layout.said(sentence)}" for kind, sentence in results)


def empty() -> None:
    """What to do in a collection without documents."""
    layout.empty_state(":material/folder_open:", Files.EMPTY_TITLE, Files.EMPTY)
