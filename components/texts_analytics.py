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
    MODEL = "Model"
    ALL_MODELS = "All models"
    PERSON = "Asked by"
    ALL_PEOPLE = "Everybody"
    RATING = "Rating"
    ALL_RATINGS = "Any"
    RATINGS = {"good": "Good", "bad": "Bad", "none": "Not rated"}  # noqa: RUF012 - a table of texts
    SECTION = "Section"
    SECTIONS = {  # noqa: RUF012 - a table of texts
        "overview": "Overview",
        "answers": "Answers",
        "retrieval": "Retrieval",
        "documents": "Documents",
        "speed": "Speed",
    }
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
    NOTHING = "No question meets these filters. Choose a longer period, or take filters away."
    NOTHING_ACTION = "Show all"


class Charts(Texts):
    """Titles that say what a chart shows, axes, and hover texts."""

    CONFIDENCE_AXIS = "confidence"
    RELEVANCE_AXIS = "relevance"
    SIMILARITY_AXIS = "similarity (0 to 1)"
    KEYWORD_AXIS = "keyword score (0 to 1)"
    QUESTIONS_AXIS = "questions"
    ANSWERS_AXIS = "answers"
    RUNS_AXIS = "runs"
    PASSAGES_AXIS = "passages"
    SHARE_AXIS = "share of questions, %"
    TOKENS_AXIS = "tokens"
    RANGE = "(0 to 1)"
    UNITS = {"day": "day", "hour": "hour"}  # noqa: RUF012 - a table of texts
    CONFIDENCE = "Half of the runs reach a confidence of {median}"
    CONFIDENCE_ONE = "The one finished run has a confidence of {median}"
    CONFIDENCE_NONE = "No finished run has a confidence"
    CONFIDENCE_HELP = (
        "Finished runs by their confidence: the estimated chance that the answer is right and supported. "
        "Abstained runs are those whose best answer was too unlikely to be shown."
    )
    CONFIDENCE_WITHOUT = "{number} of {total} finished runs have no confidence and are left out."
    CONFIDENCE_TIME_HELP = (
        "The confidence of finished runs for each {unit}: the line is the median, the bars hold the middle "
        "half. Nothing is drawn where there is none."
    )
    RELEVANCE = "Cited passages score {cited}, others {other}"
    RELEVANCE_ALL = "Half of the passages reach a relevance of {median}"
    RELEVANCE_NONE = "No passage has a relevance"
    RELEVANCE_HELP = (
        "Passages shown as evidence, by the estimated chance that each helps to answer its question. "
        "The title compares the medians."
    )
    RELEVANCE_WITHOUT = "{number} of {total} passages have no relevance and are left out."
    CITED_RELEVANCE_NONE = "No cited passage has a relevance"
    RELEVANCE_TIME_HELP = (
        "The relevance of the passages that answers cite, for each {unit}: the line is the median, the bars "
        "hold the middle half. Nothing is drawn where there is none."
    )
    CONFIDENCE_TIME = "Median confidence went from {first} to {last}"
    CONFIDENCE_TIME_ONE = "The median confidence is {last}"
    RELEVANCE_TIME = "The relevance of cited passages went from {first} to {last}"
    RELEVANCE_TIME_ONE = "The median relevance of cited passages is {last}"
    SPREAD_POINT = "{what}: median {median}, middle half {lower} to {upper}, {number}"
    MEDIAN = "Median"
    MIDDLE_HALF = "Middle half"
    CITATION = {"cited": "Cited", "not cited": "Not cited"}  # noqa: RUF012 - a table of texts
    PAIRS = "The typical cited passage: similarity {similarity}, keyword score {keyword}"
    PAIRS_NONE = "No cited passage has both scores"
    PAIRS_HELP = (
        "Each point is a passage that an answer cites: how close its meaning is to the question, against how "
        "many of the question's words it has. The title gives the medians."
    )
    PAIRS_WITHOUT = "{number} of {total} cited passages were found in one of the two ways only."
    PAIRS_SAMPLED = "{shown} of {total} points are drawn, evenly over time."
    THIRDS = {  # noqa: RUF012 - a table of texts
        "high": "Relevance from 0.67",
        "middle": "Relevance 0.33 to 0.67",
        "low": "Relevance under 0.33",
        "none": "No relevance",
    }
    PAGE = "{document}, page {page}"
    POINT = "similarity {similarity}, keyword {keyword}, relevance {relevance}"
    TIME = "Answered: {answered} of {total}"
    TIME_HELP = "Questions by the {unit} they were asked, and how their runs ended."
    FEEDBACK = "{good} of {total} were found good"
    FEEDBACK_NONE = "Nobody has rated an answer yet"
    FEEDBACK_HELP = "Thumbs that people gave, by when they had asked."
    MODELS = "{model} answers most often: {share} of {total}"
    MODELS_ONE = "{model} answers {share} of {total}"
    MODELS_HELP = "How the runs of each model ended."
    TOKENS = "{total} for {answers}"
    TOKENS_NONE = "No answer has counted tokens"
    TOKENS_HELP = "What language models were sent and what they wrote, where they say it."
    TOKEN_KINDS = {"prompt": "Prompt", "answer": "Answer"}  # noqa: RUF012 - a table of texts
    LATENCY = "{stage} takes longest: half within {p50}, 19 of 20 within {p95}"
    LATENCY_NONE = "No finished run has timings"
    LATENCY_HELP = (
        "Finished runs only. Half of the runs took no longer for a step than the first bar, and nineteen of "
        "twenty no longer than the second. Searches in the two indexes are done one after the other."
    )
    PERCENTILES = {"p50": "Half (p50)", "p95": "19 of 20 (p95)"}  # noqa: RUF012 - a table of texts
    SLOWER = "{stage}, {ms} or more"
    DOCUMENTS = "“{name}” is evidence for {number} of {total}"
    DOCUMENTS_NONE = "No document was found by these questions"
    DOCUMENTS_HELP = "For how many questions a passage of the document was evidence, and whether it is cited."
    DOCUMENTS_MORE = "The first {shown} of {number}; the table has all."
    NEVER = "Never evidence: {number} of {total}"
    NEVER_NONE = "Every document was evidence at least once"
    NEVER_NO_DOCUMENTS = "There is no document to be found"
    NEVER_HELP = "Ready documents of which no passage was evidence for any of these questions."
    NEVER_NOTE = "No question leads here. Ask one that they should answer, or take them away."
    LEAST = "The least confident: “{question}”, {confidence}"
    LEAST_NONE = "No finished run has a confidence"
    LEAST_HELP = "The finished runs with the lowest confidence, abstained ones too."
    LEAST_NOTE = "Click a question to open its run."
    DELETED = "Deleted document"
    NOT_AVAILABLE = "n/a"
    BIN = "{number} with a {score} of {low} to {high}: {group}"
    SPAN = "{score} {low} to {high}"
    BUCKET = "{when}: {number} {group}"
    SHARE = "{name}: {share} {group} ({number})"
    AMOUNT = "{name}: {number}, {group}"
    TABLE = "Table"
    TABLE_HELP = "The numbers behind this chart."
    DOWNLOAD = "Download as CSV"
    SELECT = "Click to list its runs below."
    LISTED = "Listed below: {what}"
    COLUMNS = {  # noqa: RUF012 - a table of texts
        "time": "From",
        "from": "from",
        "to": "to",
        "runs": "Runs",
        "count": "Values",
        "lower": "First quartile",
        "median": "Median",
        "upper": "Third quartile",
        "answered": "Answered",
        "abstained": "Abstained",
        "failed": "Failed",
        "stopped": "Stopped",
        "unfinished": "In progress",
        "good": "Good",
        "bad": "Bad",
        "cited": "Cited",
        "not cited": "Not cited",
        "similarity": "Similarity",
        "keyword": "Keyword",
        "relevance": "Relevance",
        "document": "Document",
        "collection": "Collection",
        "page": "Page",
        "pages": "Pages",
        "passages": "Passages",
        "ready_at": "Ready since",
        "evidence": "Evidence",
        "model": "Model",
        "prompt": "Prompt tokens",
        "answer": "Answer tokens",
        "stage": "Step",
        "p50": "p50, ms",
        "p95": "p95, ms",
        "ms": "ms",
        "question": "Question",
        "outcome": "Outcome",
        "confidence": "Confidence",
        "created_at": "Asked",
    }
    TIMINGS = "Search took {search}, the answer {answer}"
    TIMINGS_SEARCH = "Search took {search}"
    TIMINGS_AXIS = "milliseconds"
    TIMINGS_HELP = "What each step took. Searching in the two indexes is done one after the other."
    STAGES = {  # noqa: RUF012 - a table of texts
        "rewrite.rewriter": "Stand-alone question",
        "search.embedder": "Question to vector",
        "search.dense": "Search by meaning",
        "search.keyword": "Search by keyword",
        "search.fusion": "Merge",
        "search.reranker": "Rank again",
        "search.relevance": "Relevance",
        "search.total": "Search as a whole",
        "answer.prompt": "Prompt",
        "answer.generator": "Model",
        "answer.citations": "Citations",
        "answer.first_token": "Wait for the first word",
        "answer.extractive": "Answer",
        "answer.support": "Check support",
        "answer.confidence": "Confidence",
    }


