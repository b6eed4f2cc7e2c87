"""Resources in a browser: a model is added, tested and made to answer; a user is added and can sign in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import choose_password, navigation, sign_in
from tests.scripted import Scripted

KEY = "sk-secret-0123456789"


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted(models=("small", "large")) as made:
        yield made


def test_a_model_is_listed_tested_saved_edited_and_deleted(admin_page: Page, server: Scripted) -> None:
    page = admin_page
    page.goto("/resources")
    page.get_by_role("button", name="Add model").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Base URL", exact=True).fill(server.base_url)
    dialog.get_by_label("Base URL", exact=True).press("Enter")
    dialog.get_by_role("button", name="List models").click()
    dialog.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="large").click()
    dialog.get_by_label("Key", exact=True).fill(KEY)
    dialog.get_by_role("button", name="Test and save").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("added by admin · key stored, encrypted · tested just now")).to_be_visible()
    expect(page.get_by_text("Default", exact=True).first).to_be_visible()
    assert KEY not in page.content()

    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("tested just now")).to_be_visible()
    page.get_by_role("button", name="More").first.click()
    page.get_by_text("Edit", exact=True).click()
    expect(dialog.get_by_label("Key", exact=True)).to_have_value("")
    dialog.get_by_label("Name", exact=True).fill("Big one")
    dialog.get_by_role("button", name="Test and save").click()
    expect(page.get_by_text("Big one", exact=True)).to_be_visible()

    page.get_by_role("button", name="More").first.click()
    page.get_by_text("Delete", exact=True).last.click()
    expect(
        dialog.get_by_text("Extractive, which is part of the program, becomes the default")
    ).to_be_visible()
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Big one", exact=True)).to_be_hidden()


def test_a_user_is_added_and_signs_in_with_the_password_shown_once(admin_page: Page, page: Page) -> None:
    admin_page.goto("/resources")
    admin_page.get_by_role("tab", name="Users").click()
    admin_page.get_by_role("button", name="Add user").click()
    dialog = admin_page.get_by_role("dialog")
    dialog.get_by_label("User name", exact=True).fill("mary")
    dialog.get_by_role("button", name="Add user").click()
    password = dialog.locator("code").inner_text()
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_be_hidden()
    sign_in(page, "mary", password)
    choose_password(page, password, "a password of her own")
    expect(navigation(page)).to_be_visible()
    expect(page.get_by_role("link", name="Resources")).to_be_hidden()
    page.goto("/resources")
    expect(page.get_by_text("This page is for admins")).to_be_visible()
