"""Texts of the Chat page and the File Index, so that they can be translated.

Texts in braces are filled with ``str.format``. Numbers of things go through ``counted``.
"""

from __future__ import annotations

from components.translation import Texts
from components.writing import counted as counted


class Chat(Texts):
    """The Chat page."""

    PLACEHOLDER = "Ask about your documents"
    YOU = "You"
    APP = "Evidentia"
    NEW = "New conversation"
    SEARCH_IN = "Search in"
    COLLECTION = "Collection"
    CONVERSATIONS = "Conversations"
    NO_CONVERSATIONS = "Your conversations will be listed here."
    SHOW_ALL = "Show all {number}"
    UNTITLED = "Untitled"
    ALL_FILES = "All {number}"
    SOME_FILES = "{chosen} of {number}"
    CHOOSE_FILES = "Choose files"
    CHOOSE_HELP = "Search only some files of the collection, or all of them."
    CHOOSE_INTRO = "Only the chosen files are searched. Choose none to search all of them."
    CHOOSE_LABEL = "Files"
    CHOOSE_PLACEHOLDER = "All files"
    CHOOSE_SAVE = "Search these files"
    CHOOSE_ALL = "Search all files"
    FILES_GONE = "{gone} of your choice deleted since."
    FILES_ALL_GONE = "The chosen files were deleted since; all files are searched now."
    START_TITLE = "Ask your documents"
    START_EMPTY = "Add a PDF, a text or a Markdown file first. Then ask about it here."
    START_WAITING = "Your files are being read. You can ask as soon as the first one is ready."
    START_ACTION = "Add files"
    START_READY = (
        "Type a question below. Every answer shows the passages that it rests on, where they stand, "
        "and how far the answer can be trusted."
    )
    EARLIER = "Show {number} earlier"
    SEARCHING = "Searching your documents …"
    ANSWERING = "Writing the answer …"
    STOP = "Stop"
    STOPPED = "You stopped this answer."
    ABSTAINED = "The documents do not answer this question."
    ABSTAINED_NEAREST = "The nearest passages are shown as evidence; read them before you rely on this."
    NO_PASSAGES = "No passage was found. Try other words, or search more files."
    SEARCHED = "{files} searched · {candidates} → {passages} · {ms} ms"
    SEARCHED_AS = "searched as “{question}”"
    EVIDENCE = "Evidence"
    EVIDENCE_HELP = "Show what this answer rests on."
    EVIDENCE_SHOWN = "Evidence shown"
    THIS_CONVERSATION = "This conversation"
    MODEL = "Model"
    MODEL_HELP = "Who writes the answers from now on. You can change it in the middle of a conversation."
    MODEL_GONE = "The model of this conversation is not there any more; the default one answers now."
    PASSAGES = "Passages"
    PASSAGES_HELP = "How many passages each answer is made from."
    FIND = "Find a conversation"
    FIND_NONE = "No conversation mentions “{text}”."
    CONVERSATION_MENU = "Rename or delete this conversation"
    RENAME = "Rename conversation"
    RENAME_SAVE = "Rename"
    TITLE = "Title"
    DELETE = "Delete conversation"
    DELETED = "“{title}” is deleted."
    UNDO = "Undo"
    DISMISS = "Close"
    AGAIN = "Again"
    AGAIN_HELP = "Search and answer this question once more; the new answer takes the place of this one."
    COPY = "Copy"
    COPIED = "Copied"
    PARTIAL = "This answer is incomplete."
    REASON_GOOD = "What was good?"
    REASON_BAD = "What was wrong?"
    REASON_GIVEN = "Your remark"
    REASON_PLACEHOLDER = "For example: wrong number, wrong passage, incomplete"
    REASON_SEND = "Save"
    NOT_SENT = "What you typed"
    CITATION_HELP = "Citation {number}: show its passage"
    SUPPORTED = "The cited passage supports this."
    WEAK = "The cited passage says something like this, in other words; read it."
    UNSUPPORTED = "This was not found in the cited passages."


