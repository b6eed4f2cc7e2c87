"""The user's conversations in the left zone: open, find, rename, delete, bring back."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from components import layout, session, writing
from components.escaping import label
from components.texts_pages import Chat
from domain.errors import EvidentiaError
from domain.users import User
from services import conversations, setup
from services.conversations import Conversation
from services.installation import Installation

_PARAMETER = "conversation"
_LAST = "chat_last_conversation"
_SHOW_ALL = "chat_all_conversations"
_SEARCH = "chat_find"
_DELETED = "chat_deleted"
_TITLE = "chat_title"
_PROBLEM = "chat_title_problem"
_SHOWN = 12
_SEARCH_FROM = 8
"""From so many conversations on there is a box to search them."""


def opened(installation: Installation, user: User) -> Conversation | None:
    """The conversation that the address names, or the one that was open before another page was.

    Raises ``NotFound`` once when the address names one that is not the user's.
    """
    named = st.query_params.get(_PARAMETER)
    wanted = named or st.session_state.get(_LAST)
    if wanted is None:
        return None
    try:
        found = conversations.get(installation, user, wanted)
    except EvidentiaError:
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


def listed(installation: Installation, user: User, current: Conversation | None) -> None:
    """Draw the list, with what may be done with the open one."""
    st.caption(Chat.CONVERSATIONS)
    _undo()
    everything = conversations.listing(installation, user)
    if not everything:
        st.caption(Chat.NO_CONVERSATIONS)
        return
    found, wanted = everything, ""
    if len(everything) >= _SEARCH_FROM:
        wanted = st.text_input(
            Chat.FIND,
            key=_SEARCH,
            placeholder=Chat.FIND,
            icon=":material/search:",
            label_visibility="collapsed",
        )
        found = conversations.listing(installation, user, wanted) if wanted.strip() else everything
    if not found:
        st.caption(Chat.FIND_NONE.format(text=label(wanted)))
    whole = bool(wanted.strip()) or st.session_state.get(_SHOW_ALL, False)
    today = _local(datetime.now().astimezone()).date()
    with st.container(gap=None, key="conversations"):
        for entry in found if whole else found[:_SHOWN]:
            _entry(entry, current, today)
    if len(found) > _SHOWN and not whole:
        st.button(
            Chat.SHOW_ALL.format(number=len(found)),
            type="tertiary",
            on_click=st.session_state.update,
            args=({_SHOW_ALL: True},),
        )


def _entry(entry: Conversation, current: Conversation | None, today: date) -> None:
    chosen = current is not None and entry.id == current.id
    with st.container(horizontal=True, gap=None, vertical_alignment="center"):
        st.button(
            label(entry.title) or Chat.UNTITLED,
            key=f"conversation_{'open' if chosen else 'other'}_{entry.id}",
            type="tertiary",
            width="stretch",
            wrap=False,
            help=f"{label(entry.title)}  \n{writing.when(_local(entry.updated_at), today)}",
            on_click=open_conversation,
            args=(entry.id,),
        )
        if not chosen:
            return
        actions = {"rename": Chat.RENAME, "delete": Chat.DELETE}
        asked = st.menu_button(
            Chat.CONVERSATION_MENU,
            list(actions),
            icon=":material/more_horiz:",
            format_func=actions.__getitem__,
            key=f"conversation_menu_{entry.id}",
            type="tertiary",
        )
    if asked == "rename":
        st.session_state[_TITLE] = entry.title
        st.dialog(Chat.RENAME)(_rename)(entry)
    elif asked == "delete":
        _delete(entry)
        st.rerun()


def _rename(entry: Conversation) -> None:
    session.require(fragment=True)
    with st.form("rename_conversation", border=False):
        st.text_input(Chat.TITLE, key=_TITLE, max_chars=conversations.TITLE_LENGTH)
        done = st.form_submit_button(Chat.RENAME_SAVE, type="primary", on_click=_save_title, args=(entry.id,))
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.error(layout.said(problem), icon=":material/error:")
    elif done:
        st.rerun()


def _save_title(conversation_id: str) -> None:
    user = session.user()
    if user is None:
        return
    try:
        conversations.rename(setup.current(), user, conversation_id, st.session_state[_TITLE])
    except EvidentiaError as error:
        st.session_state[_PROBLEM] = error.message


def _delete(entry: Conversation) -> None:
    user = session.user()
    if user is None:
        return
    conversations.delete(setup.current(), user, entry.id)
    st.session_state[_DELETED] = (entry.id, entry.title)
    start_new()


def _undo() -> None:
    deleted = st.session_state.get(_DELETED)
    if deleted is None:
        return
    conversation_id, title = deleted
    with st.container(border=True, gap="xsmall", key="undo"):
        st.caption(Chat.DELETED.format(title=label(title)))
        with st.container(horizontal=True):
            st.button(Chat.UNDO, icon=":material/undo:", on_click=_restore, args=(conversation_id,))
            st.button(Chat.DISMISS, type="tertiary", on_click=st.session_state.pop, args=(_DELETED, None))


def _restore(conversation_id: str) -> None:
    user = session.user()
    st.session_state.pop(_DELETED, None)
    if user is not None:
        conversations.restore(setup.current(), user, conversation_id)
        open_conversation(conversation_id)


def _local(moment: datetime) -> datetime:
    zone = st.context.timezone
    return moment.astimezone(ZoneInfo(zone)) if zone else moment
