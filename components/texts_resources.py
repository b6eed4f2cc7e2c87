"""Texts of the Resources page. Texts in braces are filled with ``str.format``."""

from __future__ import annotations

from components.translation import Texts


class Resources(Texts):
    """The Resources page and its tabs of models."""

    SUBTITLE = "The models that answer, index and rank, and the people who may sign in."
    TABS = {  # noqa: RUF012 - a table of texts
        "llm": "LLMs",
        "embedding": "Embeddings",
        "reranker": "Rerankings",
        "users": "Users",
    }
    ABOUT = {  # noqa: RUF012 - a table of texts
        "llm": "Language models write the answers. Everybody may choose among the active ones.",
        "embedding": (
            "Embeddings turn passages into vectors. A collection keeps the one that it was indexed with."
        ),
        "reranker": "Rerankers read question and passage together and put the best passages first.",
    }
    ADD = "Add model"
    DEFAULT = "Default"
    FALLBACK = "Fallback"
    INACTIVE = "Inactive"
    RETIRED = "Retired"
    BADGE_HELP = {  # noqa: RUF012 - a table of texts
        "default": "Used when nobody chooses another.",
        "fallback": "Takes over when the chosen model does not answer.",
        "inactive": "Offered to nobody; what uses it already goes on.",
        "retired": "Deleted while collections were indexed with it: it serves these, and is offered nowhere.",
    }
    IN_USE = "In use by {number}"
    BUILT_IN = {  # noqa: RUF012 - a table of texts
        "extractive": (
            "Part of the program. Answers with sentences of the documents, quoted and cited; needs no key "
            "and no network."
        ),
        "all-MiniLM-L6-v2": (
            "Part of the program. For English texts; relevance and confidence are calibrated for it."
        ),
        "learned-order": "Part of the program. Puts passages in order by what their scores have been worth.",
    }
    FROM = "from {origin}"
    FROM_CATALOGUE = "from the catalogue below"
    ADDED_BY = "added by {name}"
    KEY_STORED = "key stored, encrypted"
    TESTED = "tested {when}: {took}"
    TESTED_FAILED = "Tested {when}: {error}"
    UNTESTED = "not tested yet"
    LEARNT = {  # noqa: RUF012 - a table of texts
        "logprobs": "tells how certain it is of its words",
        "token_counts": "counts tokens",
    }
    DIMENSION = "vectors of {number} numbers"
    CONTEXT = "context of {number} tokens"
    JUST_NOW = "just now"
    AGO = "{time} ago"
    TEST = "Test"
    TEST_HELP = "Calls the model now and measures how long it takes."
    TESTING = "Calling “{name}” …"
    MORE = "More"
    ACTIONS = {  # noqa: RUF012 - a table of texts
        "edit": "Edit",
        "pull": "Download in Ollama",
        "default": "Make default",
        "fallback": "Use as fallback",
        "no_fallback": "Stop using as fallback",
        "activate": "Activate",
        "restore": "Bring back",
        "deactivate": "Deactivate",
        "delete": "Delete",
    }
    PULL_OF = "Ollama downloads the model: {done} of {total}"
    PULL_STARTS = "Ollama looks for the model …"
    DELETE_TITLE = "Delete model"
    DELETE_INTRO = "**{name}** will be gone, and cannot be brought back."
    DELETE_WITH_KEY = "**{name}** and its stored key will be gone, and cannot be brought back."
    DELETE_DEFAULT = "It is the default: **{name}**, which is part of the program, becomes the default."
    DELETE_FALLBACK = "It is the fallback: none will be set."
    DELETE_CHOSEN = "Conversations that have chosen it go on with the default. Answers it gave stay."
    DELETE_RETIRED = (
        "{number} indexed with **{name}** and need it for every question. "
        "So it is retired, not deleted: it serves these, and is offered nowhere any more."
    )
    ARE = "{number} are"
    IS = "{number} is"
    DELETE_CONFIRM = "Delete"
    RETIRE_CONFIRM = "Retire"
    CANCEL = "Cancel"
    SAVED = "“{name}” is saved."


