"""The left zone of the Chat page: where to search, and the user's conversations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from components import session
from components.escaping import label
from components.texts_pages import Chat, counted
from domain.errors import NotFound
from domain.users import User
from services import chat, collections, documents, setup
from services.chat import Conversation
from services.collections import Collection
from services.installation import Installation

_PARAMETER = "conversation"
_LAST = "chat_last_conversation"
_SCOPE = "chat_scope"
_SELECT = "chat_collection"
_CHOICE = "chat_files_choice"
_SHOW_ALL = "chat_all_conversations"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a question is searched; ``document_ids`` are the chosen files, ``None`` for all."""

    collection: Collection
    document_ids: tuple[str, ...] | None


def opened(installation: Installation, user: User) -> Conversation | None:
    """The conversation that the address names, or the one that was open before another page was.

    Raises ``NotFound`` once when the address names one that is not the user's.
    """
    named = st.query_params.get(_PARAMETER)
    wanted = named or st.session_state.get(_LAST)
    if wanted is None:
        return None
    try:
        found = chat.conversation(installation, user, wanted)
    except NotFound:
        start_new()
        if named:
            raise
        return None
    open_conversation(found.id)
    return found


def open_conversation(conversation_id: str) -> None:
    """Make this the open conversation, here and in the address. May be used as ``on_click``."""
    st.session_state[_LAST] = conversation_id
    if st.query_params.get(_PARAMETER) != conversation_id:
        st.query_params[_PARAMETER] = conversation_id


def start_new() -> None:
    """Leave the open conversation for a new one, which is made with its first question."""
    st.session_state.pop(_LAST, None)
    if _PARAMETER in st.query_params:
        del st.query_params[_PARAMETER]


def asked_in(conversation_id: str, scope: Scope) -> None:
    """Go on in the conversation that a question was asked in, with the scope that it was asked with."""
    open_conversation(conversation_id)
    _keep(conversation_id, scope.collection.id, scope.document_ids)


def sidebar(installation: Installation, user: User, current: Conversation | None) -> Scope | None:
    """Draw the zone; gives where the next question is searched, ``None`` where nothing can be."""
    with st.sidebar:
        st.button(Chat.NEW, icon=":material/add:", type="primary", width="stretch", on_click=start_new)
        scope = _search_in(installation, user, current)
        _conversations(installation, user, current)
    return scope


def _search_in(installation: Installation, user: User, current: Conversation | None) -> Scope | None:
    readable = {c.id: c for c in collections.readable(installation, user)}
    if not readable:
        return None
    collection_id, chosen = _kept(current, readable)
    st.caption(Chat.SEARCH_IN)
    # A widget forgets its value when its page is left; what was chosen is kept beside it.
    st.session_state[_SELECT] = collection_id
    st.selectbox(
        Chat.COLLECTION,
        list(readable),
        format_func=lambda id_: readable[id_].name,
        key=_SELECT,
        label_visibility="collapsed",
        on_change=_select_collection,
    )
    collection = readable[collection_id]
    if chosen is not None:
        chosen = _still_there(installation, user, collection_id, chosen)
    total = counted(collection.documents_ready, "file")
    text = (
        Chat.ALL_FILES.format(number=total)
        if chosen is None
        else Chat.SOME_FILES.format(chosen=len(chosen), number=total)
    )
    if st.button(
        text, icon=":material/filter_list:", help=Chat.CHOOSE_HELP, disabled=not collection.documents_ready
    ):
        _choose_files(collection_id, chosen)
    return Scope(collection, chosen)


def _kept(
    current: Conversation | None, readable: dict[str, Collection]
) -> tuple[str, tuple[str, ...] | None]:
    """The chosen collection and files: as last chosen here, else those of the conversation."""
    current_id = current.id if current else None
    kept = st.session_state.get(_SCOPE)
    if kept is None or kept[0] != current_id:
        if current is not None:
            kept = (current_id, current.collection_id, current.document_ids)
        else:
            kept = (None, kept[1] if kept else None, None)
    _, collection_id, chosen = kept
    if collection_id not in readable:
        fullest = max(readable.values(), key=lambda c: c.documents_ready)
        collection_id, chosen = fullest.id, None
    _keep(current_id, collection_id, chosen)
    return collection_id, chosen


def _keep(conversation_id: str | None, collection_id: str, chosen: tuple[str, ...] | None) -> None:
    st.session_state[_SCOPE] = (conversation_id, collection_id, chosen)


def _select_collection() -> None:
    conversation_id = st.session_state[_SCOPE][0]
    _keep(conversation_id, st.session_state[_SELECT], None)


def _still_there(
    installation: Installation, user: User, collection_id: str, chosen: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The chosen files that still exist; says so when some do not."""
    names = documents.ready_names(installation, user, collection_id)
    left = tuple(id_ for id_ in chosen if id_ in names)
    if not left:
        st.warning(Chat.FILES_ALL_GONE)
        _keep(st.session_state[_SCOPE][0], collection_id, None)
        return None
    if len(left) < len(chosen):
        st.caption(Chat.FILES_GONE.format(gone=counted(len(chosen) - len(left), "file")))
    return left


@st.dialog(Chat.CHOOSE_FILES)
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
    if st.button(action, type="primary", on_click=_choose, args=(collection_id,)):
        st.rerun()


def _choose(collection_id: str) -> None:
    picked = tuple(st.session_state[_CHOICE])
    _keep(st.session_state[_SCOPE][0], collection_id, picked or None)


def _conversations(installation: Installation, user: User, current: Conversation | None) -> None:
    st.caption(Chat.CONVERSATIONS)
    listed = chat.conversations(installation, user)
    if not listed:
        st.caption(Chat.NO_CONVERSATIONS)
        return
    everything = st.session_state.get(_SHOW_ALL, False)
    today = _local(datetime.now().astimezone()).date()
    with st.container(gap=None, key="conversations"):
        for entry in listed if everything else listed[:_SHOWN]:
            chosen = current is not None and entry.id == current.id
            st.button(
                label(entry.title) or Chat.UNTITLED,
                key=f"conversation_{'open' if chosen else 'other'}_{entry.id}",
                type="tertiary",
                width="stretch",
                wrap=False,
                help=f"{label(entry.title)}  \n{when(_local(entry.updated_at), today)}",
                on_click=open_conversation,
                args=(entry.id,),
            )
    if len(listed) > _SHOWN and not everything:
        st.button(
            Chat.SHOW_ALL.format(number=len(listed)),
            type="tertiary",
            on_click=st.session_state.update,
            args=({_SHOW_ALL: True},),
        )


def _local(moment: datetime) -> datetime:
    zone = st.context.timezone
    return moment.astimezone(ZoneInfo(zone)) if zone else moment


def when(moment: datetime, today: date) -> str:
    """A moment as people say it: "today 10:42", "yesterday 10:42", "Monday", "3 May 2026"."""
    day = moment.date()
    if day == today:
        return f"today {moment:%H:%M}"
    if day == today - timedelta(days=1):
        return f"yesterday {moment:%H:%M}"
    if today - timedelta(days=7) < day < today:
        return f"{moment:%A}"
    return f"{moment.day} {moment:%B %Y}"
