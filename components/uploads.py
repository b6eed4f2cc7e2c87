"""Choosing or making a collection, and adding files to it."""

from __future__ import annotations

import streamlit as st

from components import layout, session
from components.escaping import label
from components.texts_pages import Files, counted
from domain.documents import DocumentStatus
from domain.errors import EvidentiaError
from domain.users import User
from services import collections, documents, setup
from services.collections import Collection
from services.installation import Installation

SUFFIXES = ("pdf", "txt", "md", "markdown")
_SELECT = "files_collection"
_KEPT = "files_kept_collection"
_RESULTS = "files_results"
_ROUND = "files_upload_round"
_NAME, _SHARED, _PROBLEM = "new_collection_name", "new_collection_shared", "new_collection_problem"
_RESULTS_SHOWN = 8


def collection_select(installation: Installation, user: User) -> Collection | None:
    """Draw the choice of a collection and the way to a new one; gives the chosen one."""
    readable = {c.id: c for c in collections.readable(installation, user)}
    kept = st.session_state.get(_KEPT)
    if readable and kept not in readable:
        kept = max(readable.values(), key=lambda c: c.documents_ready).id
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if readable:
            st.session_state[_SELECT] = kept
            st.selectbox(
                Files.COLLECTION,
                list(readable),
                format_func=lambda id_: readable[id_].name,
                key=_SELECT,
                width=360,
                on_change=_select,
            )
        if st.button(Files.NEW_COLLECTION, icon=":material/create_new_folder:"):
            _new_collection()
    if not readable:
        return None
    chosen = readable[str(kept)]
    st.session_state[_KEPT] = chosen.id
    st.caption(Files.SHARED_NOTE if chosen.shared else Files.PRIVATE_NOTE)
    return chosen


def _select() -> None:
    st.session_state[_KEPT] = st.session_state[_SELECT]
    st.session_state.pop(_RESULTS, None)


@st.dialog(Files.NEW_COLLECTION)
def _new_collection() -> None:
    session.require(fragment=True)
    with st.form("new_collection", border=False):
        st.text_input(Files.NAME, key=_NAME, max_chars=collections.MAX_NAME_LENGTH, help=Files.NAME_HELP)
        st.toggle(Files.SHARED, key=_SHARED, help=Files.SHARED_HELP)
        created = st.form_submit_button(Files.CREATE, type="primary", on_click=_create)
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.error(label(problem), icon=":material/error:")
    elif created:
        st.rerun()


def _create() -> None:
    user = session.user()
    if user is None:
        return
    name, shared = st.session_state[_NAME], st.session_state[_SHARED]
    try:
        st.session_state[_KEPT] = collections.create(setup.current(), user, name, shared=shared).id
        st.session_state.pop(_RESULTS, None)
    except EvidentiaError as error:
        st.session_state[_PROBLEM] = error.message


def uploader(collection: Collection) -> None:
    """Draw the place to drop files on, and what became of the last ones."""
    if not collection.may_write:
        st.info(Files.READ_ONLY, icon=":material/lock:")
        return
    # A new key empties the widget: what was taken in is listed below it and needs no second list.
    key = f"files_upload_{st.session_state.get(_ROUND, 0)}"
    st.file_uploader(
        Files.UPLOAD,
        type=list(SUFFIXES),
        accept_multiple_files=True,
        key=key,
        on_change=_take_in,
        args=(key, collection.id),
        max_upload_size=setup.current().settings.max_upload_mb,
    )
    _results()


def _take_in(key: str, collection_id: str) -> None:
    user, uploaded = session.user(), st.session_state[key]
    if user is None or not uploaded:
        return
    results: list[tuple[str, str]] = []
    for file in uploaded:
        try:
            added = documents.upload(setup.current(), user, collection_id, file.name, file)
        except EvidentiaError as error:
            results.append(("error", error.message))
        else:
            results.append(_said(added, file.name))
    st.session_state[_RESULTS] = results
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _said(added: documents.Upload, name: str) -> tuple[str, str]:
    document = added.document
    if not added.duplicate:
        return "success", Files.UPLOADED.format(name=document.name)
    if document.status is DocumentStatus.QUEUED and document.done == 0 and document.chunks is None:
        return "info", Files.DUPLICATE_AGAIN.format(name=document.name)
    if document.name == name:
        return "info", Files.DUPLICATE_SAME.format(name=name)
    return "info", Files.DUPLICATE.format(name=name, existing=document.name)


def _results() -> None:
    results = st.session_state.get(_RESULTS)
    if not results:
        return
    icons = {
        "error": ":red[:material/error:]",
        "info": ":material/info:",
        "success": ":material/check_circle:",
    }
    # What needs attention comes first.
    ordered = sorted(results, key=lambda result: ("error", "info", "success").index(result[0]))
    with st.container(border=True, horizontal=True, vertical_alignment="top", key="upload_results"):
        with st.container(gap="xxsmall"):
            for kind, sentence in ordered[:_RESULTS_SHOWN]:
                st.markdown(f"{icons[kind]} {label(sentence)}")
            if len(ordered) > _RESULTS_SHOWN:
                more = counted(len(ordered) - _RESULTS_SHOWN, "file")
                st.caption(Files.RESULTS_MORE.format(number=more))
        st.button(
            Files.CLOSE,
            icon=":material/close:",
            type="tertiary",
            on_click=st.session_state.pop,
            args=(_RESULTS, None),
        )


def empty() -> None:
    """What to do in a collection without documents."""
    layout.empty_state(":material/folder_open:", Files.EMPTY_TITLE, Files.EMPTY)
