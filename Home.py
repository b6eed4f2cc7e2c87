"""The app: page config, sign-in gate, navigation by role, run. Start it with ``streamlit run Home.py``."""

import streamlit as st
from starlette.middleware import Middleware

from components import appearance, layout, server
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
        st.Page("pages/settings.py", title=Pages.SETTINGS, icon=":material/settings:", url_path="settings"),
    ]


def run() -> None:
    """Draw one run of one session."""
    # Not at the top: the sign-in library registers its component with the server, which must run by then.
    from components import session

    st.set_page_config(page_title=APP_NAME, page_icon=layout.ICON, layout="wide")
    layout.style()
    user = session.user()
    preferred = appearance.chosen(user)
    inside = user is not None and not user.must_change_password
    # For everybody and before any form: a click would otherwise forget the address that was asked for.
    all_pages = pages(user)
    page = st.navigation(all_pages, position="sidebar" if inside else "hidden")
    if session.gate(user):
        st.logo(layout.ICON, size="large")
        if session.is_settled():
            appearance.theme(preferred.theme, [each.url_path for each in all_pages])
        page.run()


if __name__ == "__main__":
    run()

app = st.App(
    __file__,
    lifespan=server.lifespan,
    middleware=[Middleware(server.Guard)],
    on_script_error=layout.unexpected_error,
)
