"""The whole story in a browser: upload, ask, read the evidence, find the run, delete, ask again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import App
from tests.pdfs import pdf

EVAL_DIR = os.environ.get("EVIDENTIA_EVAL_DIR")
PAGES = [
    "Handbook of the Sund pilots. This page names the boats of the harbour and their skippers, "
    "and says where ropes, tar and lamp oil are kept in winter.",
    "The lighthouse of Sund was lit for the first time in 1862. Its lamp can be seen from a distance of "
    "18 nautical miles. Two keepers live in the tower and change their watch every six hours.",
    "The harbour is nine metres deep at low tide. Ships of more than 120 metres need a pilot.",
]
QUESTION = "In which year was the lighthouse of Sund lit for the first time?"


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    path = tmp_path / "pilots.pdf"
    path.write_bytes(pdf(PAGES, title="Handbook of the Sund pilots"))
    return path


def upload(page: Page, path: Path) -> None:
    page.goto("/files")
    files = page.locator("input[type=file]")
    expect(files).to_be_attached()
    files.set_input_files(str(path))
    expect(page.get_by_text("is added")).to_be_visible()


def wait_until_ready(app: App, path: Path) -> None:
    """Adding the same content again adds nothing and waits for what is there."""
    app.manage("ingest", str(path), "--collection", "Documents")


def ask(page: Page, question: str) -> None:
    box = page.get_by_placeholder("Ask about your documents")
    box.fill(question, timeout=200_000)  # it opens by itself as soon as a document is ready
    box.press("Enter")
    expect(page.get_by_text("searched ·").last).to_be_visible(timeout=30_000)


@pytest.mark.timeout(240)
def test_upload_ask_see_why_find_the_run_delete_and_ask_again(admin_page: Page, handbook: Path) -> None:
    page = admin_page
    upload(page, handbook)
    page.goto("/")
    ask(page, QUESTION)
    answer = page.locator('[class*="st-key-reply_"]').last
    expect(answer).to_contain_text("1862")
    panel = page.locator(".st-key-evidence_panel")
    expect(panel).to_contain_text("pilots.pdf")
    expect(panel).to_contain_text("page 2")
    expect(panel).to_contain_text("Relevance")
    expect(panel.locator("img").first).to_be_visible()
    assert page.locator('[data-testid="stException"]').count() == 0

    page.reload()
    expect(page.locator('[class*="st-key-reply_"]').last).to_contain_text("1862")
    expect(page.locator(".st-key-evidence_panel")).to_contain_text("pilots.pdf")

    page.goto("/analytics")
    expect(page.get_by_text("Confidence").first).to_be_visible()
    assert page.locator('[data-testid="stException"]').count() == 0
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


@pytest.mark.timeout(240)
def test_an_answer_is_gone_with_its_document(admin_page: Page, app, handbook: Path, tmp_path: Path) -> None:
    page = admin_page
    app.manage("ingest", str(handbook), "--collection", "Documents")
    path = tmp_path / "bells.txt"
    path.write_text("The great bell of Vik was cast in 1734 and weighs 4100 kilograms. It is rung at noon.")
    upload(page, path)
    wait_until_ready(app, path)
    page.goto("/")
    ask(page, "When was the great bell of Vik cast?")
    expect(page.locator('[class*="st-key-reply_"]').last).to_contain_text("1734")
    page.goto("/files")
    table = page.locator('[data-testid="stDataFrame"]')
    expect(table).to_be_visible()
    table.locator(".dvn-scroller").click(position={"x": 20, "y": 55})
    page.get_by_role("button", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("bells.txt")
    dialog.get_by_role("button", name="Delete 1").click()
    expect(dialog).to_be_hidden()
    page.goto("/")
    ask(page, "When was the great bell of Vik cast?")
    expect(page.locator('[class*="st-key-reply_"]').last).not_to_contain_text("1734")


@pytest.mark.skipif(not EVAL_DIR, reason="EVIDENTIA_EVAL_DIR names no folder with real documents")
@pytest.mark.timeout(400)
def test_a_real_quarterly_report(admin_page: Page, app: App) -> None:
    page = admin_page
    report = sorted((Path(EVAL_DIR or "") / "kgrag-sec10q" / "docs").glob("*.pdf"))[0]
    upload(page, report)
    wait_until_ready(app, report)
    page.goto("/")
    ask(page, "How did iPhone net sales develop during the third quarter of 2022, and why?")
    reply = page.locator('[class*="st-key-reply_"]').last
    expect(reply).to_contain_text("iPhone net sales increased")
    expect(page.locator(".st-key-evidence_panel")).to_contain_text(report.name)
    expect(page.locator(".st-key-evidence_panel img").first).to_be_visible()
