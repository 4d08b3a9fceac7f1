"""The pages in a real browser, on the product as people start it: `run.py serve`, real worker, real uploads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, expect, sync_playwright

from media_ingest.adapters.samples import make_samples
from tests.house import ROOT, House, house
from tests.media import clip
from tests.services import chromium, require

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.timeout(400)]

PEOPLE = """
import json, sys
from pathlib import Path
import django
django.setup()
from marketplace.demo.people import people_ensure
people = people_ensure(keys=Path(sys.argv[1]))
print(json.dumps({name: [person.email, person.password] for name, person in
                  (("creator", people.creator), ("buyer", people.buyer), ("reviewer", people.reviewer))}))
"""
AUDIT = """() => {
  if (document.readyState !== 'complete') return null;
  const seen = {}, faults = [];
  document.querySelectorAll('[id]').forEach((one) => {
    if (seen[one.id]) faults.push(`id ${one.id} twice`);
    seen[one.id] = 1; });
  document.querySelectorAll('input:not([type=hidden]), select, textarea').forEach((one) => {
    if (!one.labels.length && !one.getAttribute('aria-label')) faults.push(`${one.name || one.id} has no label`); });
  document.querySelectorAll('img:not([alt])').forEach((one) => faults.push(`${one.src} has no alt`));
  document.querySelectorAll('svg[role=img]').forEach((one) => {
    if (!one.querySelector('title')) faults.push('svg without title'); });
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  if (!document.documentElement.lang) faults.push('no language');
  const wider = document.documentElement.scrollWidth - window.innerWidth;
  if (wider > 0) faults.push(`${wider} px wider than the window`);
  document.querySelectorAll('main .btn, main a.btn, header a').forEach((one) => {
    const box = one.getBoundingClientRect();
    if (box.height && box.height < 24) faults.push(`${one.textContent} is ${box.height} px high`); });
  return faults; }"""
PATIENCE_MS = 20_000
"""How long a page may take; other tests run beside."""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PICTURES = ROOT / "docs" / "pictures"
WRITE = os.environ.get("OFFCUT_TEST_WRITE_SCREENSHOTS") == "1"
"""Draw the sample rushes and keep pictures for the README."""


@dataclass
class Served:
    """A running product, a browser, and the three who can sign in."""

    url: str
    browser: Browser
    people: dict[str, list[str]]
    home: Path
    complaints: list[str] = field(default_factory=list)

    @contextmanager
    def visit(self, who: str = "", *, language: str = "en", narrow: bool = False, dark: bool = False) -> Iterator[Page]:
        """A page of a fresh browser, signed in as somebody; it may not complain on its console."""
        context = self.browser.new_context(
            base_url=self.url,
            locale=language,
            viewport=NARROW if narrow else WIDE,  # type: ignore[arg-type]  # a plain dict is a ViewportSize
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        try:
            yield self._page(context, who)
        finally:
            context.close()
        heard, self.complaints[:] = list(self.complaints), []
        assert heard == []

    def _page(self, context: BrowserContext, who: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        if who:
            page.goto("/login")
            page.locator("#email").fill(self.people[who][0])
            page.locator("#password").fill(self.people[who][1])
            page.locator("main button").click()
            page.wait_for_url(lambda url: "/login" not in url)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One house and one browser for all tests of this file."""
    path = chromium()
    require("chromium", path, "apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with house(tmp_path_factory.mktemp("pages") / "home") as running, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        try:
            yield Served(running.url, browser, people_of(running), running.home)
        finally:
            browser.close()


def people_of(running: House) -> dict[str, list[str]]:
    """Make the three sample people in a running house."""
    environment = {**running.environment, "DJANGO_SETTINGS_MODULE": "marketplace.config.settings"}
    made = subprocess.run(
        [sys.executable, "-c", PEOPLE, str(running.home / "keys")],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    people: dict[str, list[str]] = json.loads(made.stdout.splitlines()[-1])
    return people


def faults_of(page: Page) -> list[str]:
    """What is wrong with a page, looked at when all of it is there: a click may just have led to another one."""
    found: list[str] | None = None
    while found is None:
        page.wait_for_load_state()
        found = page.evaluate(AUDIT)
    return found


def kept(page: Page, name: str) -> None:
    """Keep a picture for the README when asked to; check the page in any case."""
    assert faults_of(page) == [], page.url
    if WRITE and name in {"home", "studio", "market", "order", "review"}:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        page.screenshot(path=PICTURES / f"{name}.png")


def rushes(home: Path) -> Sequence[Path]:
    """Files to upload: small test clips, or the sample rushes when pictures are wanted."""
    if WRITE:
        return make_samples(home / "rushes")
    return [clip("full_hd.mp4"), clip("portrait.mp4"), clip("silent.mp4")]


def upload_and_wait(page: Page, files: Sequence[Path]) -> None:
    """Upload through the page's own inputs, and wait until nothing on the page is being worked on."""
    page.goto("/studio")
    page.locator("#files").set_input_files([str(path) for path in files])
    expect(page.locator("#uploading li", has_text="Received.")).to_have_count(len(files), timeout=60_000)
    for path in files:
        expect(page.locator("#library li.tile", has_text=path.name)).to_have_count(1, timeout=30_000)
    expect(page.locator("#library [hx-trigger^=every]")).to_have_count(0, timeout=120_000)


def declare_all(page: Page) -> None:
    """Declare every clip that still needs it."""
    while page.get_by_text("Declare this clip").count():
        page.get_by_text("Declare this clip").first.click()
        name = page.locator("h1").inner_text()
        page.get_by_label("What is it?").select_option("drone" if "drone" in name else "generic")
        page.get_by_label("Collecting society").select_option("none")
        page.get_by_role("button", name="Save the declaration").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.goto("/studio")


def terms_proposed(page: Page) -> str:
    """Start from the preset Careful, reword one clause, submit; return the agreement's address."""
    page.goto("/studio/terms")
    page.get_by_label("None: I administer my rights myself").check()
    page.get_by_role("button", name="Store my answer").click()
    page.get_by_role("button", name="Careful").click()
    page.locator("#clause").select_option("NO_SCENE_MIMICRY")
    page.get_by_role("button", name="Show this clause").click()
    page.get_by_text("In my own words instead").click()
    words = page.locator("details .side").inner_text()
    page.get_by_label("My wording").fill(words.replace("The Licensee", "The Licensee, and whoever acts for it,", 1))
    page.get_by_role("button", name="Propose this change").click()
    expect(page.locator("ins").first).to_contain_text("whoever acts for it")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Being reviewed")).to_be_visible()
    return page.url


def case_approved(page: Page) -> None:
    """Claim the waiting case and approve it with the keyboard."""
    page.goto("/desk")
    page.locator("tbody a").first.click()
    page.get_by_role("button", name="Claim this case").click()
    expect(page.get_by_text("You hold it until")).to_be_visible()
    kept(page, "review")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Decided.")).to_be_visible()


def agreement_signed(page: Page, address: str) -> None:
    """Sign what was approved, once the minute is over in which the reviewer may still undo it."""
    page.goto(address)
    expect(page.get_by_text("Being reviewed")).to_be_visible()
    for _ in range(90):
        if page.get_by_label("Full name of the person who signs").count():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    page.get_by_label("Full name of the person who signs").fill("Camille Renard")
    page.get_by_label("I have read the agreement").check()
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.get_by_text("Declared clips go on offer")).to_be_visible()
    page.goto("/studio")
    while page.get_by_text("On offer", exact=True).count() == 0:
        page.wait_for_timeout(300)
        page.reload()
    kept(page, "studio")


def dataset_bought(page: Page) -> str:
    """State a use, search, take a quote, pay, wait for the build; return the certificate's address."""
    page.goto("/market/use-cases")
    page.get_by_label("Name").fill("Video model 2027")
    page.get_by_role("button", name="Store it and see what fits").click()
    expect(page.locator("input[name=clip]")).not_to_have_count(0)
    for box in page.locator("input[name=clip]").all():
        box.check()
    expect(page.locator("output")).to_contain_text("ticked")
    kept(page, "market")
    page.get_by_role("button", name="Quote the ticked clips").click()
    expect(page.get_by_role("button", name="Accept and order")).to_be_visible()
    for box in page.locator("input[name=condition]").all():
        box.check()
    kept(page, "quote")
    page.get_by_role("button", name="Accept and order").click()
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_text("Get the dataset")).to_be_visible(timeout=120_000)
    kept(page, "order")
    expect(page.locator("code.command")).to_contain_text("offcut download dst_")
    return str(page.locator("a[href^='/verify/']").last.get_attribute("href"))


