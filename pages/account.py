"""Account: one's own password and sessions."""

import streamlit as st

from components import layout, session
from components.texts import ROLES, Account, Pages, Password

user = session.require()
layout.page_header(Pages.ACCOUNT, Account.SUBTITLE.format(name=user.name, role=ROLES[user.role]))

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
