"""The File Index: adding, watching, retrying and deleting documents, and what it refuses."""

from __future__ import annotations

import io
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from components import jobs
from components.escaping import label
from domain.documents import DocumentStatus
from domain.errors import NotFound
from domain.users import Role
from services import collections, documents
from services.tables import CollectionRow, DocumentRow, JobRow, now
from tests import made_runs
from tests.app.conftest import add, button, opened, shown
from tests.pdfs import pdf

NOTE = b"The gate opens at seven. It is closed on Sundays."


def files_of(installation, user, collection):
    """The File Index with this collection chosen, whatever others share."""
    app = opened(installation, user, "files")
    return app.selectbox[0].set_value(collection.id).run()


def document_at(installation, user, **query):
    """The File Index at an address that names a document."""
    app = opened(installation, user)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page("pages/files.py").run()
    assert not app.exception
    return app


def names(app):
    return list(app.dataframe[0].value["name"]) if app.dataframe else []


def upload(app, *files):
    return app.file_uploader[0].set_value([(name, data, "text/plain") for name, data in files]).run()


def select_rows(app, *rows):
    """Select rows of the table."""
    key = app.dataframe[0].key
    app.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return app.run()


def wait(app, condition):
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
        app.run()
    assert not app.exception
    assert condition(), shown(app)


def test_an_empty_collection_says_what_to_do(reading, mary, collection):
    app = opened(reading, mary, "files")
    assert "No documents yet" in shown(app)
    assert not app.dataframe
    assert "Private: only its owner" in shown(app)


def test_files_are_added_read_and_listed(reading, mary, collection):
    app = opened(reading, mary, "files")
    upload(app, ("gate.txt", NOTE), ("door.md", b"# Doors\n\nEvery door has a number."))
    assert label("“gate.txt” is added.") in shown(app)
    assert label("“door.md” is added.") in shown(app)
    wait(app, lambda: list(app.dataframe[0].value["status"]) == ["Ready", "Ready"])
    table = app.dataframe[0].value.set_index("name")
    assert set(table.index) == {"gate.txt", "door.md"}
    assert table.loc["gate.txt", "pages"] == 1
    assert table.loc["gate.txt", "chunks"] == 1
    assert table.loc["gate.txt", "size"] == len(NOTE)
    assert table.loc["gate.txt", "owner"] == mary.name


def test_each_file_gets_its_own_sentence(reading, mary, collection, monkeypatch):
    add(reading, mary, collection, "gate.txt", NOTE)
    app = opened(reading, mary, "files")
    monkeypatch.setattr(reading.settings, "max_upload_mb", 1)
    upload(app, ("copy of gate.txt", NOTE), ("nothing.txt", b""), ("huge.txt", b"x" * 1_000_001))
    said = shown(app)
    assert label("“copy of gate.txt” is here already as “gate.txt”.") in said
    assert label("“nothing.txt” is empty") in said
    assert label("“huge.txt” is larger than the 1 MB") in said
    assert names(app) == ["gate.txt"]
    button(app, "Close").click().run()
    assert label("“nothing.txt” is empty") not in shown(app)


def test_progress_is_shown_while_a_job_is_open(reading, mary, collection):
    with reading.database.session() as session:
        session.add(_row(collection, mary, "d" * 32, "report.pdf", DocumentStatus.RUNNING))
        session.flush()
        session.add(
            JobRow(
                kind="ingest", document_id="d" * 32, user_id=mary.id, state="running", stage="embed", done=40,
                total=98, attempts=1, lease_owner="other", lease_until=now() + timedelta(hours=1),
            )
        )  # fmt: skip
    app = opened(reading, mary, "files")
    (bar,) = app.get("progress")
    assert bar.text == f"{label('report.pdf')} · Indexing passages · 40 of 98"
    assert bar.value == 40
    assert "1 document being read" in shown(app)
    with reading.database.session() as session:
        session.delete(session.get_one(DocumentRow, "d" * 32))
    app.run()
    assert not app.get("progress")


def _row(collection, user, id_, name, status):
    return DocumentRow(
        id=id_,
        collection_id=collection.id,
        owner_id=user.id,
        name=name,
        sha256=id_ * 2,
        size=10,
        status=status,
    )


def test_a_failed_document_gives_its_reason_and_can_be_tried_again(reading, mary, collection):
    add(reading, mary, collection, "broken.pdf", b"%PDF-1.7 and then nothing")
    app = opened(reading, mary, "files")
    assert "1 document could not be read" in shown(app)
    failed = documents.listing(reading, mary, collection.id)[0]
    assert label(failed.error) in shown(app)
    assert list(app.dataframe[0].value["status"]) == ["Failed"]
    button(app, "Try again").click().run()
    assert not app.exception
    wait(app, lambda: list(app.dataframe[0].value["status"]) == ["Failed"])


def test_the_table_is_filtered_by_name(reading, mary, collection):
    with reading.database.session() as session:
        for number, name in enumerate(["Alpha.txt", "beta.txt", "alphabet.txt"]):
            id_ = f"{number}{mary.id[1:]}"
            session.add(_row(collection, mary, id_, name, DocumentStatus.READY))
    app = opened(reading, mary, "files")
    app.text_input[0].set_value("ALPHA").run()
    assert set(names(app)) == {"Alpha.txt", "alphabet.txt"}
    app.text_input[0].set_value("*gamma*").run()
    assert not app.dataframe
    assert label("*gamma*") in shown(app)