def test_the_estimator_answers_while_one_types(served: Served) -> None:
    with served.visit() as page:
        page.goto("/")
        page.get_by_label("What is it?").select_option("drone")
        page.get_by_label("How long is it?").fill("20")
        expect(page.locator("#estimate .price")).to_have_text("$56.00")
        page.get_by_label("How long is it?").fill("40:00")
        expect(page.locator("#estimate .price")).to_have_text("$112.00")
        assert page.url == f"{served.url}/"
        kept(page, "home")


def test_footage_goes_from_a_browser_to_a_licence(served: Served) -> None:
    with served.visit("creator") as page:
        upload_and_wait(page, rushes(served.home))
        assert faults_of(page) == []
        declare_all(page)
        address = terms_proposed(page)
    with served.visit("reviewer") as page:
        case_approved(page)
    with served.visit("creator") as page:
        agreement_signed(page, address)
    with served.visit("buyer") as page:
        certificate = dataset_bought(page)
    with served.visit() as page:
        page.goto(certificate)
        expect(page.get_by_text("Genuine")).to_be_visible()
    with served.visit("creator") as page:
        page.goto("/studio/earnings")
        expect(page.locator("tbody tr")).not_to_have_count(0)
        kept(page, "earnings")


def test_what_is_received_while_the_library_is_fetched_is_fetched_too(served: Served) -> None:
    received = "document.body.dispatchEvent(new CustomEvent('offcut:received', { bubbles: true }))"
    asked: list[str] = []

    def is_second(request: Request) -> bool:
        asked.append(request.url)
        return sum(url.endswith("/studio/files") for url in asked) == 2

    with served.visit("creator") as page:
        page.goto("/studio")
        with page.expect_request(is_second):
            page.evaluate(f"{received}; {received}")


