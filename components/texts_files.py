"""Texts of the File Index beyond the list itself: collections, a document with its pages, filters."""

from __future__ import annotations

from components.translation import Texts


class Collections(Texts):
    """Choosing, making, changing and deleting collections."""

    NEW = "New collection"
    EDIT = "Edit collection"
    EDIT_TITLE = "Edit collection"
    EDIT_HELP = "Name, description, and who may read it."
    NAME = "Name"
    DESCRIPTION = "Description"
    DESCRIPTION_HELP = "What is in it, for those who choose where to search. May stay empty."
    EMBEDDING = "Embedding"
    EMBEDDING_HELP = "The model that finds passages by meaning. It cannot be changed later."
    LANGUAGE = "Language of the texts"
    LANGUAGE_HELP = (
        "Lets the keyword search find other forms of a word, such as plurals. It cannot be changed later."
    )
    LANGUAGES = {  # noqa: RUF012 - a table of texts
        "en": "English",
        "zh": "Chinese",
        "da": "Danish",
        "de": "German",
        "el": "Greek",
        "es": "Spanish",
        "fi": "Finnish",
        "fr": "French",
        "hu": "Hungarian",
        "it": "Italian",
        "nl": "Dutch",
        "no": "Norwegian",
        "pt": "Portuguese",
        "ro": "Romanian",
        "ru": "Russian",
        "sv": "Swedish",
        "ta": "Tamil",
        "tr": "Turkish",
        "und": "Another, or several",
    }
    UNSHARE_NOTE = (
        "Once it is not shared, others who added documents do not see them any more; the documents stay."
    )
    SAVE = "Save"
    CANCEL = "Cancel"
    CREATED = "“{name}” is there. Add files to it."
    SAVED = "The collection is changed."
    FACTS = "Owner: {owner} · {amount} · Embedding: {embedding} · Language: {language}"
    DELETE = "Delete collection"
    DELETE_HELP = "The collection goes with everything in it."
    DELETE_TITLE = "Delete collection"
    DELETE_EMPTY = "“{name}” holds no documents. It will be gone, and cannot be brought back."
    DELETE_FULL = "This will be gone, and cannot be brought back:"
    DELETE_AMOUNT = "{documents}, with {passages} and their originals ({size})"
    DELETE_NAME = "the collection “{name}” itself, for everybody who reads it"
    DELETE_ANSWERS = "Answers that cite its documents stay, without their text."
    DELETE_TYPE = "Type “{name}” to confirm"
    DELETE_CONFIRM = "Delete for good"
    DELETED = "“{name}” is deleted. What is stored of it is removed in the background."
    NONE_TITLE = "No collections yet"
    NONE = "A collection holds documents that are searched together. Make one, then add files to it."


class FileTable(Texts):
    """The filters and actions of the table of documents."""

    STATUS = "Status"
    ANY_STATUS = "Any status"
    OWNER = "Added by"
    ANY_OWNER = "Added by anyone"
    NOTHING_LEFT = "No document fits these filters."
    SHOWN = "{shown} of {total}"
    OPEN = "Open document"
    OPEN_CELL = ":material/article: Open"
    OPEN_HELP = "Show its pages beside its passages."
    HINT = "Open a document to see its pages and passages. Select rows to download, try again or delete."
    RETRY_ALL = "Try all again"
    NAMESAKE = "“{name}” is added. Another document of this name, with other content, is here too."
    ADDED = "{number} added"
    WAITING = "Waiting: {names}"


class DocumentPage(Texts):
    """A document opened: its pages beside its passages."""

    BACK = "All documents"
    FACTS = "{status} · {amount} · added by {owner} on {date} · in “{collection}”"
    FAILED = "It could not be read: {reason}"
    DELETING = "“{name}” is being deleted."
    NOT_READ = "Its pages and passages are shown here as soon as it has been read."
    NOTES = "Notes on how it was read ({number})"
    PAGE = "Page"
    OF = "of {pages}"
    PREVIOUS = "Previous"
    PREVIOUS_HELP = "Previous page"
    NEXT = "Next"
    NEXT_HELP = "Next page"
    PASSAGES = "Passages"
    PASSAGES_ON = "{number} on this page"
    NO_PASSAGES = "No passage begins on this page."
    CONTINUED = "begins on page {page}"
    CHOOSE_HELP = "Show on the page"
    UNCHOOSE_HELP = "Shown on the page; click again to take the mark away"
    PASSAGE_GONE = "The passage of this address is not there any more: the document was read anew."
    PICTURE = "Page {page}"
    PART = "Passages {first} to {last} of {total}"
