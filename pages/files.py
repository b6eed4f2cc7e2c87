"""File Index: the documents of a collection, adding to them, how far their reading is; one of them opened."""

from components import (
    collection_panel,
    document_actions,
    document_table,
    document_view,
    jobs,
    layout,
    session,
    uploads,
)
from components.texts import Pages
from components.texts_pages import Files
from services import documents, setup

user = session.require()
installation = setup.current()


def index() -> None:
    """Draw the list, with what leads to it and what may be done with it."""
    layout.page_header(Pages.FILES, Files.SUBTITLE)
    document_actions.problem()
    collection = collection_panel.collection_select(installation, user)
    if collection is None:
        return
    uploads.uploader(collection)
    listed = documents.listing(installation, user, collection.id)
    jobs.progress(collection.id, frozenset(d.id for d in listed if not d.is_settled))
    if listed:
        document_table.failures(listed)
        document_table.table(installation, user, listed)
    else:
        uploads.empty()


opened = document_view.named()
if opened is None:
    index()
else:
    document_view.draw(installation, user, opened)
