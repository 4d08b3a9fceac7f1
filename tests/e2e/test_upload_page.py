"""The upload page in a real browser: a folder is sent, paused, found again after a reload, and proven by receipts."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Page, Route, expect, sync_playwright

from offcut.mhl import read_list
from tests.factories.people import people_of, verified
from tests.house import House, house
from tests.services import chromium, require, s3_of_this_process, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
MIB = 1 << 20
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PICTURES = os.environ.get("OFFCUT_TEST_PICTURES")
"""A folder for pictures of every step, for people who look at them."""
FAULTS = """() => {
  const faults = [], seen = new Set();
  document.querySelectorAll('[id]').forEach((one) => {
    if (seen.has(one.id)) faults.push(`id ${one.id} twice`);
    seen.add(one.id); });
  document.querySelectorAll('input:not([type=hidden]), progress').forEach((one) => {
    if (!one.labels.length && !one.getAttribute('aria-label')) faults.push(`${one.outerHTML} has no label`); });
  document.querySelectorAll('main button').forEach((one) => {
    const box = one.getBoundingClientRect();
    if (box.height && box.height < 24) faults.push(`${one.textContent} is ${box.height} px high`); });
  const wider = document.documentElement.scrollWidth - window.innerWidth;
  if (wider > 0) faults.push(`${wider} px wider than the window`);
  return faults; }"""


@dataclass
class Visitor:
    """A page of a fresh browser, signed in as the creator, and what its console complained about."""

    page: Page
    line: CDPSession
    complaints: list[str] = field(default_factory=list)

    def speed(self, bytes_per_s: int) -> None:
        """Slow the line down; -1: as fast as it goes."""
        self.line.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_s},
        )

    def sent(self) -> list[str]:
        """Count what goes over the wire from now on."""
        calls: list[str] = []
        self.page.on("request", lambda call: calls.append(call.method) if call.method in {"PATCH", "PUT"} else None)
        return calls

    def picture(self, name: str) -> None:
        """Check the page as it is, and keep a picture when asked to."""
        assert self.page.evaluate(FAULTS) == [], self.page.url
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@dataclass
class Served:
    """A running product and a browser."""

    house: House
    browser: Browser
    email: str
    password: str

    @contextmanager
    def visit(self, *, language: str = "en", narrow: bool = False) -> Iterator[Visitor]:
        """Sign in."""
        viewport = NARROW if narrow else WIDE
        context = self.browser.new_context(base_url=self.house.url, locale=language, viewport=viewport)  # type: ignore[arg-type]  # a plain dict is a ViewportSize
        context.set_default_timeout(20_000)
        page = context.new_page()
        visitor = Visitor(page, context.new_cdp_session(page))
        visitor.line.send("Network.enable")
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        page.on("console", lambda message: self._heard(visitor, message))
        try:
            page.goto("/login")
            page.locator("#email").fill(self.email)
            page.locator("#password").fill(self.password)
            page.locator("main button").click()
            page.wait_for_url(lambda url: "/login" not in url)
            yield visitor
        finally:
            context.close()
        assert visitor.complaints == []

    @staticmethod
    def _heard(visitor: Visitor, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            visitor.complaints.append(message.text)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One house and one browser for all tests of this file; on an object store where the suite has one."""
    path, bucket = chromium(), s3_of_this_process()
    require("chromium", path, "apt-get install chromium")
    home = tmp_path_factory.mktemp("page") / "home"
    with house(home, new=False, **bucket) as running, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        try:
            yield Served(running, browser, *people_of(running)["creator"])
        finally:
            browser.close()


def card(folder: Path, count: int = 3, size: int = 12 * MIB) -> Path:
    """A camera card: videos two folders deep, and a sidecar that stays where it is."""
    clips = folder / "DCIM" / "100MEDIA"
    clips.mkdir(parents=True)
    for number in range(count):
        (clips / f"DJI_{number:04d}.MP4").write_bytes(os.urandom(size + number))
    (clips / "DJI_0000.SRT").write_text("1\n00:00:00,000 --> 00:00:01,000\nfnum: 2.8\n", encoding="utf-8")
    return folder


def chosen(page: Page, folder: Path) -> None:
    page.locator("#folder").set_input_files(str(folder))


def share(page: Page) -> float:
    """Per cent of the first file that left the browser."""
    return float(page.evaluate("document.querySelector('#uploading progress').value"))


RECEIVED = "The checksum matches"


