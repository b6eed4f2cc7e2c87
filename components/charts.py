"""Charts: plotly figures whose every bar and point leads to its runs, each with its title and its table.

Colours are places in the theme's list of chart colours, so that both themes use their own; the same thing
has the same colour in every chart, and a pattern or shape besides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from components import writing
from components.escaping import label, markup
from components.texts import Calendar
from components.texts_analytics import Charts
from services.run_filters import Feedback, Filters, Outcome

HEIGHT = 250
BAR_HEIGHT = 30
WHOLE_STAGES = ("search.total", "answer.first_token")
"""What holds several stages, and would count them twice."""
_TABLE_ROWS = 12
_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}
_CLEAR = "rgba(0,0,0,0)"
_CHOSEN = "analytics_chosen"
_GENERATION = "analytics_generation"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Look:
    """How a group looks: its place in the theme's chart colours, its pattern, and its symbol as points."""

    colour: int
    pattern: str = ""
    symbol: str = "circle"


OUTCOMES: dict[str, Look] = {
    Outcome.ANSWERED: Look(0),
    Outcome.ABSTAINED: Look(1, "/"),
    Outcome.FAILED: Look(5, "x"),
    Outcome.STOPPED: Look(2, "."),
    Outcome.UNFINISHED: Look(4, "-"),
}
CITATION: dict[str, Look] = {"cited": Look(0), "not cited": Look(2, "\\")}
FEEDBACK: dict[str, Look] = {Feedback.GOOD: Look(3), Feedback.BAD: Look(5, "\\")}
RELEVANCE: dict[str, Look] = {
    "high": Look(0),
    "middle": Look(1, symbol="diamond"),
    "low": Look(5, symbol="triangle-up"),
    "none": Look(2, symbol="circle-open"),
}
TOKENS: dict[str, Look] = {"prompt": Look(2, "\\"), "answer": Look(0)}
PERCENTILES: dict[str, Look] = {"p50": Look(0), "p95": Look(2, "\\")}
SPREAD = Look(0)


@dataclass(frozen=True, slots=True)
class Pick:
    """The runs that a piece of a chart stands for, in words and as filters that let just them through."""

    words: str
    filters: Filters


@dataclass(slots=True)
class Chart:
    """A figure with what it says, the table behind it, and where its pieces lead.

    ``picks`` belong to the points of each trace of ``figure``, ``rows`` to the rows of ``table``. Without
    a ``figure`` the title says why there is none.
    """

    name: str
    title: str
    help: str
    table: pd.DataFrame
    figure: go.Figure | None = None
    picks: list[Sequence[Pick]] = field(default_factory=list)
    rows: Sequence[Pick] = ()
    note: str = ""

    def bars(self, look: Look, name: str, picks: Sequence[Pick], hover: list[str], **data: Any) -> None:
        """Add a group of bars."""
        pattern = {"shape": look.pattern, "size": 6, "solidity": 0.45}
        marker = {"color": colour(look), "line": {"width": 0}, "pattern": pattern}
        self._add(go.Bar, picks, name=name, marker=marker, hovertext=hover, **data)

    def points(self, look: Look, name: str, picks: Sequence[Pick], hover: list[str], **data: Any) -> None:
        """Add a group of points, joined by a line where ``mode`` says so."""
        marker = {"color": colour(look), "symbol": look.symbol, "size": 8}
        self._add(go.Scatter, picks, **{"name": name, "marker": marker, "hovertext": hover, **data})

    def _add(self, kind: Any, picks: Sequence[Pick], **data: Any) -> None:
        self.figure = self.figure or go.Figure()
        faint = {"marker": {"opacity": 0.35}}
        self.figure.add_trace(kind(hoverinfo="text", unselected=faint, **data))
        self.picks.append(picks)


def colour(look: Look) -> str:
    """The colour of a look; the browser puts that of its theme in its place."""
    return str(pio.templates["streamlit"].layout.colorway[look.colour])


