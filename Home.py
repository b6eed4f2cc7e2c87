"""The app: page config, sign-in gate, navigation by role, run. Start it with ``streamlit run Home.py``."""

import streamlit as st
from starlette.middleware import Middleware

from components import layout, server
from components.texts import APP_NAME, Pages
from domain.users import User


def pages(user: User | None) -> list[st.Page]:
    """All pages; those that the role may not open are left out of the menu and refuse by themselves."""
    statistics = "visible" if user is not None and user.reads_statistics else "hidden"
    return [
        st.Page("pages/chat.py", title=Pages.CHAT, icon=":material/forum:", default=True),
        st.Page("pages/files.py", title=Pages.FILES, icon=":material/folder_open:", url_path="files"),
        st.Page(
            "pages/analytics.py",
            title=Pages.ANALYTICS,
            icon=":material/monitoring:",
            url_path="analytics",
            visibility=statistics,
        ),
        st.Page(
            "pages/resources.py",
            title=Pages.RESOURCES,
            icon=":material/tune:",
            url_path="resources",
            visibility="visible" if user is not None and user.is_admin else "hidden",
        ),
        st.Page("pages/account.py", title=Pages.ACCOUNT, icon=":material/person:", url_path="account"),
    ]


def run() -> None:
    """Draw one run of one session."""
    # Not at the top: the sign-in library registers its component with the server, which must run by then.
    from components import session

    st.set_page_config(page_title=APP_NAME, page_icon=layout.ICON, layout="wide")
    layout.style()
    user = session.user()
    inside = user is not None and not user.must_change_password
    # For everybody and before any form: a click would otherwise forget the address that was asked for.
    page = st.navigation(pages(user), position="sidebar" if inside else "hidden")
    if session.gate(user):
        st.logo(layout.ICON, size="large")
        page.run()


if __name__ == "__main__":
    run()

app = st.App(
    __file__,
    lifespan=server.lifespan,
    middleware=[Middleware(server.Guard)],
    on_script_error=layout.unexpected_error,
)
