"""The numbers of Analytics, and its list of runs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from components import charts, writing
from components.analytics_filters import zone
from components.escaping import label
from components.texts import Calendar
from components.texts_analytics import Analytics, Runs
from components.texts_pages import counted
from components.writing import decimal, duration, percent
from services.analytics import Summary
from services.run_filters import Outcome

LISTED = 500
_ROWS = 14
_ROW = 33
_COLUMNS = [
    "created_at",
    "question",
    "outcome",
    "confidence",
    "cited",
    "passages",
    "search_ms",
    "model",
    "user",
    "collection",
    "feedback",
    "again",
]


def numbers_row(found: Summary) -> None:
    """The numbers on top, each with a sentence that explains it."""
    help_text = [Analytics.QUESTIONS_HELP]
    help_text += [Analytics.STOPPED.format(number=found.stopped)] if found.stopped else []
    help_text += [Analytics.STILL.format(number=found.unfinished)] if found.unfinished else []
    # All of the same width, and two in a row on a telephone.
    st.html("<style>.st-key-statistics_numbers > * {flex: 1 1 140px !important; min-width: 140px;}</style>")
    with st.container(horizontal=True, gap="small", key="statistics_numbers"):
        _metric(Analytics.QUESTIONS, writing.number(found.runs), " ".join(help_text))
        for outcome in (Outcome.ANSWERED, Outcome.ABSTAINED, Outcome.FAILED):
            number = getattr(found, outcome.value)
            share = percent(number / found.runs) if found.runs else ""
            _metric(
                Analytics.OUTCOMES[outcome], writing.number(number), Analytics.OUTCOMES_HELP[outcome], share
            )
        confidence, search = found.median_confidence, found.median_search_ms
        _metric(
            Analytics.CONFIDENCE,
            Runs.NOT_AVAILABLE if confidence is None else decimal(confidence),
            _with_missing(Analytics.CONFIDENCE_HELP, found.without_confidence, found.done),
        )
        _metric(
            Analytics.SEARCH,
            Runs.NOT_AVAILABLE if search is None else duration(search),
            _with_missing(Analytics.SEARCH_HELP, found.without_search_ms, found.done),
        )


def _metric(name: str, value: str, help_text: str, share: str = "") -> None:
    st.metric(
        name,
        value,
        share or None,
        help=help_text,
        border=True,
        delta_color="off",
        delta_arrow="off",
        height="stretch",
    )


def _with_missing(text: str, number: int, of: int) -> str:
    missing = Analytics.WITHOUT.format(number=writing.number(number), total=counted(of, "finished run"))
    return f"{text} {missing}" if number else text


def runs_list(frame: pd.DataFrame, total: int) -> str | None:
    """The list of runs; gives the id of the one that was clicked.

    ``frame`` are the runs to list: of ``total``, or those of what is chosen in a chart.
    """
    pick = charts.chosen()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(Runs.TITLE, anchor=False, width="content")
        if pick is not None:
            st.badge(label(pick.words), icon=":material/filter_alt:")
            st.button(Runs.SHOW_ALL, icon=":material/close:", type="tertiary", on_click=charts.forget)
    whole = Runs.SHOWN.format(number=counted(len(frame), "run"))
    latest = Runs.LATEST.format(shown=writing.number(len(frame)), number=writing.number(total))
    all_shown = len(frame) == total if pick is None else len(frame) < LISTED
    st.caption(whole if all_shown else latest)
    shown = outcome_names(frame[_COLUMNS])
    shown["again"] = [Runs.AGAIN if again else None for again in frame["again"]]
    hidden = [name for name in ("feedback", "again") if not shown[name].notna().any()]
    return charts.clicked_row(
        shown.drop(columns=hidden),
        "runs",
        list(frame["id"]),
        height="content" if len(frame) < _ROWS else _ROWS * _ROW,
        column_config=_columns(),
    )


def outcome_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Runs with their outcomes and ratings in words."""
    named = frame.copy()
    named["outcome"] = [Analytics.OUTCOMES[outcome] for outcome in frame["outcome"]]
    if "feedback" in frame:
        named["feedback"] = [Analytics.RATINGS.get(value) for value in frame["feedback"]]
    return named


def _columns() -> dict[str, Any]:
    names = Runs.COLUMNS
    number = st.column_config.NumberColumn
    words = st.column_config.TextColumn
    asked = st.column_config.DatetimeColumn(
        names["created_at"], format=Calendar.IN_TABLES, timezone=zone(), width=140
    )
    return {
        "created_at": asked,
        "question": words(names["question"], width=260),
        "outcome": words(names["outcome"], width=80),
        "confidence": number(names["confidence"], format="%.2f", width=85),
        "cited": number(names["cited"], width=55),
        "passages": number(names["passages"], width=75),
        "search_ms": number(names["search_ms"], format="%.0f", width=85),
        "model": words(names["model"], width=110),
        "user": words(names["user"], width=80),
        "collection": words(names["collection"], width=110),
        "feedback": words(names["feedback"], width=70),
        "again": words(names["again"], width=110),
    }