def moment(start: datetime, unit: str) -> str:
    """A day or hour in words: ``Tue 10 Mar 2026``, ``10 Mar, 14:00``."""
    return writing.short_hour(start) if unit == "hour" else writing.short_day(start)


def shortened(name: str, length: int = 26) -> str:
    """A name that fits beside an axis or into a title."""
    return name if len(name) <= length else name[: length - 1].rstrip() + "…"


def finish(figure: go.Figure, height: int = HEIGHT, **layout: Any) -> go.Figure:
    """Give a figure the looks that all have."""
    legend = {
        "orientation": "h",
        "traceorder": "normal",
        # From the left edge of the card, also where long names stand before the bars.
        "xref": "container",
        "yref": "container",
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "top",
        "itemwidth": 30,
        "itemclick": False,
        "itemdoubleclick": False,
        "title": {"text": ""},
    }
    common = {
        "barmode": "stack",
        "separators": Calendar.SEPARATORS,
        "bargap": 0.12,
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "showlegend": True,
        "legend": legend,
        "dragmode": False,
        "clickmode": "event+select",
        "hoverlabel": {"align": "left"},
    }
    figure.update_layout(**{**common, **layout})
    figure.update_xaxes(fixedrange=True, tickangle=0)
    figure.update_yaxes(fixedrange=True)
    return figure


def finish_lying(figure: go.Figure, names: Sequence[str], axis: str, **layout: Any) -> go.Figure:
    """The same for bars that lie beside their ``names``, the first on top; their y are 0, 1, 2, …"""
    figure.update_traces(orientation="h")
    figure.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickvals=list(range(len(names))),
        ticktext=[markup(shortened(name)) for name in names],
    )
    figure.update_xaxes(title_text=axis, rangemode="tozero", nticks=6)
    height = BAR_HEIGHT * max(len(names), 4) + 80 + 16 * len(figure.data)
    return finish(figure, **{"height": height, **layout})


def whole_numbers(figure: go.Figure, axis: str, most: int) -> None:
    """Counts have no fractions; few of them would otherwise get ticks at 0.5."""
    figure.update_layout({axis: {"rangemode": "tozero", "tickformat": ",d"}})
    if most < 5:
        figure.update_layout({axis: {"dtick": 1}})


def still(figure: go.Figure, name: str, title: str) -> None:
    """Draw a chart that only shows."""
    st.plotly_chart(figure, key=f"chart_{name}", config=_CONFIG, alt=title)


