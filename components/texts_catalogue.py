"""Texts of the catalogue of models that run on this machine, so that they can be translated.

Texts in braces are filled with ``str.format``.
"""

from __future__ import annotations

from components.translation import Texts


class Catalogue(Texts):
    """The catalogue on the Resources page, and its short form on Chat's first screen."""

    TITLE = "Models for this machine"
    INTRO = (
        "They answer without a provider: nothing leaves this machine. One starts with the first question and "
        "stops when nobody has asked for {minutes}."
    )
    MORE = "More"
    ABOUT = {  # noqa: RUF012 - a table of texts
        "Qwen2.5-Coder-1.5B-Instruct": "Short answers in whole sentences, best in English. Small enough for "
        "a laptop without a graphics card; larger models of a provider answer better.",
        "SmolLM2-135M-Instruct": "For tests of an installation only: it is quick, and its answers are poor.",
    }
    FACTS = "{size} to download · {memory} of memory while it runs · licence {licence}"
    CHECKSUM = "SHA-256 `{sha256}`"
    CHECKSUM_HELP = "What has come is compared with this before it is used."
    LITTLE_MEMORY = (
        "This machine has {free} of memory free, and the model needs about {needed}. Close other programs "
        "before you use it."
    )
    DOWNLOAD = "Download"
    CANCEL = "Cancel"
    CANCEL_HELP = "What has come is kept, so that you can go on later."
    RESUME = "Go on"
    RETRY = "Try again"
    DISCARD = "Delete what has come"
    USE = "Add to the models"
    DELETE = "Delete the file"
    STOP = "Stop it now"
    STOP_HELP = "Frees its memory. The next question starts it again, which takes some seconds."
    RUNNING = "{done} of {total}"
    SPEED = "{speed} a second"
    MINUTES_LEFT = "{minutes} left"
    SECONDS_LEFT = "less than a minute left"
    CHECKING = "Comparing with the published checksum …"
    PAUSED = "{done} of {total} have come."
    READY = "Downloaded and checked"
    NOT_ADDED = "Downloaded, but not among the models"
    SLEEPS = "starts with the next question"
    STARTING = "is starting"
    RUNS = "is running"
    DELETE_TITLE = "Delete a model from this machine"
    DELETE_INTRO = "**{name}** will be deleted:"
    DELETE_FILE = "its file of {size}; it can be downloaded again"
    DELETE_MODEL = "its entry among the language models; conversations that chose it go on with the default"
    DELETE_CONFIRM = "Delete {name}"
    KEEP = "Cancel"


class FirstModel(Texts):
    """The offer on Chat's first screen to answer with a language model."""

    TITLE = "Answers in whole sentences"
    TEXT = (
        "Evidentia answers with quotations from your files now, which needs no language model. For answers "
        "in whole sentences connect a provider, or download a model that runs on this machine."
    )
    CONNECT = "Connect a provider"
    DOWNLOAD = "Download {name} ({size})"
    USE = "Answer with {name}"
