"""Pages are drawn with the passage boxed, and a quoted span is found on the page."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from domain.documents import Rectangle, Span
from domain.errors import NotFound, UnreadableDocument
from pipelines.preview import ACCENT, locate, render_page
from pipelines.readers import read
from pipelines.splitter import PassageSplitter
from tests import pdfs

WHOLE = Rectangle(0.1, 0.1, 0.9, 0.12)


def picture(path: Path, *args, **kwargs) -> Image.Image:
    data = render_page(path, *args, **kwargs)
    assert data is not None
    return Image.open(io.BytesIO(data)).convert("RGB")


class TestRenderPage:
    def test_size_and_highlight(self, tmp_path: Path) -> None:
        path = pdfs.saved(tmp_path, pdfs.pdf([pdfs.PROSE]))
        plain = picture(path, 1, width_px=600)
        boxed = picture(path, 1, [Rectangle(0.2, 0.5, 0.6, 0.6)], 600)
        assert plain.size == boxed.size == (600, 849)
        assert plain.getpixel((240, 470)) == (255, 255, 255)
        inside = boxed.getpixel((240, 470))
        assert inside[0] < 220 < inside[1]  # tinted, still light enough to read through
        assert boxed.getpixel((30, 30)) == plain.getpixel((30, 30)) == (255, 255, 255)
        frame = boxed.getpixel((240, round(0.5 * 849 - 0.004 * 600)))
        assert max(abs(seen - wanted) for seen, wanted in zip(frame, ACCENT, strict=True)) < 40

    def test_letters_stay_black_under_a_box(self, tmp_path: Path) -> None:
        path = pdfs.saved(tmp_path, pdfs.pdf([pdfs.PROSE]))
        line = read(path, "a.pdf").pages[0].lines[0].rectangle
        assert line is not None
        boxed = picture(path, 1, [line], 800)
        box = (line.left * 800, line.top * boxed.height, line.right * 800, line.bottom * boxed.height)
        assert boxed.crop(box).convert("L").getextrema()[0] < 40

    def test_a_rotated_page_is_drawn_as_it_is_shown(self, tmp_path: Path) -> None:
        image = picture(pdfs.saved(tmp_path, pdfs.rotated(pdfs.pdf(["Text."]), 90)), 1)
        assert image.width > image.height

    def test_a_page_that_does_not_exist(self, tmp_path: Path) -> None:
        path = pdfs.saved(tmp_path, pdfs.pdf(["Text."]))
        for number in (0, 2):
            with pytest.raises(NotFound, match="1 pages"):
                render_page(path, number)

    def test_formats_without_pictures(self, tmp_path: Path) -> None:
        assert render_page(pdfs.saved(tmp_path, b"Hello.", "a.txt"), 1) is None

    def test_damaged_and_missing_files(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableDocument):
            render_page(pdfs.saved(tmp_path, pdfs.pdf(["Text."])[:200]), 1)
        with pytest.raises(UnreadableDocument):
            render_page(tmp_path / "gone.pdf", 1)

    def test_boxes_and_widths_out_of_range_are_drawn_within_the_page(self, tmp_path: Path) -> None:
        path = pdfs.saved(tmp_path, pdfs.pdf(["Text."]))
        assert picture(path, 1, [Rectangle(-3, -3, 9, 9), Rectangle(0.5, 0.5, 0.5, 0.5)], 1).width == 100
        assert picture(path, 1, width_px=10**9).width == 3000


class TestLocate:
    def test_a_part_of_a_line_is_narrowed(self) -> None:
        ((page, box),) = locate([Span(0, 40, 3, WHOLE)], 10, 20)
        assert page == 3
        assert (box.left, box.right) == (pytest.approx(0.3), pytest.approx(0.5))
        assert (box.top, box.bottom) == (0.1, 0.12)

    def test_whole_lines_of_a_paragraph_become_one_box(self) -> None:
        spans = [
            Span(n * 10, n * 10 + 9, 1, Rectangle(0.1, 0.1 + n * 0.02, 0.9, 0.115 + n * 0.02))
            for n in range(3)
        ]
        assert locate(spans, 0, 29) == [(1, Rectangle(0.1, 0.1, 0.9, 0.155))]

    def test_columns_and_pages_stay_apart(self) -> None:
        spans = [
            Span(0, 9, 1, Rectangle(0.1, 0.1, 0.45, 0.12)),
            Span(10, 19, 1, Rectangle(0.55, 0.1, 0.9, 0.12)),
            Span(20, 29, 2, Rectangle(0.1, 0.1, 0.45, 0.12)),
        ]
        assert locate(spans, 0, 29) == [(span.page, span.rectangle) for span in spans]

    def test_nothing_is_boxed_outside_the_span(self) -> None:
        assert locate([Span(0, 40, 1, WHOLE)], 40, 50) == []
        assert locate([], 0, 10) == []

    def test_a_sentence_of_a_real_page_is_found(self, tmp_path: Path) -> None:
        path = pdfs.saved(tmp_path, pdfs.pdf([pdfs.PROSE]))
        document = read(path, "a.pdf")
        (chunk,) = PassageSplitter().run(document=document, document_id="d", index="i")["chunks"]
        start = chunk.text.index("Not one of them was lost.")
        boxes = locate(chunk.spans, start, start + len("Not one of them was lost."))
        page = picture(path, 1, width_px=1200)
        blank = page.convert("L")
        for number, box in boxes:
            assert number == 1
            assert box.right - box.left < 0.5
            left, top = int(box.left * page.width), int(box.top * page.height)
            right, bottom = int(box.right * page.width), int(box.bottom * page.height)
            assert blank.crop((left, top, right, bottom)).getextrema()[0] < 100