class Evidence(Texts):
    """The information panel."""

    TITLE = "Evidence"
    EMPTY = "What an answer rests on is shown here: its passages, their pages, and how far to trust it."
    RUNNING = "The evidence is shown here when the answer is ready."
    NONE = "This answer has no evidence."
    NOT_AVAILABLE = "n/a"
    RIGHT = "Probably right"
    UNCERTAIN = "Uncertain"
    WRONG = "Probably wrong"
    UNKNOWN = "Confidence not computed"
    ABSTAINED = "No answer given"
    CONFIDENCE_HELP = (
        "How likely this answer is right and supported. {value} means: right about {tenths} times in 10."
    )
    ABSTAINED_HELP = (
        "The best answer found had a chance of {value} of being right, too little to show it as an answer."
    )
    UNKNOWN_HELP = (
        "There is no calibrated estimate for answers by this model with this embedding. Judge by the parts."
    )
    CALIBRATED = "Calibrated on public questions, not yet on yours."
    PARTS = {  # noqa: RUF012 - a table of texts
        "retrieval": ("Passage fits", "How likely the best cited passage helps to answer the question."),
        "coverage": ("Question covered", "How much of what you asked about stands in the cited passages."),
        "support": ("Answer supported", "How much of the answer its cited passages support."),
        "certainty": (
            "Model certainty",
            "How sure the language model was of its own words, on average. It says little about their truth.",
        ),
    }
    SCORES = {  # noqa: RUF012 - a table of texts
        "relevance": (
            "Relevance",
            "How likely this passage helps to answer the question: of passages with 0.80, about 8 in 10 do.",
        ),
        "similarity": ("Similarity", "How close passage and question are in meaning; 1 is the same."),
        "keyword": ("Keyword", "How well the question's words match; 1 is the best match of this search."),
        "fused": ("Fused", "Similarity and keyword as one number, which decides what is looked at first."),
        "rerank": ("Rerank", "How a second model, which reads both together, judges the passage."),
    }
    ABOUT_SCORES = "What do these numbers mean?"
    NOT_COMPUTED = "n/a: was not computed for this passage."
    PAGE = "page {page}"
    PAGE_LABEL = "p. {label} (page {page} of the file)"
    DELETED = "Document deleted"
    DELETED_HELP = "The document was deleted since, and its text with it. The scores are what is left."
    SHOW_PAGE = "Show on the page"
    WHOLE_PAGE = "Whole page"
    OPEN_DOCUMENT = "Document"
    OPEN_DOCUMENT_HELP = "Show this passage in its document, page by page."
    PREVIOUS = "Previous"
    NEXT = "Next"
    PAGE_OF = "page {page} of {last}"
    NO_PICTURE = "There is no picture of this page; the passage above is its text."
    PICTURE_ALT = "Page {page} with the passage boxed"
    UNCITED = "{number} not cited"


class Files(Texts):
    """The File Index page."""

    SUBTITLE = "The documents that you can ask about."
    COLLECTION = "Collection"
    NAME = "Name"
    NAME_HELP = "Up to 120 characters, such as “Contracts 2026”."
    SHARED = "Share with everybody who may sign in"
    SHARED_HELP = "They can read, ask and add files. Without it, only you and admins can."
    CREATE = "Create collection"
    SHARED_NOTE = "Shared: everybody who may sign in can read it and add files."
    PRIVATE_NOTE = "Private: only its owner and admins can read it."
    READ_ONLY = "You may read this collection but not add to it."
    UPLOAD = "Add files: PDF, text or Markdown"
    UPLOADED = "“{name}” is added."
    DUPLICATE = "“{name}” is here already as “{existing}”."
    DUPLICATE_SAME = "“{name}” is here already."
    DUPLICATE_AGAIN = "“{name}” had failed before and is read once more."
    RESULTS_MORE = "{number} more"
    CLOSE = "Close"
    JOBS = "{number} being read"
    STAGES = {  # noqa: RUF012 - a table of texts
        None: "Waiting for its turn",
        "read": "Reading pages",
        "split": "Cutting into passages",
        "embed": "Indexing passages",
        "write": "Saving the index",
    }
    STAGE_DELETE = "Deleting"
    STAGE_OTHER = "Working: {stage}"
    OF = "{done} of {total}"
    JOBS_MORE = "and {number} more"
    EMPTY_TITLE = "No documents yet"
    EMPTY = "Drop files above. They are read in the background; you can leave this page meanwhile."
    FILTER = "Filter by name"
    FILTER_PLACEHOLDER = "Filter by name"
    NO_MATCH = "No file name contains “{text}”."
    COLUMNS = {  # noqa: RUF012 - a table of texts
        "name": "Name",
        "pages": "Pages",
        "chunks": "Passages",
        "size": "Size",
        "owner": "Added by",
        "status": "Status",
        "added": "Added",
    }
    STATUSES = {  # noqa: RUF012 - a table of texts
        "queued": "Waiting",
        "running": "Being read",
        "ready": "Ready",
        "failed": "Failed",
        "deleting": "Being deleted",
    }
    WITH_WARNINGS = "Ready, with notes"
    SELECT_HINT = "Select rows to download, try again or delete."
    SELECTED = "{number} selected"
    DOWNLOAD = "Download"
    DOWNLOAD_HELP = "The file as it was uploaded."
    RETRY = "Try again"
    DELETE = "Delete"
    DELETE_TITLE = "Delete documents"
    DELETE_INTRO = "This will be gone, and cannot be brought back:"
    DELETE_AND = "Questions will find none of it any more. Answers that cite it stay, without its text."
    DELETE_CONFIRM = "Delete {number}"
    CANCEL = "Cancel"
    NOT_YOURS = "{number} of them belong to others; only they, the collection's owner or an admin may delete."
    FAILED_TITLE = "{number} could not be read"
    NOTES = "Notes on “{name}”"
    GONE = "The file is not on the disk any more. Upload it again."