def test_a_folder_is_paused_found_again_after_a_reload_and_proven(served: Served, tmp_path: Path) -> None:
    """T39: after a reload the folder is chosen again and each upload goes on where it stopped."""
    folder = card(tmp_path / "Card A")
    with served.visit() as visitor:
        page = visitor.page
        page.goto("/studio/uploads")
        visitor.picture("1-empty")
        visitor.speed(3 * MIB)
        chosen(page, folder)
        expect(page.locator("#uploading progress").first).not_to_have_attribute("value", "0", timeout=60_000)
        wait_until(lambda: share(page) >= 70, within_s=60, what="the first chunk", every_s=0.2)
        expect(page.locator("#upload-aside")).to_contain_text("1")
        visitor.picture("2-sending")
        page.get_by_role("button", name="Pause all").click()
        expect(page.locator("#uploading li", has_text="Paused at").first).to_be_visible()
        expect(page.get_by_role("button", name="Continue all")).to_be_visible()
        visitor.picture("3-paused")
        page.wait_for_load_state("networkidle")
        page.goto("/studio/uploads")
        expect(page.locator("[data-unfinished]", has_text="Paused")).not_to_have_count(0)
        visitor.picture("4-unfinished")
        visitor.speed(-1)
        chosen(page, folder)
        expect(page.locator("#uploading li", has_text=RECEIVED)).to_have_count(3, timeout=90_000)
        expect(page.locator("[data-unfinished]")).to_have_count(0)
        expect(page.locator("#upload-erase")).to_contain_text("You may erase this card.")
        visitor.picture("5-received")
        page.locator("#upload-erase a").click()
        expect(page.locator("#erase")).to_have_text("Every file is received and verified. You may erase this card.")
        visitor.picture("6-batch")
        _receipts_prove(page, folder, tmp_path)
    checked = verified(served.house)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _receipts_prove(page: Page, folder: Path, kept: Path) -> None:
    """Both receipts name every file with the hash of its bytes."""
    files = {f"DCIM/100MEDIA/{path.name}": path.read_bytes() for path in sorted(folder.rglob("*.MP4"))}
    with page.expect_download() as coming:
        page.get_by_text("Receipt as CSV").click()
    coming.value.save_as(kept / "receipt.csv")
    with (kept / "receipt.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["file"]: row["sha256"] for row in csv.DictReader(stream)}
    assert rows == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    with page.expect_download() as coming:
        page.get_by_text("Receipt as MHL").click()
    coming.value.save_as(kept / "receipt.mhl")
    listed = {name: entry.hashes["sha1"] for name, entry in read_list(kept / "receipt.mhl").items()}
    assert listed == {name: hashlib.sha1(data, usedforsecurity=False).hexdigest() for name, data in files.items()}


def test_a_card_that_is_here_already_is_recognised_without_a_byte(served: Served, tmp_path: Path) -> None:
    folder = card(tmp_path / "Card B", 2, 5 * MIB)
    with served.visit() as visitor:
        page = visitor.page
        page.goto("/studio")
        chosen(page, folder)
        expect(page.locator("#uploading li", has_text=RECEIVED)).to_have_count(2, timeout=60_000)
        page.goto("/studio")
        sent = visitor.sent()
        chosen(page, folder)
        expect(page.locator("#uploading li", has_text="Was here already, byte for byte")).to_have_count(
            2, timeout=60_000
        )
        assert sent == []
        changed = folder / "DCIM" / "100MEDIA" / "DJI_0000.MP4"
        content = bytearray(changed.read_bytes())
        content[int(1.5 * MIB)] ^= 1  # where nobody samples
        changed.write_bytes(content)
        page.goto("/studio")
        chosen(page, folder)
        expect(page.locator("#uploading li", has_text=RECEIVED)).to_have_count(1, timeout=60_000)
        assert sent


def test_french_on_a_phone(served: Served, tmp_path: Path) -> None:
    folder = card(tmp_path / "Carte C", 2, 6 * MIB)
    with served.visit(language="fr", narrow=True) as visitor:
        page = visitor.page
        page.goto("/studio/uploads")
        visitor.picture("fr-1-vide")
        visitor.speed(2 * MIB)
        chosen(page, folder)
        expect(page.locator("#uploading progress").first).not_to_have_attribute("value", "0", timeout=60_000)
        visitor.picture("fr-2-envoi")
        visitor.speed(-1)
        expect(page.locator("#upload-erase a")).to_be_visible(timeout=90_000)
        visitor.picture("fr-3-recu")
        page.locator("#upload-erase a").click()
        expect(page.locator("#erase")).to_be_visible()
        visitor.picture("fr-4-lot")


@pytest.mark.s3
def test_parts_go_straight_to_the_store_and_survive_its_refusals(served: Served, tmp_path: Path) -> None:
    """T39: the page may send to the store and to nobody else; a part that was refused is signed and sent again."""
    path = tmp_path / "long.mp4"
    path.write_bytes(os.urandom(MIB) * 130)
    with served.visit() as visitor:
        page = visitor.page
        page.goto("/studio")
        refused: list[str] = []

        def refuse_once(route: Route) -> None:
            if not refused and route.request.method == "PUT":
                refused.append(route.request.url)
                route.fulfill(status=403, headers={"Access-Control-Allow-Origin": "*"}, body="")
            else:
                route.continue_()

        page.route("**/incoming/**", refuse_once)
        sent = visitor.sent()
        page.locator("#files").set_input_files(str(path))
        expect(page.locator("#uploading li", has_text=RECEIVED)).to_have_count(1, timeout=120_000)
        assert sent.count("PUT") == 4
        assert "PATCH" not in sent
        visitor.complaints[:] = [line for line in visitor.complaints if "403" not in line]
        asked = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => error.message)")
        assert "Failed to fetch" in asked
        assert any("Content Security Policy" in line for line in visitor.complaints)
        visitor.complaints.clear()
