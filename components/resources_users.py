"""The tab of users: who may sign in, as what, and what an admin may do about it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from components import dialogs, layout, session
from components.escaping import label
from components.texts import Calendar, Roles
from components.texts_resources import UserAdmin
from components.writing import counted
from domain.errors import EvidentiaError
from domain.users import Role, User
from services import users
from services.installation import Installation
from services.users import Account

TAB = "users"
ADD, RESET, DISABLE, PASSWORD = "user_add", "user_reset", "user_disable", "user_password"
_ROWS_SHOWN = 14
_ROW_PX = 36


def users_tab(installation: Installation, user: User) -> None:
    """Draw all accounts; below, what the selected one allows."""
    accounts = users.listing(installation, user)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(UserAdmin.ABOUT, width="stretch")
        st.button(
            UserAdmin.ADD,
            type="primary",
            icon=":material/person_add:",
            key="add_user",
            on_click=partial(dialogs.open_dialog, ADD),
        )
    # Above the table: its toolbar, which comes with the pointer, would otherwise cover the button.
    st.caption(UserAdmin.SELECT_HINT)
    # The selection counts rows: with other rows under the same key it would name other people.
    digest = hashlib.sha256("".join(account.id for account in accounts).encode()).hexdigest()[:16]
    event = st.dataframe(
        frame(accounts),
        hide_index=True,
        column_config=_columns(),
        on_select="rerun",
        selection_mode="single-row",
        height=_ROW_PX * (min(len(accounts), _ROWS_SHOWN) + 1) + 2,
        row_height=_ROW_PX,
        placeholder=UserAdmin.NEVER,
        key=f"users_{digest}",
    )
    selected = [accounts[index] for index in event["selection"]["rows"] if index < len(accounts)]
    if selected:
        _one(installation, user, selected[0])


def frame(accounts: list[Account]) -> pd.DataFrame:
    """The accounts as shown."""
    return pd.DataFrame(
        {
            "name": [account.name for account in accounts],
            "role": [Roles.NAMES[account.role] for account in accounts],
            "status": [status_words(account) for account in accounts],
            "seen": pd.Series([account.last_seen_at for account in accounts], dtype="datetime64[us, UTC]"),
            "added": [account.created_at for account in accounts],
        }
    )


def status_words(account: Account) -> str:
    """Whether somebody can sign in, in a word or two."""
    if not account.active:
        return UserAdmin.DISABLED
    if account.locked_until is not None:
        return UserAdmin.LOCKED
    return UserAdmin.MUST_CHANGE if account.must_change_password else UserAdmin.ACTIVE


def _columns() -> dict[str, object]:
    names, config, zone = UserAdmin.COLUMNS, st.column_config, st.context.timezone
    moment = partial(config.DatetimeColumn, format=Calendar.IN_TABLES, timezone=zone, width="small")
    return {
        "name": config.TextColumn(names["name"], width="medium"),
        "role": config.TextColumn(names["role"], width="small"),
        "status": config.TextColumn(names["status"], width="small"),
        "seen": moment(names["seen"]),
        "added": moment(names["added"]),
    }


def _one(installation: Installation, user: User, account: Account) -> None:
    with st.container(border=True, key="user_selected"):
        st.markdown(f"**{label(account.name)}** · {Roles.NAMES[account.role]} · {status_words(account)}")
        if account.id == user.id:
            st.caption(UserAdmin.YOURSELF)
            return
        if account.locked_until is not None:
            minutes = int((account.locked_until - datetime.now(UTC)).total_seconds() // 60) + 1
            st.caption(UserAdmin.LOCKED_NOTE.format(time=counted(minutes, "minute")))
        with st.container(horizontal=True):
            _actions(installation, user, account)


def _actions(installation: Installation, user: User, account: Account) -> None:
    role = st.menu_button(
        UserAdmin.CHANGE_ROLE,
        [role for role in Role if role is not account.role],
        format_func=Roles.NAMES.__getitem__,
        key=f"role_{account.id}",
    )
    if role is not None and _done(lambda: users.set_role(installation, user, account.name, role)):
        st.rerun()
    st.button(
        UserAdmin.RESET,
        icon=":material/key:",
        key=f"reset_{account.id}",
        on_click=partial(dialogs.open_dialog, RESET, account=account.name),
    )
    if account.active:
        st.button(
            UserAdmin.DISABLE,
            icon=":material/block:",
            key=f"disable_{account.id}",
            on_click=partial(dialogs.open_dialog, DISABLE, account=account.name),
        )
    elif st.button(UserAdmin.ENABLE, icon=":material/check:", key=f"enable_{account.id}") and _done(
        lambda: users.set_active(installation, user, account.name, active=True)
    ):
        st.rerun()


def draw(installation: Installation, user: User) -> None:
    """Draw the dialog that is open, if it is one about users."""
    what = dialogs.opened(ADD, RESET, DISABLE, PASSWORD)
    if what is None:
        return
    title, drawn = {
        ADD: (UserAdmin.ADD, _add),
        RESET: (UserAdmin.RESET, _reset),
        DISABLE: (UserAdmin.DISABLE, _disable),
        PASSWORD: (UserAdmin.PASSWORD_TITLE, _password),
    }[what["name"]]
    # The password is shown once: a click beside the dialog must not take it away.
    dismissible = what["name"] != PASSWORD
    shown = st.dialog(title, dismissible=dismissible, on_dismiss=dialogs.close)(drawn)
    shown(installation, user, what)


def _add(installation: Installation, user: User, what: dict[str, Any]) -> None:
    session.require(fragment=True)
    key = what["round"]
    name = st.text_input(UserAdmin.NAME, key=f"user_name_{key}", help=UserAdmin.NAME_HELP, max_chars=32)
    role = st.selectbox(
        UserAdmin.ROLE, list(Role), format_func=Roles.NAMES.__getitem__, key=f"user_role_{key}"
    )
    confirmed = _confirmed(UserAdmin.CREATE)
    if confirmed:
        _show_password(name.strip(), lambda: users.add(installation, user, name, role))


def _reset(installation: Installation, user: User, what: dict[str, Any]) -> None:
    session.require(fragment=True)
    name = what["account"]
    st.markdown(UserAdmin.RESET_INTRO.format(name=label(name)))
    if _confirmed(UserAdmin.RESET):
        _show_password(name, lambda: users.reset_password(installation, user, name))


def _disable(installation: Installation, user: User, what: dict[str, Any]) -> None:
    session.require(fragment=True)
    name = what["account"]
    st.markdown(UserAdmin.DISABLE_INTRO.format(name=label(name)))
    if _confirmed(UserAdmin.DISABLE) and _done(
        lambda: users.set_active(installation, user, name, active=False)
    ):
        dialogs.close()
        st.rerun()


def _password(_installation: Installation, _user: User, what: dict[str, Any]) -> None:
    session.require(fragment=True)
    st.markdown(UserAdmin.SHOWN_ONCE.format(name=label(what["account"])))
    st.code(what["password"], language=None)
    if st.button(UserAdmin.DONE, type="primary", key="user_password_done"):
        dialogs.close()
        st.rerun()


def _show_password(name: str, made: Callable[[], str]) -> None:
    try:
        password = made()
    except EvidentiaError as error:
        layout.error_box(error)
        return
    dialogs.open_dialog(PASSWORD, account=name, password=password)
    st.rerun()


def _confirmed(action: str) -> bool:
    with st.container(horizontal=True):
        confirmed = st.button(action, type="primary", key="user_confirm")
        if st.button(UserAdmin.CANCEL, key="user_cancel"):
            dialogs.close()
            st.rerun()
    return confirmed


def _done(action: Callable[[], None]) -> bool:
    try:
        action()
    except EvidentiaError as error:
        layout.error_box(error)
        return False
    return True
