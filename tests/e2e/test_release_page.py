"""Signing a release in a real browser, on a phone, without an account; then taking it back."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.test_pages import Served, faults_of, served, upload_and_wait
from tests.media import clip

__all__ = ["served"]

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.timeout(300)]


def link_made(page: Page, label: str, kind: str) -> str:
    """List somebody on the newest clip and ask for a release; return the signing link, read off the page."""
    page.goto("/studio")
    page.locator("#library li.tile a[href^='/studio/clips/']").first.click()
    page.get_by_role("link", name="Who or what does this clip show?").click()
    page.get_by_label("It is", exact=True).select_option(kind)
    page.get_by_label("How you tell them apart").fill(label)
    page.get_by_role("button", name="List it").click()
    assert faults_of(page) == []
    mine = page.locator("ul.lines > li", has=page.get_by_role("heading", name=label))
    mine.get_by_text("Ask for a release by a link").click()
    mine.get_by_label("Name, as it stands in the text").fill("Ada Nord")
    mine.get_by_label("What was filmed").fill("street interview, Lyon, May 2026")
    mine.get_by_role("button", name="Make the signing link").click()
    assert faults_of(page) == []
    return page.locator("#link").input_value()


def test_a_guest_signs_on_a_phone_keeps_a_receipt_and_takes_it_back(served: Served) -> None:
    with served.visit("creator") as page:
        upload_and_wait(page, [clip("full_hd.mp4")])
        link = link_made(page, "woman in the red coat", "person")
    seen: list[Response] = []

    def keep(one: Response) -> None:
        seen.append(one)

    with served.visit(narrow=True) as page:
        page.on("response", keep)
        page.goto(link)
        expect(page.get_by_role("heading", name="asks for your permission")).to_be_visible()
        assert faults_of(page) == []
        assert page.locator("input[type=radio]:checked").count() == 0, "nothing is chosen beforehand"
        still = page.locator("ul.tiles img").first
        expect(still).to_be_visible()
        assert still.evaluate("one => one.complete && one.naturalWidth > 0")
        page.get_by_role("button", name="Sign", exact=True).click()
        assert page.url == link, "the browser asks for the missing answers before anything is sent"
        page.get_by_role("group", name="May these recordings").get_by_label("Yes").check()
        page.get_by_role("group", name="If yes").get_by_label("No").check()
        page.get_by_label("Your name").fill("Ada Nord")
        page.get_by_role("button", name="Sign", exact=True).click()
        page.wait_for_url("**/release/kept/*")
        expect(page.get_by_text("Signed. Thank you.")).to_be_visible()
        assert faults_of(page) == []
        token = link.rsplit("/", 1)[1]
        others = [one.request for one in seen if token not in one.url]
        assert others
        assert not [one.url for one in others if token in one.headers.get("referer", "")], "no address leaks"
        with page.expect_download() as download:
            page.get_by_text("Download the receipt").click()
        said = json.loads(download.value.path().read_text())
        assert (said["signed_by"], said["ai_training"]) == ("Ada Nord", "non_generative")
        mine = page.url
    with served.visit("creator") as page:
        page.goto("/studio")
        page.locator("#library li.tile a[href^='/studio/clips/']").first.click()
        expect(page.get_by_text("for AI that recognises or acts")).to_be_visible()
    with served.visit(narrow=True) as page:
        page.goto(mine)
        page.get_by_text("Take it back", exact=True).click()
        page.get_by_role("button", name="Take my permission back").click()
        expect(page.get_by_text("This permission was taken back.")).to_be_visible()
    with served.visit("creator") as page:
        page.goto("/studio/people")
        expect(page.get_by_text("The release was taken back.")).to_be_visible()


def test_a_guardian_signs_in_french_and_a_spent_link_says_so(served: Served) -> None:
    with served.visit("creator") as page:
        upload_and_wait(page, [clip("portrait.mp4")])
        link = link_made(page, "boy with a kite", "minor")
    with served.visit(language="fr", narrow=True, dark=True) as page:
        page.context.add_cookies([{"name": "django_language", "value": "fr", "url": served.url}])
        page.goto(link)
        assert page.locator("html").get_attribute("lang") == "fr"
        assert faults_of(page) == []
        page.locator("input[name=ai_training][value=no]").check()
        page.locator("#minor_name").fill("Kim Nord")
        page.locator("#guardian_relation").fill("mère")
        page.locator("#name").fill("Ada Nord")
        page.locator("button[value=sign]").click()
        page.wait_for_url("**/release/kept/*")
        expect(page.locator("p.legal")).to_contain_text("Signé pour Kim Nord, mineur, par Ada Nord (mère).")
        page.goto(link)
        assert page.locator("h1").count() == 1
        assert page.locator("#name").count() == 0
        served.complaints[:] = [line for line in served.complaints if "410" not in line]
