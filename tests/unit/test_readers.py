"""Files become text with pages, boxes and structure, or one clear sentence says why not."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

import pytest
from haystack import Pipeline
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.documents import MediaType, ParsedDocument
from domain.errors import Cancelled, UnreadableDocument
from domain.progress import Progress
from pipelines.preview import render_page
from pipelines.readers import DocumentReader, read
from tests import pdfs


def read_bytes(folder: Path, data: bytes, name: str = "document.pdf") -> ParsedDocument:
    return read(pdfs.saved(folder, data, "stored"), name)


def refusal(folder: Path, data: bytes, name: str = "document.pdf") -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read_bytes(folder, data, name)
    message = str(caught.value)
    assert name in message
    assert "\n" not in message
    assert str(folder) not in message
    return message


def assert_lines_fit(document: ParsedDocument) -> None:
    for page in document.pages:
        before = 0
        for line in page.lines:
            assert before <= line.start < line.end <= len(page.text)
            assert page.text[line.start : line.end].strip()
            before = line.end
        uncovered = list(page.text)
        for line in page.lines:
            uncovered[line.start : line.end] = " " * (line.end - line.start)
        assert not "".join(uncovered).strip()


class TestPdf:
    def test_text_pages_and_facts(self, tmp_path: Path) -> None:
        document = read_bytes(
            tmp_path, pdfs.pdf([pdfs.PROSE, "Second page."], title="A Small Library", author="A. Writer")
        )
        assert document.media_type is MediaType.PDF
        assert document.title == "A Small Library"
        assert document.metadata["author"] == "A. Writer"
        assert document.metadata["created"].startswith("20")
        assert [page.number for page in document.pages] == [1, 2]
        assert document.pages[0].text == pdfs.PROSE  # wrapped on the page, one paragraph again here
        assert len(document.pages[0].lines) > 3
        assert_lines_fit(document)
        assert document.warnings == ()

    @pytest.mark.parametrize("title", ["Microsoft Word - draft 3.doc", "report.indd", "0001018724-18", "  "])
    def test_machine_made_titles_give_way_to_the_name(self, tmp_path: Path, title: str) -> None:
        document = read_bytes(tmp_path, pdfs.pdf(["Text."], title=title), "Annual_report 2024.pdf")
        assert document.title == "Annual report 2024"

    def test_rows_of_a_table_stay_lines(self, tmp_path: Path) -> None:
        table = "Net product sales $ 79,268 $ 94,665\nNet service sales 27,738 41,322\nTotal 107,006 135,987"
        assert read_bytes(tmp_path, pdfs.pdf([table])).pages[0].text == table

    def test_a_row_that_the_file_draws_in_pieces_is_one_line(self, tmp_path: Path) -> None:
        row = pdfs.placed(
            [(20, 30, "Medical Device Regulation"), (120, 30, "88"), (150, 30, "73"), (20, 45, "End.")]
        )
        assert read_bytes(tmp_path, row).pages[0].text == "Medical Device Regulation 88 73\nEnd."

    def test_list_items_and_paragraphs_stay_apart(self, tmp_path: Path) -> None:
        text = read_bytes(tmp_path, pdfs.pdf([f"{pdfs.PROSE}\n\nBring:\n- a cup\n- a spoon"])).pages[0].text
        assert text == f"{pdfs.PROSE}\nBring:\n- a cup\n- a spoon"

    def test_words_broken_over_lines_are_joined(self, tmp_path: Path) -> None:
        text = "We will re-\nquire a long-\nterm plan. The long-term view counts."
        page = read_bytes(tmp_path, pdfs.pdf([text])).pages[0]
        assert "require a long-term plan" in page.text
        assert_lines_fit(read_bytes(tmp_path, pdfs.pdf([text])))

    def test_roman_page_labels(self, tmp_path: Path) -> None:
        data = pdfs.labelled(pdfs.pdf([f"Page {n}." for n in range(5)]), 0, 1, "/r")
        document = read_bytes(tmp_path, data)
        assert [page.label for page in document.pages] == ["i", "ii", "1", "2", "3"]
        assert [page.number for page in document.pages] == [1, 2, 3, 4, 5]

    def test_outline_opens_sections_where_their_titles_stand(self, tmp_path: Path) -> None:
        document = read_bytes(
            tmp_path,
            pdfs.outlined(
                [(1, "History", pdfs.PROSE), (2, "The flood", pdfs.PROSE * 9), (1, "Visits", pdfs.PROSE)]
            ),
        )
        assert [(h.level, h.title) for h in document.headings] == [
            (1, "History"),
            (2, "The flood"),
            (1, "Visits"),
        ]
        for heading in document.headings:
            assert document.pages[heading.page - 1].text[heading.offset :].startswith(heading.title)

    def test_pages_without_text_are_a_warning(self, tmp_path: Path) -> None:
        document = read_bytes(tmp_path, pdfs.pdf(["First.", "", "Third."]))
        assert len(document.warnings) == 1
        assert "1 of 3 pages (2)" in document.warnings[0]

    def test_hidden_characters_do_not_get_through(self, tmp_path: Path) -> None:
        hidden = "a\u200bb\u202e c\x07 \U000e0041d\u00ad and more text than that".encode()
        assert read_bytes(tmp_path, hidden, "a.txt").pages[0].text == "ab c d and more text than that"

    def test_text_outside_the_shown_part_of_the_page_is_left_out(self, tmp_path: Path) -> None:
        data = pdfs.pdf(["Shown above.\n\n\n\n\n\n\n\n\n\n\n\nCut away below."])
        page = read_bytes(tmp_path, pdfs.cropped(data, 0, 700, 595, 842)).pages[0]
        assert page.text == "Shown above."


class TestBoxes:
    @pytest.mark.parametrize("degrees", [0, 90, 180, 270])
    @pytest.mark.parametrize("crop", [None, (40, 500, 500, 820)])
    def test_there_is_ink_under_every_box_and_none_elsewhere(
        self, tmp_path: Path, degrees: int, crop: tuple[float, float, float, float] | None
    ) -> None:
        data = pdfs.pdf([pdfs.PROSE])
        data = pdfs.cropped(data, *crop) if crop else data
        path = pdfs.saved(tmp_path, pdfs.rotated(data, degrees))
        lines = read(path, "a.pdf").pages[0].lines
        picture = render_page(path, 1, width_px=800)
        assert picture is not None
        (tmp_path / "page.png").write_bytes(picture)
        with Image.open(tmp_path / "page.png") as opened:
            image = opened.convert("L")
        for line in lines:
            assert line.rectangle is not None
            box = pixels(line.rectangle, image)
            assert image.crop(box).getextrema()[0] < 100
            image.paste(255, box)
        assert image.getextrema()[0] > 200

    def test_characters_of_two_units_do_not_shift_the_boxes_after_them(self, tmp_path: Path) -> None:
        data = pdfs.placed(
            [(20, 30, "QQQQ letters QQQQ"), (20, 45, "Second"), (20, 60, "A third and longer")]
        )
        page = read_bytes(tmp_path, pdfs.remapped(data, "Q", "𝔸")).pages[0]
        assert page.text == "𝔸𝔸𝔸𝔸 letters 𝔸𝔸𝔸𝔸\nSecond\nA third and longer"
        lines = page.lines
        tops = [line.rectangle.top for line in lines]
        heights = [line.rectangle.bottom - line.rectangle.top for line in lines]
        assert tops[0] < tops[1] < tops[2]
        assert max(heights) < 1.2 * min(heights)
        assert lines[1].rectangle.right < lines[2].rectangle.right


def pixels(rectangle, image):
    return (
        int(rectangle.left * image.width) - 1,
        int(rectangle.top * image.height) - 1,
        int(rectangle.right * image.width) + 2,
        int(rectangle.bottom * image.height) + 2,
    )


class TestRefusals:
    def test_no_bytes(self, tmp_path: Path) -> None:
        assert "is empty" in refusal(tmp_path, b"")

    def test_an_image_that_calls_itself_a_pdf(self, tmp_path: Path) -> None:
        Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
        assert "PNG image" in refusal(tmp_path, (tmp_path / "a.png").read_bytes())

    def test_text_that_calls_itself_a_pdf(self, tmp_path: Path) -> None:
        assert "is not a PDF" in refusal(tmp_path, b"Dear all, please find attached")

    @pytest.mark.parametrize("share", [0.05, 0.3, 0.6])
    def test_truncated(self, tmp_path: Path, share: float) -> None:
        data = pdfs.pdf([pdfs.PROSE])
        assert "damaged or incomplete" in refusal(tmp_path, data[: int(len(data) * share)])

    def test_cut_off_at_the_very_end_is_read_with_a_warning(self, tmp_path: Path) -> None:
        data = pdfs.pdf([pdfs.PROSE])
        document = read_bytes(tmp_path, data[: data.rindex(b"startxref")])
        assert document.pages[0].text.startswith("The library opened")
        assert "cut off" in document.warnings[-1]

    def test_a_password_is_asked_for(self, tmp_path: Path) -> None:
        assert "password" in refusal(tmp_path, pdfs.encrypted(pdfs.pdf(["Secret."]), "1234"))

    def test_an_empty_password_opens(self, tmp_path: Path) -> None:
        data = pdfs.encrypted(pdfs.pdf(["Open to all."], title="Plain and Open"), "")
        document = read_bytes(tmp_path, data)
        assert document.pages[0].text == "Open to all."
        assert document.title == "Plain and Open"

    def test_pictures_of_text_need_ocr(self, tmp_path: Path) -> None:
        message = refusal(tmp_path, pdfs.image_only(2))
        assert "any of its 2 pages" in message
        assert "OCR" in message

    def test_binary_data_as_text(self, tmp_path: Path) -> None:
        assert "binary" in refusal(tmp_path, bytes(range(256)) * 20, "notes.txt")

    def test_white_space_only(self, tmp_path: Path) -> None:
        assert "no text" in refusal(tmp_path, b" \n\n\t ", "notes.txt")
        assert "no text" in refusal(tmp_path, b" \n\n\t ", "notes.md")

    def test_archives_and_office_files(self, tmp_path: Path) -> None:
        assert "Office" in refusal(tmp_path, b"PK\x03\x04" + bytes(99), "report.docx")

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableDocument, match="cannot be opened"):
            read(tmp_path / "gone", "gone.pdf")


class TestWhatPdfiumRefuses:
    def test_pypdf_reads_instead_without_boxes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import pypdfium2

        def refuse(path: Path) -> None:
            raise pypdfium2.PdfiumError("no", err_code=3)

        monkeypatch.setattr("pipelines.readers.pdfium._open", refuse)
        document = read_bytes(tmp_path, pdfs.pdf([pdfs.PROSE, "Second page."]))
        assert "The library opened in 1904" in document.pages[0].text
        assert document.pages[1].text == "Second page."
        assert all(line.rectangle is None for page in document.pages for line in page.lines)
        assert "boxed" in document.warnings[0]


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
    def test_encodings(self, tmp_path: Path, encoding: str) -> None:
        text = "Où est le café “Zoë” ? Il coûte 3 € à l'été, naïveté comprise, et la façade est rénovée."
        assert read_bytes(tmp_path, text.encode(encoding), "café.txt").pages[0].text == text

    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("cp1250", "Zażółć gęślą jaźń, proszę się nie bać, bo wszystko będzie dobrze."),
            ("cp1251", "Съешь ещё этих мягких французских булок, да выпей чаю."),
            ("shift_jis", "これは日本語の文章です。今日は天気がいいですね。"),
            ("gb18030", "这是一个中文句子。今天天气很好，我们去公园吧。"),
        ],
    )
    def test_old_encodings_of_other_scripts(self, tmp_path: Path, encoding: str, text: str) -> None:
        assert read_bytes(tmp_path, text.encode(encoding), "a.txt").pages[0].text == text

    def test_form_feeds_part_pages(self, tmp_path: Path) -> None:
        document = read_bytes(tmp_path, b"One.\fTwo.\fThree.", "a.txt")
        assert [page.text for page in document.pages] == ["One.", "Two.", "Three."]

    def test_hard_wrapped_lines_become_paragraphs(self, tmp_path: Path) -> None:
        wrapped = (
            b"The quick brown fox jumps over the lazy dog and runs\n"
            b"into the forest where it meets a bear that is asleep\n"
            b"under a tree.\n\nNext paragraph.\n- item one\n- item two\n"
        )
        assert read_bytes(tmp_path, wrapped, "a.txt").pages[0].text == (
            "The quick brown fox jumps over the lazy dog and runs into the forest where it meets a bear "
            "that is asleep under a tree.\n\nNext paragraph.\n- item one\n- item two"
        )

    def test_a_pdf_is_a_pdf_whatever_its_name(self, tmp_path: Path) -> None:
        assert read_bytes(tmp_path, pdfs.pdf(["Hello."]), "notes.txt").media_type is MediaType.PDF


class TestMarkdown:
    SOURCE = """---
