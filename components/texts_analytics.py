"""Texts of the Analytics page, so that they can be translated.

Texts in braces are filled with ``str.format``. Numbers of things go through ``texts_pages.counted``.
"""

from __future__ import annotations

from components.translation import Texts


class Analytics(Texts):
    """The page's filters, numbers and list."""

    SUBTITLE = "How well questions are answered, and what each answer rests on."
    PERIOD = "Period"
    PERIODS = {  # noqa: RUF012 - a table of texts
        "1": "24 hours",
        "7": "7 days",
        "30": "30 days",
        "all": "All time",
        "dates": "Dates",
    }
    DATES = "From and to"
    COLLECTION = "Collection"
    ALL_COLLECTIONS = "All collections"
    OUTCOMES = {  # noqa: RUF012 - a table of texts
        "answered": "Answered",
        "abstained": "Abstained",
        "failed": "Failed",
        "stopped": "Stopped",
        "unfinished": "In progress",
    }
    OUTCOMES_HELP = {  # noqa: RUF012 - a table of texts
        "answered": "The documents gave an answer.",
        "abstained": "The documents do not answer the question, and the app said so.",
        "failed": "Something went wrong; the run says what.",
    }
    COUNTING = "Counting …"
    QUESTIONS = "Questions"
    QUESTIONS_HELP = "All questions asked in this period."
    STILL = "{number} in progress."
    STOPPED = "{number} stopped by the person."
    CONFIDENCE = "Median confidence"
    CONFIDENCE_HELP = "Half of the finished runs have at least this confidence."
    SEARCH = "Median search"
    SEARCH_HELP = "Half of the searches took no longer than this, embedding the question included."
    WITHOUT = "{number} of {total} have none and are not counted."
    EMPTY_TITLE = "No questions yet"
    EMPTY = (
        "This page shows how confident answers are, how relevant the passages behind them are, and what "
        "happened in each run. It fills as questions are asked."
    )
    EMPTY_ACTION = "Ask the first question"
    NOTHING_TITLE = "No questions here"
    NOTHING = "Nobody asked anything in this period and collection. Choose a longer period."
    NOTHING_ACTION = "Show all"


class Charts(Texts):
    """Titles that say what a chart shows, axes, and hover texts."""

    CONFIDENCE_AXIS = "confidence"
    CONFIDENCE = "Half of the runs reach a confidence of {median}"
    CONFIDENCE_ONE = "The one finished run has a confidence of {median}"
    CONFIDENCE_NONE = "No finished run has a confidence"
    CONFIDENCE_HELP = (
        "Finished runs by their confidence: the estimated chance that the answer is right and supported. "
        "Abstained runs are those whose best answer was too unlikely to be shown."
    )
    CONFIDENCE_WITHOUT = "{number} of {total} finished runs have no confidence and are left out."
    RELEVANCE_AXIS = "relevance"
    RELEVANCE = "Cited passages score {cited}, others {other}"
    RELEVANCE_ALL = "Half of the passages reach a relevance of {median}"
    RELEVANCE_NONE = "No passage has a relevance"
    RELEVANCE_HELP = (
        "Passages shown as evidence, by the estimated chance that each helps to answer its question. "
        "The title compares the medians."
    )
    RELEVANCE_WITHOUT = "{number} of {total} passages have no relevance and are left out."
    CITED = "Cited"
    NOT_CITED = "Not cited"
    TIME = "{answered} of {total} questions were answered"
    TIME_HELP = "Questions by the {unit} they were asked, and how their runs ended."
    DAY_AXIS = "day"
    HOUR_AXIS = "hour"
    BIN = "{number} with a {score} of {low} to {high}: {group}"
    BUCKET = "{when}: {number} {group}"
    TABLE = "Table"
    TABLE_HELP = "The numbers behind this chart."
    DOWNLOAD = "Download as CSV"
    SELECT = "Click a bar to list only its runs."
    TIMINGS = "Search took {search}, the answer {answer}"
    TIMINGS_SEARCH = "Search took {search}"
    TIMINGS_AXIS = "milliseconds"
    TIMINGS_HELP = "What each step took. Searching in the two indexes is done one after the other."
    STAGE = "step"
    STAGES = {  # noqa: RUF012 - a table of texts
        "search.embedder": "Question to vector",
        "search.dense": "Search by meaning",
        "search.keyword": "Search by keyword",
        "search.fusion": "Merge",
        "search.relevance": "Relevance",
        "answer.extractive": "Answer",
        "answer.support": "Check support",
        "answer.confidence": "Confidence",
    }


class Runs(Texts):
    """The list of runs."""

    TITLE = "Runs"
    SHOWN = "{number}, the latest first. Click one to open it."
    LATEST = "The latest {shown} of {number}. Click one to open it."
    ONLY_CONFIDENCE = "{outcome}, confidence {low} to {high}"
    ONLY_RELEVANCE = "With a passage of relevance {low} to {high}, {cited}"
    ONLY_TIME = "{outcome}, {when}"
    SHOW_ALL = "Show all"
    COLUMNS = {  # noqa: RUF012 - a table of texts
        "created_at": "Asked",
        "question": "Question",
        "outcome": "Outcome",
        "confidence": "Confidence",
        "cited": "Cited",
        "passages": "Passages",
        "search_ms": "Search, ms",
        "user": "User",
        "collection": "Collection",
        "model": "Model",
    }
    NOT_AVAILABLE = "n/a"


class OneRun(Texts):
    """One run, opened."""

    BACK = "All runs"
    MISSING = "There is no such run any more."
    ASKED = "Asked by {user} on {when} · {model} · {files} searched · {candidates} → {passages}"
    SEARCHED_AS = "Searched as: {question}"
    NO_ANSWER = "There is no answer."
    STOPPED = "The person stopped this run before it had an answer."
    UNFINISHED = "This run is still in progress."
    ABSTAINED = "The documents do not answer this question; the run abstained."
    EVIDENCE = "Evidence"
    TIMINGS = "Time"
    PIPELINES = "Pipelines that ran, as YAML"
    SEARCH = "Search"
    ANSWERING = "Answer"