class ModelForm(Texts):
    """The dialogs that add and edit a model."""

    ADD_TITLE = {  # noqa: RUF012 - a table of texts
        "llm": "Add a language model",
        "embedding": "Add an embedding",
        "reranker": "Add a reranker",
    }
    EDIT_TITLE = "Edit model"
    PROVIDER = "Provider"
    NO_PROVIDER = "No provider offers models of this kind."
    NAME = "Name"
    NAME_HELP = "How people find it in their lists, such as “Fast” or the model's own name."
    NAME_PLACEHOLDER = "The model's own name"
    KEY = "Key"
    KEY_HELP = "Stored encrypted, and shown to nobody again."
    KEY_REQUIRED = "from the provider"
    KEY_OPTIONAL = "leave empty if it needs none"
    KEY_KEPT = "a key is stored; leave empty to keep it"
    REMOVE_KEY = "Remove the stored key"
    PARAMETERS = {  # noqa: RUF012 - a table of texts
        "base_url": ("Base URL", "Where the API is, up to its version, such as https://api.openai.com/v1."),
        "endpoint": ("Endpoint", "The resource's address, such as https://name.openai.azure.com."),
        "model": ("Model", "The name by which the provider knows it."),
        "deployment": ("Deployment", "The name that was given to the model when it was deployed."),
        "api_version": ("API version", "The version of the provider's API, as its documentation gives it."),
        "context": ("Context", "How many tokens question, passages and answer may have together."),
        "timeout": ("Timeout", "Seconds to wait for a sign of life before giving up."),
        "batch": ("Batch", "How many texts are sent with one call."),
        "query_prefix": ("Query prefix", "Put before every question, for embeddings trained with one."),
        "passage_prefix": ("Passage prefix", "Put before every passage, for embeddings trained with one."),
        "dimensions": ("Dimensions", "The length of the vectors, where the model lets one choose."),
        "threads": ("Threads", "Processor cores that it may use; 0 for all."),
    }
    OFFERED = "List models"
    OFFERED_HELP = "Asks the provider which models it has."
    ASKING = "Asking the provider …"
    NONE_OFFERED = "The provider lists no models: type the name."
    MAKE_DEFAULT = "Make it the default"
    SAVE = "Test and save"
    TESTING = "Calling the model …"
    FAILED = "The test failed, so nothing is saved yet."
    SAVE_ANYWAY = "Save anyway"
    CANCEL = "Cancel"


class UserAdmin(Texts):
    """The tab of users."""

    ABOUT = "Members chat, analysts also read statistics, admins also manage models and users."
    ADD = "Add user"
    COLUMNS = {  # noqa: RUF012 - a table of texts
        "name": "Name",
        "role": "Role",
        "status": "Status",
        "seen": "Last seen",
        "added": "Added",
    }
    ACTIVE = "Active"
    DISABLED = "Disabled"
    LOCKED = "Locked"
    MUST_CHANGE = "First password"
    NEVER = "never"
    SELECT_HINT = "Select a row to change a role, reset a password or disable an account."
    YOURSELF = "This is you. Change your password under Account; your role, only another admin can."
    LOCKED_NOTE = "Locked after too many wrong passwords, for {time} more. Resetting the password unlocks it."
    CHANGE_ROLE = "Change role"
    RESET = "Reset password"
    DISABLE = "Disable"
    ENABLE = "Enable"
    NAME = "User name"
    NAME_HELP = "3 to 32 characters: letters A to Z, digits, and . _ -"
    ROLE = "Role"
    CREATE = "Add user"
    RESET_INTRO = (
        "All sessions of **{name}** end at once. A new password is made and shown to you once; "
        "it must be changed at the next sign-in."
    )
    DISABLE_INTRO = (
        "**{name}** is signed out at once and cannot sign in any more. Documents, collections and "
        "conversations stay. You can enable the account again at any time."
    )
    PASSWORD_TITLE = "New password"  # noqa: S105 - a label
    SHOWN_ONCE = (
        "Give this password to **{name}** now: it is shown only here, only once, and must be changed at the "
        "next sign-in."
    )
    DONE = "Done"
    CANCEL = "Cancel"
