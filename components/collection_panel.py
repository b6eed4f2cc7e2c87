"""Choosing a collection, seeing what it is, and the dialogs that make, change and delete one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import jobs, layout, session
from components.escaping import label
from components.texts_files import Collections
from components.texts_pages import Files
from components.translation import sentence
from components.writing import counted, size
from domain.errors import EvidentiaError
from domain.users import User
from services import collection_changes, collections, setup
from services.collection_changes import Details
from services.collections import Collection
from services.installation import Installation

_SELECT = "files_collection"
_KEPT = "files_kept_collection"
_FORM = "collection_form"
_PROBLEM, _SAID = "collection_problem", "collection_said"


def collection_select(installation: Installation, user: User) -> Collection | None:
    """Draw the choice of a collection with what it is and what may be done; gives the chosen one."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.toast(label(said), icon=":material/check_circle:")
    readable = {c.id: c for c in collections.readable(installation, user)}
    if not readable:
        if layout.empty_state(
            ":material/create_new_folder:", Collections.NONE_TITLE, Collections.NONE, Collections.NEW
        ):
            _dialog(Collections.NEW, _new)
        return None
    kept = st.session_state.get(_KEPT)
    if kept not in readable:
        kept = max(readable.values(), key=lambda c: c.documents_ready).id
    st.session_state[_KEPT] = st.session_state[_SELECT] = kept
    found = collection_changes.details(installation, user, kept)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            Files.COLLECTION,
            list(readable),
            format_func=lambda id_: readable[id_].name,
            key=_SELECT,
            width=360,
            on_change=choose,
        )
        _buttons(found)
    _facts(found)
    return readable[kept]


def choose(collection_id: str | None = None) -> None:
    """Show this collection from now on, or the one that was just selected."""
    st.session_state[_KEPT] = collection_id or st.session_state[_SELECT]


def _buttons(found: Details) -> None:
    if st.button(Collections.NEW, icon=":material/create_new_folder:"):
        _dialog(Collections.NEW, _new)
    if not found.may_change:
        return
    if st.button(Collections.EDIT, icon=":material/edit:", help=Collections.EDIT_HELP, key="collection_edit"):
        _dialog(Collections.EDIT_TITLE, _edit, found)
    if st.button(
        Collections.DELETE, icon=":material/delete:", help=Collections.DELETE_HELP, key="collection_delete"
    ):
        _dialog(Collections.DELETE_TITLE, _delete, found)


def _facts(found: Details) -> None:
    if found.description:
        st.markdown(label(found.description))
    note, icon = (Files.SHARED_NOTE, "group") if found.shared else (Files.PRIVATE_NOTE, "lock")
    amount = [counted(found.documents, "document")]
    if found.documents:
        amount += [counted(found.passages, "passage"), size(found.size)]
    facts = Collections.FACTS.format(
        owner=label(found.owner),
        amount=", ".join(amount),
        embedding=label(found.embedding),
        language=_language(found.language),
    )
    st.caption(f":material/{icon}: {note}  \n{facts}")


def _language(code: str) -> str:
    return str(Collections.LANGUAGES.get(code, code))


def _dialog(title: str, draw: Callable[..., None], *arguments: Details) -> None:
    st.dialog(title, on_dismiss=jobs.dialog_closed)(draw)(*arguments)


def _field(name: str) -> str:
    return f"{_FORM}_{name}"


def _new() -> None:
    user = session.require(fragment=True)
    jobs.dialog_opened()
    embeddings = collection_changes.embeddings(setup.current(), user)
    with st.form(_FORM, border=False):
        _common("", "", shared=False)
        st.selectbox(
            Collections.EMBEDDING,
            list(embeddings),
            format_func=lambda id_: embeddings[id_],
            key=_field("embedding"),
            help=Collections.EMBEDDING_HELP,
        )
        st.selectbox(
            Collections.LANGUAGE,
            [*collection_changes.languages(), "und"],
            format_func=_language,
            key=_field("language"),
            help=Collections.LANGUAGE_HELP,
        )
        st.form_submit_button(Files.CREATE, type="primary", on_click=_create)
    _end()


def _edit(found: Details) -> None:
    session.require(fragment=True)
    jobs.dialog_opened()
    with st.form(_FORM, border=False):
        _common(found.name, found.description, shared=found.shared)
        if found.shared:
            st.caption(Collections.UNSHARE_NOTE)
        st.form_submit_button(Collections.SAVE, type="primary", on_click=_change, args=(found.id,))
    _end()


def _common(name: str, description: str, *, shared: bool) -> None:
    st.text_input(
        Collections.NAME,
        name,
        key=_field("name"),
        max_chars=collections.MAX_NAME_LENGTH,
        help=Files.NAME_HELP,
    )
    st.text_area(
        Collections.DESCRIPTION,
        description,
        key=_field("description"),
        height=90,
        max_chars=collections.MAX_DESCRIPTION_LENGTH,
        help=Collections.DESCRIPTION_HELP,
    )
    st.toggle(Files.SHARED, shared, key=_field("shared"), help=Files.SHARED_HELP)


def _delete(found: Details) -> None:
    session.require(fragment=True)
    jobs.dialog_opened()
    if found.documents:
        st.markdown(Collections.DELETE_FULL)
        amount = Collections.DELETE_AMOUNT.format(
            documents=counted(found.documents, "document"),
            passages=counted(found.passages, "passage"),
            size=size(found.size),
        )
        st.markdown(f"- **{amount}**\n- {Collections.DELETE_NAME.format(name=label(found.name))}")
        st.markdown(Collections.DELETE_ANSWERS)
    else:
        st.markdown(Collections.DELETE_EMPTY.format(name=label(found.name)))
    with st.form(_FORM, border=False):
        if found.documents:
            st.text_input(
                Collections.DELETE_TYPE.format(name=label(found.name)),
                key=_field("typed"),
                autocomplete="off",
            )
        st.form_submit_button(
            Collections.DELETE_CONFIRM,
            type="primary",
            icon=":material/delete:",
            on_click=_remove,
            args=(found.id, found.name),
        )
    _end()


def _end() -> None:
    """Say why it was refused, or close the dialog when it was done."""
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.error(label(sentence(problem)), icon=":material/error:")
    elif _SAID in st.session_state:
        st.rerun()


def _value(name: str) -> str:
    return str(st.session_state[_field(name)])


def _create() -> None:
    user = session.user()
    if user is None:
        return
    try:
        made = collections.create(
            setup.current(),
            user,
            _value("name"),
            description=_value("description"),
            shared=st.session_state[_field("shared")],
            embedding=_value("embedding"),
            language=_value("language"),
        )
    except EvidentiaError as error:
        st.session_state[_PROBLEM] = error.message
        return
    choose(made.id)
    st.session_state[_SAID] = Collections.CREATED.format(name=made.name)


def _change(collection_id: str) -> None:
    user = session.user()
    if user is None:
        return
    try:
        collection_changes.change(
            setup.current(),
            user,
            collection_id,
            name=_value("name"),
            description=_value("description"),
            shared=st.session_state[_field("shared")],
        )
    except EvidentiaError as error:
        st.session_state[_PROBLEM] = error.message
        return
    st.session_state[_SAID] = Collections.SAVED


def _remove(collection_id: str, name: str) -> None:
    user = session.user()
    if user is None:
        return
    typed = str(st.session_state.get(_field("typed"), ""))
    try:
        collection_changes.delete(setup.current(), user, collection_id, typed)
    except EvidentiaError as error:
        st.session_state[_PROBLEM] = error.message
        return
    st.session_state[_SAID] = Collections.DELETED.format(name=name)
