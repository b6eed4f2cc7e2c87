"""Analytics, for analysts and admins: what was asked, how it was answered, and each run opened."""

import streamlit as st

from components import charts, layout, session, statistics
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
    if not analytics.summary(installation, user, Filters()).runs:
        text, action = Analytics.EMPTY, Analytics.EMPTY_ACTION
        if layout.empty_state(":material/monitoring:", Analytics.EMPTY_TITLE, text, action):
            st.switch_page("pages/chat.py")
        return
    collections = analytics.collections(installation, user)
    filters = statistics.filters_row(collections)
    summary = analytics.summary(installation, user, filters)
    if not summary.runs:
        layout.empty_state(
            ":material/filter_alt_off:",
            Analytics.NOTHING_TITLE,
            Analytics.NOTHING,
            Analytics.NOTHING_ACTION,
            on_click=statistics.show_all,
        )
        return
    statistics.numbers_row(summary)
    with st.spinner(Analytics.COUNTING):
        time = analytics.runs_over_time(installation, user, filters)
        confidence = analytics.confidence_distribution(installation, user, filters)
        relevance = analytics.relevance_distribution(installation, user, filters)
    statistics.charts_row(summary, time, confidence, relevance)
    only, words = statistics.narrowed(filters, charts.chosen(), time.unit)
    listed = analytics.runs(installation, user, only, limit=statistics.LISTED)
    opened = statistics.runs_list(listed, summary.runs, words)
    if opened is not None:
        st.query_params["run"] = opened
        st.rerun()


def back() -> None:
    """Return to the list."""
    st.query_params.pop("run", None)


run_id = st.query_params.get("run")
if run_id is None:
    overview()
else:
    st.button(OneRun.BACK, icon=":material/arrow_back:", type="tertiary", on_click=back)
    try:
        one_run(runs.get(installation, user, run_id), statistics.zone())
    except NotFound:
        layout.error_box(NotFound(OneRun.MISSING))
