"""The desk by keyboard in a real browser: each key has its button, rests while one types, and can be turned off."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_pages import Served, faults_of, served, terms_proposed

__all__ = ["served"]

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.timeout(300)]

SHOTS = os.environ.get("OFFCUT_TEST_SHOTS", "")
"""A folder for pictures of the desk, when somebody wants to look at them."""


def pictured(page: Page, name: str) -> None:
    """Check the page; keep a picture of it when asked to."""
    assert faults_of(page) == [], page.url
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def focused(page: Page) -> str:
    """What has the focus, as its words or its field's name."""
    return str(page.evaluate("document.activeElement.name || document.activeElement.innerText").strip())


def test_every_key_of_a_case_acts_has_a_button_rests_and_can_be_turned_off(served: Served) -> None:
    with served.visit("creator") as page:
        terms_proposed(page)
    with served.visit("reviewer") as page:
        page.goto("/desk")
        pictured(page, "desk")
        page.locator("tbody a").first.click()
        page.get_by_role("button", name="Claim this case").click()
        expect(page.get_by_text("You hold it until")).to_be_visible()
        pictured(page, "case")
        _steps(page)
        _compared(page)
        _resting(page)
        _searched(page)
        _changed(page)
        _off(page)
        page.keyboard.press("s")
        assert focused(page).startswith("Put aside")
        page.get_by_label("Put aside how long").select_option("4")
        page.get_by_role("button", name="Put aside").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Put aside by you")).to_be_visible()
        pictured(page, "aside")
        page.get_by_role("button", name="Back now").click()
        expect(page.get_by_text("Put aside by you")).to_have_count(0)


def _steps(page: Page) -> None:
    """J K [ ] N ? by key and by button."""
    page.keyboard.press("j")
    expect(page.locator("[data-item]").first).to_be_focused()
    page.keyboard.press("]")
    expect(page.locator("[data-item] ins, [data-item] del").first).to_be_focused()
    for name, where in (("Next change", "[data-item]"), ("Next difference", "[data-item] ins, [data-item] del")):
        page.get_by_role("button", name=name).click()
        assert page.locator(where).evaluate_all("all => all.includes(document.activeElement)"), name
    page.get_by_role("button", name="Write a note").click()
    assert focused(page) == "note"
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#all-keys")).to_have_attribute("open", "")


def _compared(page: Page) -> None:
    """D and T by key: in one text, and in the other language, and both stay."""
    expect(page.locator(".diff")).to_have_count(1)
    page.locator("h1").click()
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="Proposed, with what it changes")).to_be_visible()
    expect(page.locator(".diff")).to_have_count(0)
    assert page.locator(".side ins").count()
    pictured(page, "inline")
    page.keyboard.press("t")
    expect(page.locator(".side").first).to_have_attribute("lang", "fr")
    expect(page.locator(".diff")).to_have_count(0)
    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".diff")).to_have_count(1)
    expect(page.locator(".side").first).to_have_attribute("lang", "fr")


def _resting(page: Page) -> None:
    """No key acts while somebody types."""
    field = page.get_by_label("Note for colleagues")
    field.fill("")
    field.press_sequentially("dtjks?")
    assert field.input_value() == "dtjks?"
    expect(page.locator(".diff")).to_have_count(1)
    assert focused(page) == "text"
    field.fill("")


def _searched(page: Page) -> None:
    """`/` goes to the search; the case is found again by its studio's name, and J goes to it."""
    case = page.url.partition("?")[0]
    studio = page.locator("h1").inner_text()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(studio[:5])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="found for")).to_be_visible()
    pictured(page, "found")
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.locator("a[data-item]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(case)


def _changed(page: Page) -> None:
    """A key is changed, acts at once and after the page is loaded again; two keys change places; all go back."""
    page.keyboard.press("?")
    page.get_by_label("side by side or in one text").fill("x")
    expect(page.locator("#toggle-diff kbd")).to_have_text("X")
    pictured(page, "keys")
    page.reload()
    page.keyboard.press("d")
    expect(page.locator(".diff")).to_have_count(1)
    page.keyboard.press("x")
    expect(page.locator(".diff")).to_have_count(0)
    page.keyboard.press("x")
    expect(page.locator(".diff")).to_have_count(1)
    page.keyboard.press("?")
    page.get_by_label("next change", exact=True).fill("K")
    expect(page.get_by_label("previous change", exact=True)).to_have_value("J")
    page.get_by_label("next change", exact=True).fill("5")
    expect(page.get_by_label("next change", exact=True)).to_have_value("K")
    page.get_by_role("button", name="All keys as they were").click()
    expect(page.get_by_label("next change", exact=True)).to_have_value("J")
    expect(page.locator("#toggle-diff kbd")).to_have_text("D")
    page.locator("h1").click()


def _off(page: Page) -> None:
    """Single keys are turned off on the page, and stay off after it is loaded again; buttons go on."""
    page.locator("#all-keys").evaluate("one => { one.open = true; }")
    page.get_by_label("Single keys act on this page").uncheck()
    page.locator("h1").click()
    page.keyboard.press("d")
    expect(page.locator(".diff")).to_have_count(1)
    page.reload()
    page.keyboard.press("d")
    expect(page.locator(".diff")).to_have_count(1)
    page.get_by_role("button", name="Next change").click()
    expect(page.locator("[data-item]").first).to_be_focused()
    page.locator("#all-keys").evaluate("one => { one.open = true; }")
    page.get_by_label("Single keys act on this page").check()
    page.locator("h1").click()
