"""A document opened: its passages page by page, its text, and who may see them."""

from __future__ import annotations

import io

import pytest

from domain.documents import DocumentStatus
from domain.errors import NotFound, UnreadableDocument
from services import collections, documents
from services.tables import ChunkRow, DocumentRow


@pytest.fixture
def shared(installation, admin):
    return collections.readable(installation, admin)[0]


def read(installation, user, collection, chunks, text="one\ftwo"):
    """A document as if it had been read: ``chunks`` are (page, text, spans)."""
    stream = io.BytesIO(text.encode())
    document = documents.upload(installation, user, collection.id, "a.txt", stream).document
    with installation.database.session() as session:
        row = session.get_one(DocumentRow, document.id)
        row.status, row.pages, row.chunks = DocumentStatus.READY, 3, len(chunks)
        for ordinal, (page, passage, spans) in enumerate(chunks):
            session.add(
                ChunkRow(
                    id=f"{document.id}.{ordinal}", document_id=document.id, ordinal=ordinal, page=page,
                    index_version_id=collection.index_version_id, text=passage, context="A › B", spans=spans,
                )
            )  # fmt: skip
    return document


BOX = [0.1, 0.2, 0.9, 0.3]


def test_a_page_gives_the_passages_that_begin_on_it(installation, member, shared):
    document = read(installation, member, shared, [(1, "one", []), (2, "two", []), (2, "three", [])])
    found, total = documents.passages(installation, member, document.id, 2)
    assert [(p.number, p.text, p.context, p.page) for p in found] == [
        (2, "two", "A › B", 2),
        (3, "three", "A › B", 2),
    ]
    assert total == 2
    assert documents.passages(installation, member, document.id, 3) == ([], 0)


def test_a_passage_that_reaches_onto_the_page_comes_first_with_its_boxes(installation, member, shared):
    over = [[0, 2, 1, *BOX], [2, 4, 2, *BOX]]
    document = read(installation, member, shared, [(1, "over", over), (2, "two", [])])
    found, total = documents.passages(installation, member, document.id, 2)
    assert ([p.text for p in found], total) == (["over", "two"], 1)
    assert [len(found[0].boxes(page)) for page in (1, 2, 3)] == [1, 1, 0]


def test_a_page_with_many_passages_comes_in_parts(installation, member, shared):
    document = read(installation, member, shared, [(1, str(number), []) for number in range(45)])
    found, total = documents.passages(installation, member, document.id, 1, first=40)
    assert ([p.number for p in found], total) == ([41, 42, 43, 44, 45], 45)
    assert documents.place_of(installation, member, document.id, f"{document.id}.42") == (1, 42)


def test_a_passage_of_another_document_is_not_in_this_one(installation, member, shared):
    one = read(installation, member, shared, [(1, "one", [])])
    two = read(installation, member, shared, [(1, "two", [])], text="another")
    with pytest.raises(NotFound, match="no such passage"):
        documents.place_of(installation, member, one.id, f"{two.id}.0")


def test_the_text_of_a_page_is_given_as_it_was_read(installation, member, shared):
    document = read(installation, member, shared, [])
    texts = [documents.page_text(installation, member, document.id, page) for page in (1, 2, 9)]
    assert texts == ["one", "two", ""]


def test_others_and_the_deleted_give_nothing_away(installation, admin, member):
    private = collections.create(installation, admin, "Private")
    document = read(installation, admin, private, [(1, "secret", [])])
    for action in (documents.passages, documents.page_text):
        with pytest.raises(NotFound) as refused:
            action(installation, member, document.id, 1)
        with pytest.raises(NotFound) as unknown:
            action(installation, member, "nothing", 1)
        assert str(refused.value) == str(unknown.value)
    with pytest.raises(NotFound):
        documents.place_of(installation, member, document.id, f"{document.id}.0")
    documents.delete(installation, admin, document.id)
    assert documents.passages(installation, admin, document.id, 1) == ([], 0)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("x.docx", "a Word document"),
        ("x.PNG", "an image"),
        ("a.tar.gz", "an archive"),
        ("x.html", "a web page"),
    ],
)
def test_a_kind_that_no_reader_exists_for_is_said_at_once(installation, member, shared, name, what):
    with pytest.raises(UnreadableDocument, match=f"“{name}” is {what}; PDF, text and Markdown can be read"):
        documents.upload(installation, member, shared.id, name, io.BytesIO(b"x"))
    assert documents.listing(installation, member, shared.id) == []


def test_two_documents_of_one_name_are_both_kept_and_said(installation, member, shared):
    first, second = (
        documents.upload(installation, member, shared.id, "a.txt", io.BytesIO(text)) for text in (b"1", b"2")
    )
    assert (first.namesake, second.namesake) == (False, True)
    assert len(documents.listing(installation, member, shared.id)) == 2
