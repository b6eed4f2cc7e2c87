"""The left zone of the Chat page: where to search, by which model, and the user's conversations."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from components import conversation_list, session
from components.texts_pages import Chat, counted
from domain.models import ModelKind
from domain.users import User
from services import collections, documents, models, preferences, setup
from services.collections import Collection
from services.conversations import Conversation
from services.installation import Installation
from services.search import MAX_PASSAGES

_SCOPE = "chat_scope"
_SELECT = "chat_collection"
_CHOICE = "chat_files_choice"
_MODEL = "chat_model"
_PASSAGES = "chat_passages"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and how the next question is answered.

    ``document_ids`` are the chosen files, ``None`` for all; ``model_id`` and ``passages`` are ``None`` where
    the user's own defaults hold.
    """

    collection: Collection
    document_ids: tuple[str, ...] | None
    model_id: str | None
    passages: int | None


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was chosen for a conversation (``None``: for the next new one), beside the widgets.

    A widget forgets its value when its page is left.
    """

    conversation_id: str | None
    collection_id: str | None
    document_ids: tuple[str, ...] | None = None
    model_id: str | None = None
    passages: int | None = None


def asked_in(conversation_id: str, scope: Scope) -> None:
    """Go on in the conversation that a question was asked in, with the scope that it was asked with."""
    conversation_list.open_conversation(conversation_id)
    st.session_state[_SCOPE] = _Kept(
        conversation_id, scope.collection.id, scope.document_ids, scope.model_id, scope.passages
    )


def chosen_model() -> str | None:
    """The id of the model that the sidebar shows as chosen."""
    chosen: str | None = st.session_state.get(_MODEL)
    return chosen


def sidebar(installation: Installation, user: User, current: Conversation | None) -> Scope | None:
    """Draw the zone; gives where the next question is searched, ``None`` where nothing can be."""
    with st.sidebar:
        st.button(
            Chat.NEW,
            icon=":material/add:",
            type="primary",
            width="stretch",
            on_click=conversation_list.start_new,
        )
        scope = _search_in(installation, user, current)
        conversation_list.listed(installation, user, current)
        if scope is not None:
            scope = _how(installation, user, scope)
    return scope


def _search_in(installation: Installation, user: User, current: Conversation | None) -> Scope | None:
    readable = {c.id: c for c in collections.readable(installation, user)}
    if not readable:
        return None
    kept = _kept(current, readable)
    st.caption(Chat.SEARCH_IN)
    st.session_state[_SELECT] = kept.collection_id
    st.selectbox(
        Chat.COLLECTION,
        list(readable),
        format_func=lambda id_: readable[id_].name,
        key=_SELECT,
        label_visibility="collapsed",
        on_change=_select_collection,
    )
    collection = readable[str(kept.collection_id)]
    chosen = kept.document_ids
    if chosen is not None:
        chosen = _still_there(installation, user, collection.id, chosen)
    total = counted(collection.documents_ready, "file")
    text = (
        Chat.ALL_FILES.format(number=total)
        if chosen is None
        else Chat.SOME_FILES.format(chosen=len(chosen), number=total)
    )
    if st.button(
        text, icon=":material/filter_list:", help=Chat.CHOOSE_HELP, disabled=not collection.documents_ready
    ):
        st.dialog(Chat.CHOOSE_FILES)(_choose_files)(collection.id, chosen)
    return Scope(collection, chosen, kept.model_id, kept.passages)


def _kept(current: Conversation | None, readable: dict[str, Collection]) -> _Kept:
    """What was chosen: as last chosen here, else what the conversation was asked with."""
    current_id = current.id if current else None
    kept: _Kept | None = st.session_state.get(_SCOPE)
    if kept is None or kept.conversation_id != current_id:
        if current is not None:
            kept = _Kept(
                current_id, current.collection_id, current.document_ids, current.model_id, current.passages
            )
        else:
            kept = _Kept(None, kept.collection_id if kept else None)
    if kept.collection_id not in readable:
        fullest = max(readable.values(), key=lambda c: c.documents_ready)
        kept = replace(kept, collection_id=fullest.id, document_ids=None)
    st.session_state[_SCOPE] = kept
    return kept


def _change(**values: object) -> None:
    st.session_state[_SCOPE] = replace(st.session_state[_SCOPE], **values)


def _select_collection() -> None:
    _change(collection_id=st.session_state[_SELECT], document_ids=None)


def _still_there(
    installation: Installation, user: User, collection_id: str, chosen: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The chosen files that still exist; says so when some do not."""
    names = documents.ready_names(installation, user, collection_id)
    left = tuple(id_ for id_ in chosen if id_ in names)
    if not left:
        st.warning(Chat.FILES_ALL_GONE)
        _change(document_ids=None)
        return None
    if len(left) < len(chosen):
        st.caption(Chat.FILES_GONE.format(gone=counted(len(chosen) - len(left), "file")))
    return left


def _choose_files(collection_id: str, chosen: tuple[str, ...] | None) -> None:
    user = session.require(fragment=True)
    names = documents.ready_names(setup.current(), user, collection_id)
    st.markdown(Chat.CHOOSE_INTRO)
    st.multiselect(
        Chat.CHOOSE_LABEL,
        list(names),
        default=[id_ for id_ in chosen or () if id_ in names],
        format_func=lambda id_: names.get(id_, ""),
        placeholder=Chat.CHOOSE_PLACEHOLDER,
        label_visibility="collapsed",
        key=_CHOICE,
    )
    action = Chat.CHOOSE_SAVE if st.session_state[_CHOICE] else Chat.CHOOSE_ALL
    if st.button(action, type="primary", on_click=_choose):
        st.rerun()


def _choose() -> None:
    _change(document_ids=tuple(st.session_state[_CHOICE]) or None)


def _how(installation: Installation, user: User, scope: Scope) -> Scope:
    """Draw by which model, and from how many passages, the next question is answered."""
    usable = {model.id: model for model in models.usable(installation, user, ModelKind.LLM)}
    wanted = preferences.of(installation, user)
    chosen = scope.model_id or wanted.model
    if chosen not in usable:
        if scope.model_id is not None:
            st.caption(Chat.MODEL_GONE)
            _change(model_id=None)
        chosen = wanted.model if wanted.model in usable else next(iter(usable), None)
    passages = scope.passages or wanted.passages
    st.caption(Chat.THIS_CONVERSATION)
    st.session_state[_MODEL], st.session_state[_PASSAGES] = chosen, passages
    st.selectbox(
        Chat.MODEL,
        list(usable),
        format_func=lambda id_: usable[id_].name,
        key=_MODEL,
        help=Chat.MODEL_HELP,
        on_change=lambda: _change(model_id=st.session_state[_MODEL]),
    )
    st.number_input(
        Chat.PASSAGES,
        min_value=1,
        max_value=MAX_PASSAGES,
        key=_PASSAGES,
        help=Chat.PASSAGES_HELP,
        on_change=lambda: _change(passages=st.session_state[_PASSAGES]),
    )
    return replace(scope, model_id=chosen, passages=passages)