def test_an_upload_that_breaks_off_continues_where_it_stopped(served: Served, tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(20 << 20))
    sent: list[str] = []

    def break_once(route: Route) -> None:
        sent.append(f"{route.request.method} {route.request.headers.get('upload-offset', '')}".strip())
        if sent.count(f"PATCH {8 << 20}") == 1 and sent[-1] == f"PATCH {8 << 20}":
            route.abort()
        else:
            route.continue_()

    with served.visit("creator") as page:
        page.goto("/studio")
        page.route("**/api/v1/tus/*", break_once)
        page.locator("#files").set_input_files(str(big))
        expect(page.get_by_text("Trying again by itself")).to_be_visible()
        expect(page.locator("#uploading li", has_text="Received.")).to_have_count(1, timeout=30_000)
        served.complaints[:] = [line for line in served.complaints if "net::ERR_FAILED" not in line]
    assert sent == ["PATCH 0", f"PATCH {8 << 20}", "HEAD", f"PATCH {8 << 20}", f"PATCH {16 << 20}"]


PAGES = {
    "": ("/", "/verify", "/login"),
    "creator": ("/studio", "/studio/terms", "/studio/earnings"),
    "buyer": ("/market", "/market/use-cases", "/market/quotes", "/market/orders"),
    "reviewer": ("/desk",),
}
ENGLISH = ("Sign in", "Sign out", "My footage", "Terms", "Earnings", "Find footage", "Use cases", "Quotes", "Orders",
           "Review desk", "Check a certificate", "Skip to content")  # fmt: skip


@pytest.mark.parametrize("who", PAGES)
def test_french_pages_fit_a_phone_and_have_no_english_navigation(served: Served, who: str) -> None:
    with served.visit(who, language="fr", narrow=True, dark=True) as page:
        for path in PAGES[who]:
            page.goto(path)
            assert page.locator("html").get_attribute("lang") == "fr"
            said = page.locator("header, footer, .skip").all_inner_texts()
            assert not [word for word in ENGLISH if any(word in text for text in said)], path
            assert faults_of(page) == [], path


def test_the_first_tab_skips_to_the_content(served: Served) -> None:
    with served.visit() as page:
        page.goto("/")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
