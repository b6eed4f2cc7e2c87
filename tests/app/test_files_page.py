"""The File Index: adding, watching, retrying and deleting documents, and what it refuses."""

from __future__ import annotations

import io
import time
from datetime import timedelta

import pytest

from components import jobs
from components.document_actions import size_words
from components.escaping import label
from domain.documents import DocumentStatus
from domain.errors import NotFound
from domain.users import Role
from services import collections, documents
from services.tables import DocumentRow, JobRow, now
from tests import made_runs
from tests.app.conftest import add, button, opened, shown

NOTE = b"The gate opens at seven. It is closed on Sundays."


def names(app):
    return list(app.dataframe[0].value["name"]) if app.dataframe else []


def upload(app, *files):
    return app.file_uploader[0].set_value([(name, data, "text/plain") for name, data in files]).run()


def select(app, *rows):
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
    app = select(opened(reading, mary, "files"), 0)
    button(app, "Delete").click().run()
    assert label("gate *1*.txt") in shown(app)
    assert "1 page, 1 passage, 49 bytes" in shown(app)
    button(app, "Cancel").click().run()
    assert documents.get(reading, mary, document.id).status is DocumentStatus.READY
    select(app, 0)
    button(app, "Delete").click().run()
    button(app, "Delete 1 document").click().run()
    wait(app, lambda: not app.dataframe)
    with pytest.raises(NotFound):
        documents.get(reading, mary, document.id)


def test_the_original_can_be_downloaded(reading, mary, collection):
    add(reading, mary, collection, "gate.txt", NOTE)
    app = select(opened(reading, mary, "files"), 0)
    (download,) = app.get("download_button")
    assert not download.disabled


def test_documents_of_others_cannot_be_deleted(reading, mary):
    shared = collections.create(reading, mary, f"Shared by {mary.name}", shared=True)
    add(reading, mary, shared, "gate.txt", NOTE)
    other = made_runs.person(reading, f"other-{mary.name}", Role.MEMBER)
    app = opened(reading, other, "files")
    app.selectbox[0].set_value(shared.id).run()
    assert names(app) == ["gate.txt"]
    select(app, 0)
    assert button(app, "Delete").disabled


def test_a_private_collection_is_not_offered_to_others(reading, mary, collection):
    other = made_runs.person(reading, f"other-{mary.name}", Role.MEMBER)
    app = opened(reading, other, "files")
    assert collection.name not in app.selectbox[0].options


def test_a_new_collection_is_made_and_chosen(reading, mary, collection):
    app = opened(reading, mary, "files")
    button(app, "New collection").click().run()
    name = next(t for t in app.text_input if t.label == "Name")
    name.set_value("Contracts")
    button(app, "Create collection").click().run()
    made = [c for c in collections.readable(reading, mary) if c.name == "Contracts"]
    assert [c.shared for c in made] == [False]
    assert app.selectbox[0].value == made[0].id
    assert not app.exception


def test_a_selection_never_moves_to_other_documents(reading, mary, collection):
    add(reading, mary, collection, "gate.txt", NOTE)
    app = select(opened(reading, mary, "files"), 0)
    assert "**1 selected**" in shown(app)
    add(reading, mary, collection, "door.txt", b"Every door has a number.")
    app.run()
    assert names(app)[0] == "door.txt"
    assert "**1 selected**" not in shown(app)


def test_stages_are_said_in_words(reading, mary, collection):
    document = documents.upload(reading, mary, collection.id, "gate.txt", io.BytesIO(NOTE)).document
    assert jobs.stage_words(document) == "Waiting for its turn"
    assert jobs.fraction(document) == 0


@pytest.mark.parametrize(
    ("size", "words"), [(1, "1 byte"), (999, "999 bytes"), (266_240, "266 kB"), (12_345_678, "12.3 MB")]
)
def test_sizes_are_said_in_words(size, words):
    assert size_words(size) == words
