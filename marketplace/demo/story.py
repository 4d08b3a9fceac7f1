"""The seven steps of the demo, each checked by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import CommandError, call_command

from marketplace.demo import buyer, creator
from marketplace.demo.creator import Brought
from marketplace.demo.people import People, Person
from marketplace.demo.report import Outcome, default_out, refusals
from marketplace.demo.screen import Screen
from offcut import Client
from offcut.models import Agreement


@dataclass
class Story:
    """One run against a live server. ``faults`` collects every check that failed."""

    url: str
    home: Path
    screen: Screen
    people: People
    faults: list[str] = field(default_factory=list)

    def client_of(self, person: Person) -> Client:
        """Return a connection signed in as one of the people."""
        client = Client(self.url)
        client.sign_in(person.email, person.password, label="demo")
        return client

    def tell(self, footage: Path, out: Path | None) -> Outcome:
        """Run the whole story."""
        with (
            self.client_of(self.people.creator) as studio,
            self.client_of(self.people.reviewer) as desk,
            self.client_of(self.people.buyer) as company,
        ):
            brought = self.bring(studio, footage)
            self.license(studio, desk, brought)
            return self.buy(company, brought, out)

    def bring(self, studio: Client, footage: Path) -> list[Brought]:
        """Send every file; probe, watch and price them."""
        with self.screen.stage("upload", "Uploading") as bar:
            sent = creator.footage_send(studio, footage, self.home / "demo" / "uploads", bar)
        for item in sent:
            if not item.ok:
                self.faults.append(f"{item.path.name} was not received: {item.error}")
        with self.screen.stage("ingest", "Probing, watching, previews, duplicates") as bar:
            brought = creator.footage_follow(studio, sent, footage, bar)
        for line in refusals(brought):
            self.screen.say(line)
        return brought

    def license(self, studio: Client, desk: Client, brought: Sequence[Brought]) -> None:
        """Declare the clips, agree on terms, have the amendment reviewed, sign."""
        with self.screen.stage("declare", "Declaring what the clips show") as bar:
            clips = creator.clips_declare(studio, brought, bar)
        with self.screen.stage("agree", "Terms, review, signature"):
            agreement = creator.agreement_find(studio) or creator.agreement_propose(studio)
            if agreement.state == "draft":
                agreement = studio.agreements.submit(agreement.id)
            if agreement.state == "in_review":
                self.review(desk, agreement)
                agreement = studio.agreements.get(agreement.id)
            if agreement.state == "approved":
                agreement = studio.agreements.sign(agreement.id, self.people.creator.name)
        self.screen.say(f"  agreement {agreement.id} is {agreement.state}")
        if agreement.state != "signed":
            self.faults.append(f"the agreement is {agreement.state}, not signed")
            return
        with self.screen.stage("live", "Going live") as bar:
            creator.clips_live(studio, clips, bar)

    def review(self, desk: Client, agreement: Agreement) -> None:
        """Show the reviewer the amendment as a diff; approve it."""
        for case in desk.desk.cases():
            if case.raw.get("agreement_id") != agreement.id:
                continue
            claimed = desk.desk.claim(case.id)
            for amendment in claimed.raw.get("amendments") or []:
                self.screen.say(f"  {amendment['clause']} ({amendment['amendment_class']}: {amendment['because']})")
                self.screen.say("  " + _plain_diff(amendment["diff"]["en"]))
            note = "The change is clear and takes nothing from the buyer."
            desk.desk.decide(case.id, "approve", note=note, undo_seconds=0)

    def buy(self, company: Client, brought: list[Brought], out: Path | None) -> Outcome:
        """Search, quote, pay, wait for the build, download, verify, and prove the books."""
        with self.screen.stage("order", "Search, quote, order, payment"):
            use_case = buyer.use_case_state(company)
            clips = buyer.fitting(company, use_case, self.screen)
            if not clips:
                self.faults.append("no clip fits the buyer's use case, so nothing could be bought")
                return Outcome(brought, None, None, None, self.balanced(), self.screen.seconds)
            bought = buyer.purchase_find(company, use_case, clips) or buyer.purchase_make(
                company, use_case, clips, self.screen
            )
            order = buyer.order_settle(company, bought.order)
        with self.screen.stage("build", "Building the dataset") as bar:
            dataset = buyer.dataset_follow(company, order, bar)
        if dataset.state != "ready":
            self.faults.append(f"the dataset is {dataset.state}")
            return Outcome(brought, bought, dataset, None, self.balanced(), self.screen.seconds)
        with self.screen.stage("download", "Downloading and verifying offline") as bar:
            delivered = buyer.dataset_fetch(company, dataset, out or default_out(self.home, dataset), bar)
        if not delivered.ok:
            bad = delivered.verification.bad_files if delivered.verification else [f.name for f in delivered.failed]
            self.faults.append(f"the download does not verify: {', '.join(bad)}")
        else:
            buyer.delivery_close(company, order)
        return Outcome(brought, bought, dataset, delivered, self.balanced(), self.screen.seconds)

    def balanced(self) -> bool:
        """Run the two proofs: the ledger, and every invariant of the installation."""
        with self.screen.stage("verify", "Proving the money and the invariants"):
            return all(self._proved(command) for command in ("verify_ledger", "verify"))

    def _proved(self, command: str) -> bool:
        try:
            call_command(command, stdout=self.screen.console.file)
        except CommandError as error:
            self.faults.append(f"{command}: {error}")
            return False
        return True


def _plain_diff(runs: Sequence[Mapping[str, str]]) -> str:
    """Return a word diff as text: ``[-removed-] [+added+]``."""
    marks = {"keep": "{}", "remove": "[-{}-]", "add": "[+{}+]"}
    return " ".join(marks[run["op"]].format(run["text"]) for run in runs)