def test_deleting_names_what_will_be_gone_and_asks_first(reading, mary, collection):
    document = add(reading, mary, collection, "gate *1*.txt", NOTE)
    app = select_rows(opened(reading, mary, "files"), 0)
    button(app, "Delete").click().run()
    assert label("gate *1*.txt") in shown(app)
    assert "1 page, 1 passage, 49 bytes" in shown(app)
    button(app, "Cancel").click().run()
    assert documents.get(reading, mary, document.id).status is DocumentStatus.READY
    select_rows(app, 0)
    button(app, "Delete").click().run()
    button(app, "Delete 1 document").click().run()
    wait(app, lambda: not app.dataframe)
    with pytest.raises(NotFound):
        documents.get(reading, mary, document.id)


def test_the_original_can_be_downloaded(reading, mary, collection):
    add(reading, mary, collection, "gate.txt", NOTE)
    app = select_rows(opened(reading, mary, "files"), 0)
    (download,) = app.get("download_button")
    assert not download.disabled


def test_documents_of_others_cannot_be_deleted(reading, mary):
    shared = collections.create(reading, mary, f"Shared by {mary.name}", shared=True)
    add(reading, mary, shared, "gate.txt", NOTE)
    other = made_runs.person(reading, f"other-{mary.name}", Role.MEMBER)
    app = opened(reading, other, "files")
    app.selectbox[0].set_value(shared.id).run()
    assert names(app) == ["gate.txt"]
    select_rows(app, 0)
    assert button(app, "Delete").disabled


def test_a_private_collection_is_not_offered_to_others(reading, mary, collection):
    other = made_runs.person(reading, f"other-{mary.name}", Role.MEMBER)
    app = opened(reading, other, "files")
    assert collection.name not in app.selectbox[0].options


def field(app, text):
    """The input with this label."""
    return next(t for t in [*app.text_input, *app.text_area, *app.selectbox, *app.toggle] if t.label == text)


def test_a_new_collection_is_made_and_chosen(reading, mary, collection):
    app = files_of(reading, mary, collection)
    button(app, "New collection").click().run()
    assert "all-MiniLM-L6-v2" in field(app, "Embedding").options
    assert "French" in field(app, "Language of the texts").options
    field(app, "Name").set_value("Contracts")
    field(app, "Description").set_value("Signed *ones*")
    field(app, "Language of the texts").set_value("fr")
    button(app, "Create collection").click().run()
    made = [c for c in collections.readable(reading, mary) if c.name == "Contracts"]
    assert [(c.shared, c.index.language) for c in made] == [(False, "fr")]
    app.run()
    assert app.selectbox[0].value == made[0].id
    assert label("Signed *ones*") in shown(app)
    assert "Language: French" in shown(app)


def test_a_collection_that_is_refused_says_why(reading, mary, collection):
    app = files_of(reading, mary, collection)
    button(app, "New collection").click().run()
    field(app, "Name").set_value(collection.name)
    button(app, "Create collection").click().run()
    button(app, "New collection").click().run()  # the test draws whole pages, which closes a dialog
    assert "already" in shown(app)


def test_a_collection_is_renamed_and_shared(reading, mary, collection):
    app = files_of(reading, mary, collection)
    button(app, "Edit collection").click().run()
    assert field(app, "Name").value == collection.name
    field(app, "Name").set_value(f"New {mary.name}")
    app.toggle[0].set_value(True)
    button(app, "Save").click().run()
    changed = collections.get(reading, mary, collection.id)
    assert (changed.name, changed.shared) == (f"New {mary.name}", True)


def test_deleting_a_collection_says_what_goes_and_asks_for_its_name(reading, mary, collection):
    add(reading, mary, collection, "gate.txt", NOTE)
    app = files_of(reading, mary, collection)
    button(app, "Delete collection").click().run()
    assert "1 document, with 1 passage and their originals (49 bytes)" in shown(app)
    button(app, "Delete for good").click().run()
    button(app, "Delete collection").click().run()
    assert label(f"Type the collection's name, “{collection.name}”") in shown(app)
    field(app, f"Type “{label(collection.name)}” to confirm").set_value(collection.name)
    button(app, "Delete for good").click().run()
    with pytest.raises(NotFound):
        collections.get(reading, mary, collection.id)
    app.run()
    assert collection.name not in app.selectbox[0].options

    def gone():
        with reading.database.read() as session:
            return session.get(CollectionRow, collection.id) is None

    wait(app, gone)


def test_collections_of_others_are_neither_edited_nor_deleted(reading, mary):
    shared = collections.create(reading, mary, f"Shared by {mary.name}", shared=True)
    other = made_runs.person(reading, f"other-{mary.name}", Role.MEMBER)
    app = opened(reading, other, "files")
    app.selectbox[0].set_value(shared.id).run()
    labels = [b.label for b in app.button]
    assert "New collection" in labels
    assert not {"Edit collection", "Delete collection"} & set(labels)