class Runs(Texts):
    """The list of runs."""

    TITLE = "Runs"
    SHOWN = "{number}, the latest first. Click one to open it."
    LATEST = "The latest {shown} of {number}. Click one to open it."
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
        "feedback": "Rating",
        "again": "Note",
    }
    AGAIN = "answered again"
    NOT_AVAILABLE = "n/a"


class OneRun(Texts):
    """One run, opened."""

    BACK = "All runs"
    MISSING = "There is no such run any more."
    ASKED = "Asked by {user} on {when} · {model} · {files} searched · {candidates} → {passages}"
    SEARCHED_AS = "Searched as: {question}"
    NO_ANSWER = "There is no answer."
    STOPPED = "The person stopped this run before it had an answer."
    PARTIAL = "Only a part of the answer came; it is kept."
    FALLBACK = "{model} answered instead of {failed}, which could not."
    TOKENS = "{prompt} tokens sent to the model, {answer} written."
    CERTAINTY = "The model's own certainty: {certainty}."
    GOOD = ":material/thumb_up: The person found this answer good."
    BAD = ":material/thumb_down: The person found this answer bad."
    AGAIN = "The question was answered again; another run took this one's place in the conversation."
    CLAIMS = "{supported} of {total} supported by the cited passages"
    CLAIMS_HELP = "The statements of the answer, each compared with the passages that it cites."
    SUPPORT = {  # noqa: RUF012 - a table of texts
        "supported": (":green[:material/check_circle:]", "The cited passages support this."),
        "weak": (":orange[:material/error:]", "The cited passages say something like this, in other words."),
        "unsupported": (":red[:material/cancel:]", "This was not found in the cited passages."),
        "unknown": (":gray[:material/help:]", "This was not compared with the passages."),
    }
    CANDIDATES = "{passages} of {total} candidates became evidence, in the order of the search"
    CANDIDATES_MOVED = "{passages} of {total} candidates became evidence; ranking again moved {moved}"
    CANDIDATES_HELP = (
        "Every passage that was weighed. Place is where it stands in the evidence, place before where the "
        "merged search had it. Scores that were not computed are n/a."
    )
    COLUMNS = {  # noqa: RUF012 - a table of texts
        "rank": "Place",
        "fused_rank": "Place before",
        "document": "Document",
        "page": "Page",
        "relevance": "Relevance",
        "rerank": "Rerank",
        "fused": "Fused",
        "similarity": "Similarity",
        "keyword": "Keyword",
        "similarity_rank": "By meaning",
        "keyword_rank": "By keyword",
        "cited": "Cited",
    }
    UNFINISHED = "This run is still in progress."
    ABSTAINED = "The documents do not answer this question; the run abstained."
    EVIDENCE = "Evidence"
    TIMINGS = "Time"
    PIPELINES = "Pipelines that ran, as YAML"
    SEARCH = "Search"
    ANSWERING = "Answer"