def draw(chart: Chart) -> None:
    """Draw a chart whose bars and points can be clicked; ``chosen`` gives what the click stands for."""
    figure, key = chart.figure, _key("chart", chart.name)
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"**{label(chart.title)}**", help=chart.help)
        if figure is None:
            return
        st.plotly_chart(
            figure,
            key=key,
            on_select=lambda: _choose_point(chart, st.session_state[key]["selection"]["points"]),
            selection_mode="points",
            config=_CONFIG,
            alt=chart.title,
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            name, pick = st.session_state.get(_CHOSEN, ("", None))
            here = pick is not None and name in (chart.name, _table_of(chart.name))
            listed = Charts.LISTED.format(what=label(pick.words)) if here else ""
            st.caption(listed or chart.note or Charts.SELECT, width="stretch")
            table_behind(chart.table, chart.name, chart.rows)


def table_behind(table: pd.DataFrame, name: str, rows: Sequence[Pick] = ()) -> None:
    """A button that shows the numbers behind a chart and offers them as a file; ``rows`` can be clicked."""
    with st.popover(Charts.TABLE, type="tertiary", icon=":material/table:", help=Charts.TABLE_HELP):
        table_of(table, name, rows)
        download(table, name)


def table_of(table: pd.DataFrame, name: str, rows: Sequence[Pick] = ()) -> None:
    """The numbers themselves."""
    key = _key("table", _table_of(name))
    height: Any = "content" if len(table) < _TABLE_ROWS else 360
    selection: dict[str, Any] = {}
    if len(rows):
        selection = {
            "selection_mode": ["single-row", "single-cell"],
            "on_select": lambda: _choose_row(name, rows, st.session_state[key]["selection"]),
        }
    st.dataframe(
        table,
        hide_index=True,
        width="content",
        height=height,
        column_config={column: _column(column) for column in table.columns},
        placeholder=Charts.NOT_AVAILABLE,
        key=key,
        **selection,
    )


def clicked_row(table: pd.DataFrame, name: str, ids: Sequence[str], **options: Any) -> str | None:
    """A table each of whose rows stands for one of ``ids``; gives the id of the one that was clicked."""
    options.setdefault("column_config", {column: _column(column) for column in table.columns})
    event = st.dataframe(
        table,
        hide_index=True,
        placeholder=Charts.NOT_AVAILABLE,
        selection_mode=["single-row", "single-cell"],
        on_select="rerun",
        # For these very rows: a click always means the row that the person saw, and in an element whose
        # rows have changed the browser loses the first click.
        key=f"{name}_{hashlib.blake2b(''.join(ids).encode(), digest_size=8).hexdigest()}",
        **options,
    )
    rows = list(event.selection.rows) or [row for row, _ in event.selection.cells]
    return ids[rows[0]] if rows and rows[0] < len(ids) else None


def download(table: pd.DataFrame, name: str) -> None:
    """A button that saves a table as a CSV file."""
    st.download_button(
        Charts.DOWNLOAD,
        data=csv(table),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"download_{name}",
    )


def csv(table: pd.DataFrame) -> bytes:
    """A table as CSV. Texts that a spreadsheet would take for a formula get an apostrophe in front."""
    harmless = table.copy()
    for column in table.columns:
        harmless[column] = [
            f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
            for value in table[column]
        ]
    return harmless.to_csv(index=False).encode()


def chosen() -> Pick | None:
    """What was clicked last, in whichever chart; kept while the page shows something else."""
    _, pick = st.session_state.get(_CHOSEN, ("", None))
    return pick if isinstance(pick, Pick) else None


def forget() -> None:
    """Choose nothing any more. Use it in a callback."""
    name, _ = st.session_state.pop(_CHOSEN, ("", None))
    if name:
        # Only another key makes the browser drop what is selected in a chart.
        generations = st.session_state.setdefault(_GENERATION, {})
        generations[name] = generations.get(name, 0) + 1


def _column(name: str) -> Any:
    title = Charts.COLUMNS.get(name, name)
    if name == "ready_at":
        return st.column_config.DatetimeColumn(title, format=Calendar.DAY_IN_TABLES)
    if name in ("time", "created_at"):
        return st.column_config.DatetimeColumn(title, format=Calendar.IN_TABLES)
    if name in ("confidence", "relevance", "similarity", "keyword", "lower", "median", "upper"):
        return st.column_config.NumberColumn(title, format="%.2f")
    return None if name.endswith("_id") else title


def _key(kind: str, name: str) -> str:
    return f"{kind}_{name}_{st.session_state.get(_GENERATION, {}).get(name, 0)}"


def _table_of(name: str) -> str:
    return f"{name} table"


def _choose_point(chart: Chart, points: list[dict[str, Any]]) -> None:
    pick = chart.picks[points[0]["curve_number"]][points[0]["point_index"]] if points else None
    _choose(chart.name, pick)


def _choose_row(name: str, rows: Sequence[Pick], selection: Any) -> None:
    clicked = list(selection["rows"]) or [row for row, _ in selection["cells"]]
    _choose(_table_of(name), rows[clicked[0]] if clicked and clicked[0] < len(rows) else None)


def _choose(name: str, pick: Pick | None) -> None:
    if st.session_state.get(_CHOSEN, (name, None))[0] != name:
        forget()
    st.session_state.pop(_CHOSEN, None)
    if pick is not None:
        st.session_state[_CHOSEN] = (name, pick)
