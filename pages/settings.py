"""Settings: how questions are answered, how the pages look, and one's own account."""

from functools import partial

import streamlit as st

from components import address, layout, session
from components.settings_fields import ANSWERS, EVERYBODY, INTERFACE, ME, PROMPTS, Fields
from components.texts import Account, Pages, Password, Roles
from components.texts_settings import Settings
from services import setup

user = session.require()
installation = setup.current()


def switches() -> tuple[str, str]:
    """The section of the page, and whose settings it shows; both stand in the address, for a reload."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        section = switch("section", Settings.SECTION, Settings.SECTIONS)
        if not user.is_admin or section == "account":
            return section, ME
        target = switch("whose", Settings.TARGET, Settings.TARGETS)
    if target == EVERYBODY:
        st.info(Settings.EVERYBODY, icon=":material/groups:")
    return section, target


def switch(name: str, title: str, options: dict[str, str]) -> str:
    """A choice among ``options`` that the address keeps."""
    draw = partial(st.segmented_control, required=True, label_visibility="collapsed")
    return address.choice(name, draw, title, options)


def answers(fields: Fields) -> None:
    """Defaults of search and of answers by a language model."""
    with st.container(border=True):
        st.subheader(Settings.SEARCH, anchor=False)
        fields.whole("passages", 1, 50)
        left, right = st.columns(2, gap="medium")
        with left:
            fields.decimal("weight", 1.0)
        with right:
            fields.decimal("threshold", 1.0)
        st.caption(Settings.WEIGHT_NOTE)
    with st.container(border=True):
        st.subheader(Settings.ANSWERING, anchor=False)
        st.caption(Settings.ANSWERING_NOTE)
        left, right = st.columns(2, gap="medium")
        with left:
            fields.model()
            fields.method()
            fields.decimal("temperature", 2.0)
            fields.whole("history", 0, 20)
        with right:
            fields.language()
            fields.whole("max_tokens", 16, 8192, step=50)
    with st.expander(Settings.PROMPTS, icon=":material/edit_note:"):
        st.caption(Settings.PROMPTS_NOTE)
        for name in PROMPTS:
            fields.prompt(name)
    fields.reset_all(ANSWERS)


def interface(fields: Fields) -> None:
    """How the pages look and which language they speak."""
    with st.container(border=True):
        fields.theme()
        fields.interface()
    fields.reset_all(INTERFACE)


def account() -> None:
    """One's own password and sessions."""
    with st.container(width=layout.FORM_WIDTH):
        st.subheader(Password.TITLE, anchor=False)
        if session.password_form(user, "change_password"):
            st.success(Password.DONE, icon=":material/check_circle:")
    st.subheader(Account.SESSIONS, anchor=False)
    with st.container(horizontal=True):
        st.button(
            Account.SIGN_OUT,
            icon=":material/logout:",
            help=Account.SIGN_OUT_HELP,
            on_click=session.sign_out,
        )
        st.button(
            Account.SIGN_OUT_EVERYWHERE,
            help=Account.EVERYWHERE_HELP,
            on_click=session.sign_out_everywhere,
        )


layout.page_header(Pages.SETTINGS, Settings.SUBTITLE.format(name=user.name, role=Roles.NAMES[user.role]))
with st.container(width=layout.READING_WIDTH):
    shown, whose = switches()
    if shown == "account":
        account()
    elif shown == "interface":
        interface(Fields(installation, user, whose))
    else:
        answers(Fields(installation, user, whose))