def test_a_document_is_opened_by_its_address_beside_its_passages(reading, mary, collection):
    data = pdf(["The gate opens at seven.", "The bell <b>rings</b> at noon."], title="*Hours*")
    document = add(reading, mary, collection, "hours <i>.pdf", data)
    app = document_at(reading, mary, document=document.id, page="2")
    assert app.title[0].value == label("hours <i>.pdf")
    assert "2 pages, 2 passages" in shown(app)
    assert "The bell &lt;b&gt;rings&lt;/b&gt; at noon." in shown(app)
    assert "The gate opens" not in shown(app)
    assert len(app.get("image")) == 1
    button(app, "Previous").click().run()
    assert app.query_params["page"] == "1"
    assert "The gate opens at seven." in shown(app)
    passage = next(b for b in app.button if b.key and b.key.startswith("passage_choose"))
    passage.click().run()
    assert app.query_params["passage"] == passage.key.removeprefix("passage_choose_")
    assert not app.exception
    button(app, "All documents").click().run()
    assert names(app) == ["hours <i>.pdf"]


def test_a_text_is_shown_with_the_passage_of_the_address_marked(reading, mary, collection):
    document = add(reading, mary, collection, "gate.txt", NOTE)
    (passage,), _ = documents.passages(reading, mary, document.id, 1)
    app = document_at(reading, mary, document=document.id, passage=passage.id)
    assert f"<mark>{NOTE.decode()}</mark>" in shown(app)


@pytest.mark.parametrize("page", ["0", "99999", "x", "-1", "9" * 30])
def test_an_address_with_an_impossible_page_shows_one_that_exists(reading, mary, collection, page):
    with reading.database.session() as session:
        row = _row(collection, mary, f"{len(page):x}{mary.id[1:]}", "gate.txt", DocumentStatus.READY)
        row.pages = 3
        session.add(row)
        id_ = row.id
    app = document_at(reading, mary, document=id_, page=page)
    assert not app.exception
    assert app.number_input[0].value in (1, 3)


def test_a_document_of_others_and_none_at_all_are_one_sentence(reading, mary, collection):
    document = add(reading, mary, collection, "gate.txt", NOTE)
    other = made_runs.person(reading, f"other-{mary.name}", Role.MEMBER)
    said = []
    for wanted in (document.id, "nothing"):
        app = document_at(reading, other, document=wanted)
        said.append(shown(app))
        assert "gate.txt" not in said[-1]
    assert said[0] == said[1]
    assert "There is no such document" in said[0]


def test_the_opened_document_can_be_deleted_and_leads_back_to_the_list(reading, mary, collection):
    document = add(reading, mary, collection, "gate.txt", NOTE)
    app = document_at(reading, mary, document=document.id)
    button(app, "Delete").click().run()
    button(app, "Delete 1 document").click().run()
    wait(app, lambda: "No documents yet" in shown(app))


def test_all_that_failed_are_tried_again_at_once(reading, mary, collection):
    for number in (1, 2):
        add(reading, mary, collection, f"broken{number}.pdf", b"%PDF-1.7 nothing" + bytes([48 + number]))
    app = files_of(reading, mary, collection)
    jobs_before = _jobs(reading)
    button(app, "Try all again").click().run()
    assert _jobs(reading) == jobs_before + 2


def _jobs(installation):
    with installation.database.read() as session:
        return len(session.scalars(select(JobRow)).all())


def test_the_table_is_filtered_by_status(reading, mary, collection):
    with reading.database.session() as session:
        for number, status in enumerate([DocumentStatus.READY, DocumentStatus.FAILED]):
            session.add(_row(collection, mary, f"{number + 5}{mary.id[1:]}", f"{status}.txt", status))
    app = files_of(reading, mary, collection)
    field(app, "Status").set_value(DocumentStatus.FAILED).run()
    assert names(app) == ["failed.txt"]
    field(app, "Status").set_value(DocumentStatus.RUNNING).run()
    assert "No document fits" in shown(app)


def test_a_word_document_is_refused_with_what_can_be_read(reading, mary, collection):
    app = files_of(reading, mary, collection)
    upload(app, ("x.docx", b"PK"), ("gate.txt", NOTE))
    assert label("“x.docx” is a Word document; PDF, text and Markdown can be read so far.") in shown(app)
    assert names(app) == ["gate.txt"]


def test_a_selection_never_moves_to_other_documents(reading, mary, collection):
    add(reading, mary, collection, "gate.txt", NOTE)
    app = select_rows(opened(reading, mary, "files"), 0)
    assert "**1 selected**" in shown(app)
    add(reading, mary, collection, "door.txt", b"Every door has a number.")
    app.run()
    assert names(app)[0] == "door.txt"
    assert "**1 selected**" not in shown(app)


def test_stages_are_said_in_words(reading, mary, collection):
    document = documents.upload(reading, mary, collection.id, "gate.txt", io.BytesIO(NOTE)).document
    assert jobs.stage_words(document) == "Waiting for its turn"
    assert jobs.fraction(document) == 0
