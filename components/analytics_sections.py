"""The sections of Analytics; only the one that is shown asks the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from components import analytics_charts as plotted
from components import charts, charts_over_time, writing
from components.charts import Chart
from components.escaping import label
from components.statistics import numbers_row, outcome_names
from components.texts_analytics import Charts
from components.texts_pages import counted
from components.writing import decimal
from domain.users import User
from services import analytics, analytics_parts, analytics_scores, analytics_time
from services.analytics import Summary
from services.installation import Installation
from services.run_filters import Filters

LEAST = 20
_LEAST_COLUMNS = ["question", "confidence", "outcome", "created_at"]


@dataclass(frozen=True, slots=True)
class Counted:
    """Which runs a section is about, for whom; ``summary`` are their numbers."""

    installation: Installation
    user: User
    filters: Filters
    summary: Summary

    def ask(self, statistic: Callable[[Installation, User, Filters], Any]) -> Any:
        """What a statistic of the services says about these runs."""
        return statistic(self.installation, self.user, self.filters)


def draw(name: str, about: Counted) -> str | None:
    """Draw a section by its key; gives the id of a run that was clicked."""
    found = CHARTS[name](about)
    if name == "overview":
        numbers_row(about.summary)
    widths = {"overview": 3, "answers": 3, "retrieval": 2, "documents": [3, 2], "speed": 1}[name]
    columns = st.columns(widths, gap="small")
    for number, chart in enumerate(found):
        with columns[number] if number < len(columns) else st.container():
            charts.draw(chart)
    if name == "documents":
        with columns[-1]:
            _never_retrieved(about)
    return _least_confident(about) if name == "answers" else None


def _overview(about: Counted) -> list[Chart]:
    return [
        charts_over_time.runs_over_time(about.ask(analytics_time.runs_over_time), about.filters),
        plotted.outcomes_by_model(about.ask(analytics_parts.outcomes_by_model), about.filters),
        charts_over_time.feedback_over_time(about.ask(analytics_time.feedback_over_time), about.filters),
    ]


def _answers(about: Counted) -> list[Chart]:
    return [
        plotted.confidence(about.ask(analytics_scores.confidence_distribution), about.filters),
        charts_over_time.confidence_over_time(about.ask(analytics_time.confidence_over_time), about.filters),
        plotted.tokens_by_model(about.ask(analytics_parts.tokens_by_model), about.filters),
    ]


def _retrieval(about: Counted) -> list[Chart]:
    return [
        plotted.relevance(about.ask(analytics_scores.relevance_distribution), about.filters),
        charts_over_time.relevance_over_time(about.ask(analytics_time.relevance_over_time), about.filters),
        plotted.similarity_and_keyword(about.ask(analytics_scores.similarity_and_keyword), about.filters),
    ]


def _documents(about: Counted) -> list[Chart]:
    found = about.ask(analytics_parts.documents_retrieved)
    return [plotted.documents_retrieved(found, about.summary.runs, about.filters)]


def _speed(about: Counted) -> list[Chart]:
    return [plotted.latency(about.ask(analytics_parts.latency), about.filters)]


CHARTS: dict[str, Callable[[Counted], list[Chart]]] = {
    "overview": _overview,
    "answers": _answers,
    "retrieval": _retrieval,
    "documents": _documents,
    "speed": _speed,
}


def _never_retrieved(about: Counted) -> None:
    found: pd.DataFrame = about.ask(analytics_parts.documents_never_retrieved)
    ready: int = about.ask(analytics_parts.documents_ready)
    total = counted(ready, "ready document")
    title = (
        Charts.NEVER.format(number=writing.number(len(found)), total=total)
        if len(found)
        else Charts.NEVER_NONE
    )
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"**{label(title if ready else Charts.NEVER_NO_DOCUMENTS)}**", help=Charts.NEVER_HELP)
        if found.empty:
            return
        charts.table_of(found, "never")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(Charts.NEVER_NOTE, width="stretch")
            charts.download(found, "never")


def _least_confident(about: Counted) -> str | None:
    found = analytics.runs(about.installation, about.user, about.filters, limit=LEAST, least_confident=True)
    with st.container(border=True, gap="small"):
        if found.empty:
            st.markdown(f"**{Charts.LEAST_NONE}**", help=Charts.LEAST_HELP)
            return None
        question, confidence = found["question"].iloc[0], found["confidence"].iloc[0]
        title = Charts.LEAST.format(question=question, confidence=decimal(confidence))
        st.markdown(f"**{label(title)}**", help=Charts.LEAST_HELP)
        shown = outcome_names(found[_LEAST_COLUMNS])
        opened = charts.clicked_row(shown, "least", list(found["id"]), width="stretch")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(Charts.LEAST_NOTE, width="stretch")
            charts.download(shown, "least")
    return opened
