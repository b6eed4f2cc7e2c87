"""Passages keep sentences, sections, pages and boxes together, and have stable ids."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from haystack import Pipeline
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.documents import Chunk, Heading, Line, MediaType, Page, ParsedDocument, Rectangle
from domain.errors import Cancelled
from domain.progress import Progress
from pipelines.readers import DocumentReader, read
from pipelines.sentences import sentences
from pipelines.sizes import TOKEN_LIMIT, tokens, words
from pipelines.splitter import PassageSplitter
from tests import pdfs


def text_document(*pages: str, headings: tuple[Heading, ...] = (), title: str = "Title") -> ParsedDocument:
    numbered = tuple(Page(number, text) for number, text in enumerate(pages, start=1))
    return ParsedDocument(MediaType.TEXT, title, numbered, headings)


def split(document: ParsedDocument, **sizes: int) -> list[Chunk]:
    return PassageSplitter(**sizes).run(document=document, document_id="doc", index="idx")["chunks"]


def prose(count: int, start: int = 0) -> str:
    return " ".join(
        f"Sentence number {n} tells of thing {n * 7} and no more." for n in range(start, start + count)
    )


class TestSentences:
    @pytest.mark.parametrize(
        "expected",
        [
            [
                "Mr. Smith of Apple Inc. bought U.S. Steel for $3.5 billion.",
                "Dr. Ng left at 5 p.m. on Jan. 5, 2020.",
            ],
            ["He lives in the U.S.", "The others moved.", "See Fig. 3 and No. 7."],
            ["It works!", '"Really?" she asked.', "Yes (it does.)", "J. K. Rowling wrote it."],
            ["They agree [12].", "It was shown.[3]", "Sales rose 3.2% vs. 2.1% before, e.g. in France."],
            ["这是第一句。", "这是第二句！", "“好吗？”", "他说。"],
            ["Il a dit : « Oui. »", "M. Dupont est là.", "Qu'est-ce ?", "Rien."],
            ["¿Qué hora es?", "¡Ya voy!", "Son las tres."],
        ],
    )
    def test_known_hard_cases(self, expected: list[str]) -> None:
        glue = "" if expected[0].endswith("。") else " "
        text = glue.join(expected)
        assert [text[start:end] for start, end in sentences(text)] == expected

    def test_rows_items_and_headings_are_whole(self) -> None:
        lines = ["1. First item", "2. Second item", "• A point. ", "Net sales $ 1,000 $ 2.5", "Results"]
        text = "\n".join(lines)
        assert [text[start:end] for start, end in sentences(text)] == [line.strip() for line in lines]

    @settings(max_examples=60, deadline=None)
    @given(st.text(alphabet=st.sampled_from("aB1. !?\n\"'()[]«»。、Mr•-\u00a0é"), max_size=200))
    def test_nothing_is_lost_and_order_is_kept(self, text: str) -> None:
        spans = sentences(text)
        assert all(start < end for start, end in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
        assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


class TestSizes:
    def test_a_paragraph_stays_one_passage(self) -> None:
        (chunk,) = split(text_document(prose(15)))
        assert words(chunk.text) == 150

    def test_long_text_is_cut_between_sentences_into_even_passages(self) -> None:
        text = prose(100)
        chunks = split(text_document(text))
        assert " ".join(chunk.text for chunk in chunks) == text
        assert all(chunk.text.startswith("Sentence") and chunk.text.endswith("more.") for chunk in chunks)
        assert max(words(c.text) for c in chunks) - min(words(c.text) for c in chunks) <= 40

    def test_paragraph_ends_are_preferred(self) -> None:
        text = "\n\n".join(prose(9, start) for start in range(0, 90, 9))
        assert all(chunk.text.count("more.") % 9 == 0 for chunk in split(text_document(text)))

    def test_overlap_repeats_sentences_of_the_same_section(self) -> None:
        chunks = split(text_document(prose(60)), target_words=100, max_words=150, overlap_sentences=1)
        for before, after in pairwise(chunks):
            last = before.text[sentences(before.text)[-1][0] :]
            assert after.text.startswith(last)

    def test_a_sentence_is_cut_only_when_it_is_too_long(self) -> None:
        chunks = split(text_document("word, " * 1000))
        assert all(words(chunk.text) <= PassageSplitter().max_words for chunk in chunks)
        assert sum(words(chunk.text) for chunk in chunks) == 1000

    def test_text_without_spaces_is_cut_too(self) -> None:
        chunks = split(text_document("x" * 5000))
        assert "".join(chunk.text for chunk in chunks) == "x" * 5000
        assert all(tokens(chunk.indexed_text) <= TOKEN_LIMIT for chunk in chunks)

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.text(alphabet=st.sampled_from("ab cdé.\n1,;$%中文。"), min_size=1, max_size=800),
            min_size=1,
            max_size=4,
        )
    )
    def test_passages_fit_the_embedding(self, pages: list[str]) -> None:
        for chunk in split(text_document(*pages, title="A title of some words")):
            assert tokens(chunk.indexed_text) <= TOKEN_LIMIT
            assert chunk.text == chunk.text.strip()

    @pytest.mark.parametrize("sizes", [(0, 5, 0), (10, 5, 0), (5, 10, -1)])
    def test_senseless_sizes_are_refused(self, sizes: tuple[int, int, int]) -> None:
        with pytest.raises(ValueError, match="target_words"):
            PassageSplitter(*sizes)


class TestStructure:
    def test_context_is_title_and_sections(self) -> None:
        text = f"Intro\n{prose(12)}\nMethods\n{prose(12)}\nData\n{prose(12)}"
        headings = (
            Heading(1, "Intro", 1, 0),
            Heading(1, "Methods", 1, text.index("Methods")),
            Heading(2, "Data", 1, text.index("Data")),
        )
        chunks = split(text_document(text, headings=headings))
        assert [chunk.context for chunk in chunks] == [
            "Title › Intro",
            "Title › Methods",
            "Title › Methods › Data",
        ]
        assert chunks[1].text.startswith("Methods\n")
        assert chunks[1].indexed_text.startswith("Title › Methods\nMethods\n")

    def test_a_section_goes_on_over_pages(self) -> None:
        chunks = split(text_document(prose(5), prose(5), headings=(Heading(1, "All", 1, 0),)))
        assert [(chunk.page, chunk.context) for chunk in chunks] == [(1, "Title › All"), (2, "Title › All")]

    def test_small_sections_are_put_together(self) -> None:
        parts = [f"Part {n}\nOne short line of text." for n in range(4)]
        text = "\n".join(parts)
        headings = tuple(Heading(1, f"Part {n}", 1, text.index(f"Part {n}")) for n in range(4))
        assert [chunk.text for chunk in split(text_document(text, headings=headings))] == [text]

    def test_long_contexts_leave_room_for_the_passage(self) -> None:
        headings = tuple(Heading(n, "very long heading " * 20, 1, 0) for n in range(1, 6))
        for chunk in split(text_document(prose(60), headings=headings, title="long title " * 50)):
            assert tokens(chunk.indexed_text) <= TOKEN_LIMIT
            assert words(chunk.text) > 60

    def test_running_heads_and_page_numbers_are_left_out(self) -> None:
        pages = []
        bodies = [
            f"The {word} chapter is about {word} things. " * 3
            for word in ("red", "green", "blue", "white", "black", "brown")
        ]
        for number, body in enumerate(bodies, start=1):
            lines = ["Annual Report", body.strip(), f"Page {number}"]
            starts = [0, len(lines[0]) + 1, len(lines[0]) + len(lines[1]) + 2]
            pages.append(
                Page(
                    number,
                    "\n".join(lines),
                    lines=tuple(
                        Line(start, start + len(line), Rectangle(0.1, 0.1 * k, 0.9, 0.1 * k + 0.05))
                        for k, (start, line) in enumerate(zip(starts, lines, strict=True))
                    ),
                )
            )
        chunks = split(ParsedDocument(MediaType.PDF, "T", tuple(pages)))
        assert [chunk.text for chunk in chunks] == [body.strip() for body in bodies]

    def test_a_sentence_that_runs_over_the_page_is_kept_whole(self) -> None:
        first = f"{prose(4)} The last sentence of this page goes"
        second = f"on at the top of the next one. {prose(4, 50)}"
        chunks = split(text_document(first, second))
        assert chunks[0].text.endswith("The last sentence of this page goes on at the top of the next one.")
        assert chunks[1].text == prose(4, 50)
        assert [chunk.page for chunk in chunks] == [1, 2]

    def test_pages_without_words_make_no_passage(self) -> None:
        assert split(text_document("38", "", "— 7 —")) == []


class TestBoxesAndIds:
    def test_spans_are_the_lines_of_the_passage(self, tmp_path: Path) -> None:
        path = pdfs.saved(tmp_path, pdfs.labelled(pdfs.pdf([pdfs.PROSE * 8, pdfs.PROSE]), 0, 0, "/r"))
        document = read(path, "a.pdf")
        chunks = split(document)
        assert len(chunks) > 3
        assert [chunk.page_label for chunk in chunks if chunk.page == 1] == ["i"] * (len(chunks) - 1)
        for chunk in chunks:
            covered = list(chunk.text)
            for span in chunk.spans:
                assert 0 <= span.start < span.end <= len(chunk.text)
                assert span.page == chunk.page
                page_line = chunk.text[span.start : span.end]
                page = document.pages[span.page - 1]
                assert any(page_line in page.text[line.start : line.end] for line in page.lines)
                covered[span.start : span.end] = " " * (span.end - span.start)
            assert not "".join(covered).strip()

    def test_spans_of_a_sentence_over_two_pages_name_both(self, tmp_path: Path) -> None:
        data = pdfs.pdf([f"{pdfs.PROSE} The last sentence here goes", "on up there. A new one begins."])
        chunks = split(read(pdfs.saved(tmp_path, data), "a.pdf"))
        assert {span.page for span in chunks[0].spans} == {1, 2}
        last = chunks[0].spans[-1]
        assert chunks[0].text[last.start : last.end] == "on up there."
        assert last.rectangle.right < 0.4

    def test_ids_depend_on_index_document_and_ordinal_only(self) -> None:
        document = text_document(prose(60))
        splitter = PassageSplitter()

        def ids(document_id: str, index: str) -> list[str]:
            chunks = splitter.run(document=document, document_id=document_id, index=index)["chunks"]
            assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
            assert {chunk.document_id for chunk in chunks} == {document_id}
            return [chunk.id for chunk in chunks]

        assert ids("a", "x") == ids("a", "x")
        everything = ids("a", "x") + ids("b", "x") + ids("a", "y")
        assert len(set(everything)) == len(everything)
        assert all(len(one) == 32 and int(one, 16) >= 0 for one in everything)


class TestPipeline:
    def test_reader_and_splitter_run_from_yaml(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HAYSTACK_DESERIALIZATION_ALLOWLIST", "pipelines.*,domain.*")
        made = Pipeline()
        made.add_component("reader", DocumentReader())
        made.add_component("splitter", PassageSplitter(target_words=50, max_words=70))
        made.connect("reader.document", "splitter.document")
        loaded = Pipeline.loads(made.dumps())
        path = pdfs.saved(tmp_path, pdfs.pdf([pdfs.PROSE * 3]))
        seen: list[str] = []
        progress = Progress(lambda stage, done, total: seen.append(stage))
        result = loaded.run(
            {
                "reader": {"path": str(path), "name": "a.pdf", "progress": progress},
                "splitter": {"document_id": "d", "index": "i", "progress": progress},
            }
        )
        chunks = result["splitter"]["chunks"]
        assert all(words(chunk.text) <= 70 for chunk in chunks)
        assert len(chunks) >= 3
        assert set(seen) == {"read", "split"}

    def test_cancelling_stops(self) -> None:
        def stop(stage: str, done: int, total: int) -> None:
            raise Cancelled("Stopped.")

        with pytest.raises(Cancelled):
            PassageSplitter().run(text_document("Text."), "d", "i", Progress(stop))
