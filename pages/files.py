"""File Index: the documents of a collection, adding to them, and how far their reading is."""

from components import document_table, jobs, layout, session, uploads
from components.texts import Pages
from components.texts_pages import Files
from services import documents, setup

user = session.require()
installation = setup.current()
layout.page_header(Pages.FILES, Files.SUBTITLE)

collection = uploads.collection_select(installation, user)
if collection is not None:
    uploads.uploader(collection)
    listed = documents.listing(installation, user, collection.id)
    jobs.progress(collection.id, frozenset(d.id for d in listed if not d.is_settled))
    if listed:
        document_table.failures(listed)
        document_table.table(installation, user, listed)
    else:
        uploads.empty()
