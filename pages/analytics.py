"""Analytics, for analysts and admins: what was asked, how it was answered, and each run opened."""

import streamlit as st

from components import analytics_filters, analytics_sections, charts, layout, session, statistics
from components.one_run import one_run
from components.texts import Pages
from components.texts_analytics import Analytics, OneRun
from domain.errors import NotFound
from domain.users import Role
from services import analytics, runs, setup
from services.run_filters import Filters

user = session.require(Role.ANALYST, Role.ADMIN)
installation = setup.current()


def overview() -> None:
    """The statistics of a period and the list of its runs."""
    layout.page_header(Pages.ANALYTICS, Analytics.SUBTITLE)
    models = analytics.models(installation, user)
    if not models:
        text, action = Analytics.EMPTY, Analytics.EMPTY_ACTION
        if layout.empty_state(":material/monitoring:", Analytics.EMPTY_TITLE, text, action):
            st.switch_page("pages/chat.py")
        return
    collections, people = analytics.collections(installation, user), analytics.people(installation, user)
    filters = analytics_filters.filters_row(analytics_filters.Choices(collections, models, people))
    summary = analytics.summary(installation, user, filters)
    if not summary.runs:
        layout.empty_state(
            ":material/filter_alt_off:",
            Analytics.NOTHING_TITLE,
            Analytics.NOTHING,
            Analytics.NOTHING_ACTION,
            on_click=analytics_filters.show_all,
        )
        return
    opened = statistics_of(filters, summary)
    if opened is not None:
        st.query_params["run"] = opened
        st.rerun()


def statistics_of(filters: Filters, summary: analytics.Summary) -> str | None:
    """The chosen section and the list of runs; gives the id of a run that was clicked."""
    section = analytics_filters.section()
    with st.spinner(Analytics.COUNTING):
        about = analytics_sections.Counted(installation, user, filters, summary)
        opened = analytics_sections.draw(section, about)
    pick = charts.chosen()
    only = filters if pick is None else pick.filters
    listed = analytics.runs(installation, user, only, limit=statistics.LISTED)
    return statistics.runs_list(listed, summary.runs) or opened


def back() -> None:
    """Return to the list."""
    st.query_params.pop("run", None)


run_id = st.query_params.get("run")
if run_id is None:
    overview()
else:
    st.button(OneRun.BACK, icon=":material/arrow_back:", type="tertiary", on_click=back)
    try:
        one_run(installation, runs.get(installation, user, run_id), user, analytics_filters.zone())
    except NotFound:
        layout.error_box(NotFound(OneRun.MISSING))
