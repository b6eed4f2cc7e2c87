"""Texts of the Settings page.

Texts in braces are filled with ``str.format``.
"""

from __future__ import annotations

from components.translation import Texts


class Settings(Texts):
    """The Settings page."""

    SUBTITLE = "Signed in as {name} · {role}"
    SECTION = "Section"
    SECTIONS = {  # noqa: RUF012 - a table of texts
        "answers": "Answers",
        "interface": "Interface",
        "account": "Account",
    }
    TARGET = "Whose settings"
    TARGETS = {"me": "For me", "all": "For everybody"}  # noqa: RUF012 - a table of texts
    EVERYBODY = "These are the defaults of all who have not set their own. Each change counts from now on."
    SAVED = "Saved: {name}"
    RESET_DONE = "Back to the default: {name}"
    RESET_ALL_DONE = "All your settings are back to the defaults."
    RESET_ALL_DONE_EVERYBODY = "All defaults are as shipped again."
    DEFAULT = "Default"
    OWN = "Your own · the default is {default}"
    SHIPPED = "As shipped"
    CHANGED = "Set for everybody · shipped as {default}"
    RESET = "Reset"
    RESET_HELP = "Back to the default: {name}"
    RESET_ALL = "Reset all"
    RESET_ALL_INTRO = "These go back to the defaults, and what you set is gone:"
    RESET_ALL_INTRO_EVERYBODY = "These are as shipped again, and what was set for everybody is gone:"
    RESET_NOTHING = "Nothing is set here that differs from the defaults."
    SEARCH = "Search"
    WEIGHT_NOTE = (
        "Weight of meaning: 1 looks only for passages that mean the same, 0 only for those with the same "
        "words, and what lies between mixes both. Least confidence: answers less likely to be right than "
        "this are held back. Empty fields leave both to what was fitted."
    )
    ANSWERING = "Answers by a language model"
    ANSWERING_NOTE = "Extractive answers quote the documents and use none of this."
    PROMPTS = "Prompts"
    PROMPTS_NOTE = (
        "What a language model is told with every question. A change is saved when you leave the field."
    )
    AS_FITTED = "as fitted"
    SHIPPED_TEXT = "the shipped text"
    NAMES = {  # noqa: RUF012 - a table of texts
        "model": "Model",
        "method": "Method",
        "passages": "Passages",
        "weight": "Weight of meaning",
        "threshold": "Least confidence",
        "temperature": "Temperature",
        "max_tokens": "Longest answer, in tokens",
        "history": "Earlier turns",
        "language": "Language of answers",
        "instructions": "Instructions",
        "question_prompt": "Question",
        "theme": "Theme",
        "interface": "Language of the pages",
    }
    HELP = {  # noqa: RUF012 - a table of texts
        "model": "Who answers in new conversations; each conversation may switch.",
        "method": "How the model comes to an answer.",
        "passages": "How many passages an answer may rest on. More find more, and take longer to read.",
        "weight": (
            "Search looks for the same meaning and for the same words. 1 counts meaning only, 0 words only; "
            "empty leaves it as fitted for each collection."
        ),
        "threshold": (
            "An answer less likely to be right than this is held back, and the nearest passages are shown "
            "instead. Empty leaves it as fitted."
        ),
        "temperature": "0 gives the same sober answer each time; higher values vary the wording.",
        "max_tokens": "Where an answer is cut off. A token is about three quarters of a word.",
        "history": "How many earlier questions and answers the model is told, so that it understands “it”.",
        "language": "In which language a model answers, whatever the documents are written in.",
        "instructions": "The rules that the model answers by. At most 4,000 characters.",
        "question_prompt": (
            "How passages and question are put before the model. {passages}, {question} and {language} "
            "are filled in; if one of the first two is missing it is added. At most 4,000 characters."
        ),
        "theme": "The system's, light or dark. The page reloads once when it changes.",
        "interface": "The language of menus and messages. Answers have a language of their own.",
    }
    DEFAULT_MODEL = "The installation's default"
    LANGUAGE_OF_QUESTION = "That of the question"
    BROWSER = "As the browser asks"
    THEMES = {  # noqa: RUF012 - a table of texts
        "system": "System",
        "light": "Light",
        "dark": "Dark",
    }
