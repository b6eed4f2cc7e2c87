"""Changing and deleting collections: who may, what is refused, and that a killed deletion is finished."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.documents import DocumentStatus
from domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, StoreUnavailable
from domain.users import Role
from pipelines import build
from services import collection_changes, collections, documents, jobs
from services.tables import ChunkRow, CollectionRow, DocumentRow, IndexVersionRow, JobRow, now
from tests.conftest import add_user


@pytest.fixture
def reports(installation, member):
    return collections.create(installation, member, "Reports", description="Of the  year\n2026", shared=True)


@pytest.fixture
def dropped(monkeypatch):
    """The indexes that were dropped; nothing of Milvus is started."""
    names = []
    monkeypatch.setattr(build, "drop_index", lambda index, _runtime: names.append(index.name))
    monkeypatch.setattr("services.installation.Installation.runtime", None)
    return names


def upload(installation, user, collection, name="a.txt", text="hello"):
    stream = io.BytesIO(text.encode())
    return documents.upload(installation, user, collection.id, name, stream).document


def left(installation):
    with installation.database.read() as session:
        tables = (DocumentRow, JobRow, ChunkRow)
        return [row for table in tables for row in session.scalars(select(table))]


def test_details_say_what_a_collection_is_and_holds(installation, member, reports):
    upload(installation, member, reports, text="12345")
    found = collection_changes.details(installation, member, reports.id)
    assert (found.name, found.description, found.owner) == ("Reports", "Of the year 2026", "ada")
    assert (found.documents, found.passages, found.size) == (1, 0, 5)
    assert (found.embedding, found.language) == ("all-MiniLM-L6-v2", "en")
    assert found.may_change


def test_a_collection_is_renamed_described_and_unshared(installation, member, reports):
    collection_changes.change(
        installation, member, reports.id, name=" Annual  reports ", description="All of them", shared=False
    )
    found = collection_changes.details(installation, member, reports.id)
    assert (found.name, found.description, found.shared) == ("Annual reports", "All of them", False)


@pytest.mark.parametrize(
    ("name", "description", "refusal"),
    [("  ", "", "needs a name"), ("x" * 121, "", "needs a name"), ("x", "y" * 501, "at most 500")],
)
def test_what_cannot_be_stored_is_refused(installation, member, reports, name, description, refusal):
    with pytest.raises(InvalidInput, match=refusal):
        collection_changes.change(
            installation, member, reports.id, name=name, description=description, shared=True
        )


def test_an_owners_collections_have_different_names(installation, member, reports):
    collections.create(installation, member, "Letters")
    with pytest.raises(Conflict, match="Letters"):
        collection_changes.change(
            installation, member, reports.id, name="Letters", description="", shared=True
        )


def test_only_owner_and_admin_change_and_delete(installation, admin, reports):
    other = add_user(installation, "eve", Role.ANALYST)
    assert not collection_changes.details(installation, other, reports.id).may_change
    with pytest.raises(NotAllowed):
        collection_changes.change(installation, other, reports.id, name="Mine", description="", shared=True)
    with pytest.raises(NotAllowed):
        collection_changes.delete(installation, other, reports.id)
    collection_changes.change(installation, admin, reports.id, name="R", description="", shared=False)
    for action in (collection_changes.details, collection_changes.delete):
        with pytest.raises(NotFound):
            action(installation, other, reports.id)


def test_a_full_collection_goes_only_with_its_name_typed(installation, member, reports):
    upload(installation, member, reports)
    for typed in ("", "reports"):
        with pytest.raises(InvalidInput, match="Type the collection's name, “Reports”"):
            collection_changes.delete(installation, member, reports.id, typed)
    collection_changes.delete(installation, member, reports.id, " Reports ")
    with pytest.raises(NotFound):
        collections.get(installation, member, reports.id)


def test_a_deleted_collection_is_gone_at_once_for_everybody_and_its_name_is_free(
    installation, admin, member, reports
):
    document = upload(installation, member, reports)
    collection_changes.delete(installation, member, reports.id, "Reports")
    assert reports.id not in [c.id for c in collections.readable(installation, admin)]
    for action in (documents.get, documents.retry, documents.original, documents.delete):
        with pytest.raises(NotFound):
            action(installation, admin, document.id)
    with pytest.raises(NotFound):
        upload(installation, member, reports, "b.txt", "other")
    collections.create(installation, member, "Reports")
    assert jobs.claim(installation, "w:1") is None


def test_nothing_is_left_of_a_deleted_collection(installation, member, reports, dropped):
    upload(installation, member, reports)
    upload(installation, member, reports, "b.txt", "other")
    collection_changes.delete(installation, member, reports.id, "Reports")
    assert collection_changes.remove_deleted(installation)
    assert dropped == [reports.index.name]
    assert left(installation) == []
    assert [p for p in installation.settings.files.rglob("*") if p.is_file() and p.name != ".lock"] == []
    with installation.database.read() as session:
        assert session.get(CollectionRow, reports.id) is None
        assert session.get(IndexVersionRow, reports.index_version_id) is None


def test_an_original_that_another_collection_holds_too_stays(installation, member, reports, dropped):
    other = collections.create(installation, member, "Other")
    kept = upload(installation, member, other)
    upload(installation, member, reports)
    collection_changes.delete(installation, member, reports.id, "Reports")
    collection_changes.remove_deleted(installation)
    assert documents.original(installation, member, kept.id).read_bytes() == b"hello"


@pytest.mark.parametrize("killed_after", ["the mark", "the index"])
def test_a_deletion_that_was_killed_is_finished_later(
    installation, member, reports, dropped, monkeypatch, killed_after
):
    upload(installation, member, reports)
    collection_changes.delete(installation, member, reports.id, "Reports")
    if killed_after == "the index":

        def away(*_arguments):
            raise StoreUnavailable

        with monkeypatch.context() as patched:
            patched.setattr(build, "drop_index", away)
            assert not collection_changes.remove_deleted(installation)
        assert left(installation)
    assert collection_changes.remove_deleted(installation)
    assert left(installation) == []


def test_what_cannot_be_removed_now_does_not_hinder_the_others(
    installation, member, reports, dropped, monkeypatch
):
    other = collections.create(installation, member, "Other")
    for one in (reports, other):
        collection_changes.delete(installation, member, one.id)

    def away(index, _runtime):
        if index.name == reports.index.name:
            raise StoreUnavailable

    monkeypatch.setattr(build, "drop_index", away)
    assert not collection_changes.remove_deleted(installation)
    with installation.database.read() as session:
        assert session.get(CollectionRow, other.id) is None
        assert session.get(CollectionRow, reports.id) is not None


def test_a_document_at_work_is_waited_for_and_told_to_stop(installation, member, reports, dropped):
    upload(installation, member, reports)
    job = jobs.claim(installation, "w:1")
    collection_changes.delete(installation, member, reports.id, "Reports")
    collection_changes.remove_deleted(installation)
    assert dropped == []
    with pytest.raises(Exception, match="cancelled"):
        jobs.report(installation, job, "read", 1, 2)
    with installation.database.session() as session:
        session.get_one(JobRow, job.id).lease_until = now() - timedelta(seconds=1)
    collection_changes.remove_deleted(installation)
    assert left(installation) == []


def test_the_default_collection_may_go_and_does_not_come_back(installation, admin, dropped):
    default = collections.readable(installation, admin)[0]
    collection_changes.delete(installation, admin, default.id)
    collection_changes.remove_deleted(installation)
    collections.create_default(installation)
    assert collections.readable(installation, admin) == []


def test_a_document_marked_as_going_is_not_counted(installation, member, reports):
    document = upload(installation, member, reports)
    documents.delete(installation, member, document.id)
    assert documents.get(installation, member, document.id).status is DocumentStatus.DELETING
    assert collection_changes.details(installation, member, reports.id).documents == 0


def test_an_embedding_and_a_language_are_offered(installation, member):
    assert "all-MiniLM-L6-v2" in collection_changes.embeddings(installation, member)
    assert {"en", "fr", "de", "zh"} <= set(collection_changes.languages())
