"""Documents: who may do what, and the same content twice."""

from __future__ import annotations

import io

import pytest

from domain.documents import DocumentStatus
from domain.errors import Conflict, NotAllowed, NotFound
from services import collections, documents, files
from services.tables import DocumentRow


@pytest.fixture
def shared(installation, admin):
    return collections.readable(installation, admin)[0]


def upload(installation, user, collection, text="hello", name="a.txt"):
    return documents.upload(installation, user, collection.id, name, io.BytesIO(text.encode()))


def set_status(installation, document_id, status):
    with installation.database.session() as session:
        session.get_one(DocumentRow, document_id).status = status


def test_an_upload_is_queued_under_its_clean_name(installation, member, shared):
    result = upload(installation, member, shared, name="../x/report\n.txt")
    assert not result.duplicate
    assert (result.document.name, result.document.status) == ("report.txt", DocumentStatus.QUEUED)
    assert documents.original(installation, member, result.document.id).read_bytes() == b"hello"


def test_the_same_content_twice_stays_one_document(installation, member, shared):
    first = upload(installation, member, shared)
    second = upload(installation, member, shared, name="other.txt")
    assert second.duplicate
    assert second.document.id == first.document.id
    assert len(documents.listing(installation, member, shared.id)) == 1


def test_content_that_failed_is_tried_again_when_uploaded_again(installation, member, shared):
    first = upload(installation, member, shared)
    set_status(installation, first.document.id, DocumentStatus.FAILED)
    assert upload(installation, member, shared).document.status is DocumentStatus.QUEUED


def test_only_a_failed_document_can_be_retried(installation, member, shared):
    result = upload(installation, member, shared)
    with pytest.raises(Conflict, match="has not failed"):
        documents.retry(installation, member, result.document.id)


def test_a_deleted_document_is_hidden_at_once_and_deleting_twice_does_no_harm(installation, member, shared):
    result = upload(installation, member, shared)
    documents.delete(installation, member, result.document.id)
    documents.delete(installation, member, result.document.id)
    assert documents.get(installation, member, result.document.id).status is DocumentStatus.DELETING


def test_another_member_may_read_but_not_delete(installation, admin, member, shared):
    result = upload(installation, admin, shared)
    assert documents.get(installation, member, result.document.id).may_delete is False
    with pytest.raises(NotAllowed):
        documents.delete(installation, member, result.document.id)


def test_a_private_collection_does_not_exist_for_others(installation, admin, member):
    private = collections.create(installation, admin, "Private")
    result = upload(installation, admin, private)
    for action in (documents.get, documents.delete, documents.original, documents.retry):
        with pytest.raises(NotFound):
            action(installation, member, result.document.id)
    with pytest.raises(NotFound):
        documents.listing(installation, member, private.id)
    with pytest.raises(NotFound):
        upload(installation, member, private)
    assert [c.name for c in collections.readable(installation, member)] == [collections.DEFAULT_NAME]


def test_two_collections_share_one_original(installation, admin, shared):
    other = collections.create(installation, admin, "Other")
    one = upload(installation, admin, shared).document
    two = upload(installation, admin, other).document
    assert one.id != two.id
    stored = [p for p in installation.settings.files.rglob("*") if p.is_file() and p.name != ".lock"]
    assert len(stored) == 1
    assert files.path_of(installation.settings, stored[0].name) == stored[0]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_collection_needs_a_usable_name(installation, admin, name):
    with pytest.raises(Exception, match="needs a name"):
        collections.create(installation, admin, name)


def test_two_collections_of_one_owner_need_two_names(installation, admin):
    with pytest.raises(Conflict, match="already"):
        collections.create(installation, admin, collections.DEFAULT_NAME)
