"""The File Index in a browser: files dropped, one of them fails, a document opened, a collection deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import App
from tests.pdfs import pdf

PAGES = ["The ferry to Sund leaves at eight.", "In winter it leaves at nine, and on Sundays not at all."]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "ferry.pdf").write_bytes(pdf(PAGES, title="Ferry"))
    (tmp_path / "bells.txt").write_text("The great bell was cast in 1734.")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    return [str(path) for path in sorted(tmp_path.iterdir())]


def make_collection(page: Page, name: str) -> None:
    page.get_by_role("button", name="New collection").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Documents")
    dialog.get_by_role("button", name="Create collection").click()
    expect(dialog).to_contain_text("already")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_role("button", name="Create collection").click()
    expect(dialog).to_be_hidden()


@pytest.mark.timeout(180)
def test_drop_retry_open_box_and_delete(admin_page: Page, app: App, files: list[str]) -> None:
    page = admin_page
    page.goto("/files")
    make_collection(page, "Harbour")
    page.locator("input[type=file]").set_input_files(files)
    failures = page.locator(".st-key-failures")
    expect(failures).to_contain_text("broken.pdf", timeout=90_000)
    failures.get_by_role("button", name="Try again").click()
    expect(failures).to_contain_text("broken.pdf")
    expect(page.locator(".st-key-jobs")).to_be_hidden(timeout=90_000)

    page.get_by_label("Filter by name").fill("ferry")
    page.get_by_label("Filter by name").press("Enter")
    table = page.locator('[data-testid="stDataFrame"]')
    expect(page.get_by_text("1 of 3 documents")).to_be_visible()
    table.locator(".dvn-scroller").click(position={"x": 20, "y": 55})
    page.get_by_role("button", name="Open document").click()
    picture = page.locator(".st-key-document_page img")
    expect(picture).to_be_visible()
    page.keyboard.press("ArrowRight")
    passage = page.locator('[class*="st-key-passage_closed"]')
    expect(passage).to_contain_text("In winter it leaves at nine")
    page.wait_for_url("**page=2**")
    plain = picture.get_attribute("src")
    passage.click()
    expect(page.locator('[class*="st-key-passage_open"]')).to_be_visible()
    expect(picture).not_to_have_attribute("src", plain or "")
    page.reload()
    expect(page.locator('[class*="st-key-passage_open"]')).to_contain_text("In winter it leaves at nine")

    page.get_by_role("button", name="All documents").click()
    expect(page.get_by_text("3 documents. Open a document")).to_be_visible()  # the page has come to rest
    page.get_by_role("button", name="Delete collection").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 documents, with 3 passages")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog).to_contain_text("Type the collection's name")
    dialog.get_by_label("Type “Harbour” to confirm").fill("Harbour")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("“Harbour” is deleted.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No documents yet")).to_be_visible()
    assert page.locator('[data-testid="stException"]').count() == 0