title: "The Guide"
author: Nobody
---
# Start

Some **bold** and _soft_ text with a [link](https://example.org) that
goes on.

Setup
-----
- one *item*
- `two` items

| a | b |
|---|---|
| 1 | 2 |

```python
# not a heading
x = a*b*c
```
<!-- hidden -->
## Deeper ##
End. snake_case_name stays.
"""

    def test_headings_and_plain_words(self, tmp_path: Path) -> None:
        document = read_bytes(tmp_path, self.SOURCE.encode(), "guide.md")
        page = document.pages[0]
        assert document.title == "The Guide"
        assert document.metadata == {"author": "Nobody"}
        assert [(h.level, h.title) for h in document.headings] == [(1, "Start"), (2, "Setup"), (2, "Deeper")]
        for heading in document.headings:
            assert page.text[heading.offset :].startswith(heading.title)
        assert "Some bold and soft text with a link that goes on." in page.text
        assert "- one item\n- two items" in page.text
        assert "a | b\n1 | 2" in page.text
        assert "```python\n# not a heading\nx = a*b*c\n```" in page.text
        assert "hidden" not in page.text
        assert page.text.endswith("End. snake_case_name stays.")

    def test_first_heading_is_the_title_without_front_matter(self, tmp_path: Path) -> None:
        assert read_bytes(tmp_path, b"Intro\n\n# Real *title*\n", "x.md").title == "Real title"


class TestProgressAndComponent:
    def test_pages_are_reported_and_cancelling_stops(self, tmp_path: Path) -> None:
        path = pdfs.saved(tmp_path, pdfs.pdf([f"Page {n}." for n in range(4)]))
        seen: list[tuple[str, int, int]] = []

        def stop(stage: str, done: int, total: int) -> None:
            seen.append((stage, done, total))
            if done == 2:
                raise Cancelled("Stopped.")

        with pytest.raises(Cancelled):
            read(path, "a.pdf", Progress(stop))
        assert seen == [("read", 0, 4), ("read", 1, 4), ("read", 2, 4)]

    def test_threads_read_side_by_side(self, tmp_path: Path) -> None:
        path = pdfs.saved(tmp_path, pdfs.pdf([pdfs.PROSE] * 12))
        results: list[bool] = []

        def work() -> None:
            results.append(all(page.text == pdfs.PROSE for page in read(path, "a.pdf").pages))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [True] * 4

    def test_it_is_a_component_without_paths_of_its_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HAYSTACK_DESERIALIZATION_ALLOWLIST", "pipelines.*")
        pipeline = Pipeline()
        pipeline.add_component("reader", DocumentReader())
        yaml = pipeline.dumps()
        assert str(tmp_path) not in yaml
        path = pdfs.saved(tmp_path, b"Hello there.", "a.txt")
        result = pipeline.run({"reader": {"path": str(path), "name": "a.txt", "progress": Progress()}})
        assert result["reader"]["document"].pages[0].text == "Hello there."


@pytest.mark.slow
class TestHostileFiles:
    def test_a_thousand_pages(self, tmp_path: Path) -> None:
        document = read_bytes(tmp_path, pdfs.pdf([f"Page {n}. {pdfs.PROSE}" for n in range(1, 1001)]))
        assert len(document.pages) == 1000
        assert document.pages[999].text.startswith("Page 1000.")

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_mutated_pdfs_are_read_or_refused(self, tmp_path: Path, data: st.DataObject) -> None:
        original = bytearray(hostile_original())
        for _ in range(data.draw(st.integers(1, 12))):
            where = data.draw(st.integers(0, len(original) - 1))
            kind = data.draw(st.sampled_from(["byte", "cut", "double", "number"]))
            length = data.draw(st.integers(1, 60))
            if kind == "byte":
                original[where] = data.draw(st.integers(0, 255))
            elif kind == "cut":
                del original[where : where + length]
            elif kind == "double":
                original[where:where] = original[where : where + length]
            else:
                original[where : where + 1] = str(data.draw(st.integers(-(2**40), 2**40))).encode()
            if not original:
                break
        path = pdfs.saved(tmp_path, bytes(original))
        try:
            document = read(path, "a.pdf")
        except UnreadableDocument:
            return
        assert_lines_fit(document)

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(content=st.binary(max_size=400), name=st.sampled_from(["a.txt", "a.md", "a.pdf", "a"]))
    def test_any_bytes_are_read_or_refused(self, tmp_path: Path, content: bytes, name: str) -> None:
        try:
            document = read(pdfs.saved(tmp_path, content), name)
        except UnreadableDocument:
            return
        for page in document.pages:
            page.text.encode()


@cache
def hostile_original() -> bytes:
    return pdfs.labelled(pdfs.outlined([(1, "One", pdfs.PROSE), (2, "Two", pdfs.PROSE * 16)]), 0, 0, "/r")
