"""Prices, clauses, terms, agreements, the review desk and use cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from offcut.errors import OffcutError
from offcut.language import t
from offcut.models import Agreement, Case, Estimate, Terms, UseCase
from offcut.transport import Transport, new_key
from offcut.wire import decode


class EstimatesApi:
    """What footage earns; needs no account."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def facts(self, facts: Mapping[str, Any]) -> Estimate:
        """Estimate from facts: duration_ms, width, height, frame_rate ("25/1"), genre, tech, published, release, …"""
        return decode(Estimate, self._transport.json("POST", "estimates", body=facts), "estimates")

    def asset(self, asset_id: str, **facts: object) -> Estimate:
        """Estimate for a file at the server; `facts` add what the file cannot tell (genre, release, …)."""
        return self.facts({"asset": asset_id, **facts})

    def rate_card(self) -> dict[str, Any]:
        """The rate card in force."""
        return dict(self._transport.json("GET", "rate_cards/current") or {})


class ClausesApi:
    """The clause library."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> list[dict[str, Any]]:
        """All clauses in force."""
        return [dict(item) for item in self._transport.items("GET", "clauses")]

    def get(self, code: str) -> dict[str, Any]:
        """One clause with its text and parameters."""
        return dict(self._transport.json("GET", f"clauses/{code}") or {})


class TermsApi:
    """Terms profiles: what a creator permits."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int | None = None) -> Iterator[Terms]:
        """My organisation's profiles, newest first."""
        for item in self._transport.pages("terms_profiles", None, limit):
            yield decode(Terms, item, "terms_profiles")

    def get(self, terms_id: str) -> Terms:
        """One profile."""
        return decode(Terms, self._transport.json("GET", f"terms_profiles/{terms_id}"), "terms_profiles")

    def create(self, name: str, preset: str, changes: Mapping[str, Any] | None = None) -> Terms:
        """A new profile from a preset (open, careful, research_only); `changes` by clause code."""
        body = {"name": name, "preset": preset, "changes": dict(changes or {})}
        return decode(Terms, self._transport.json("POST", "terms_profiles", body=body, key=new_key()), "terms_profiles")


class AgreementsApi:
    """A creator's contract: draft, amend, submit, sign."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Agreement:
        return decode(Agreement, self._transport.json("POST", path, body=body, key=key), "agreements")

    def list(self, limit: int | None = None) -> Iterator[Agreement]:
        """My organisation's agreements, newest first."""
        for item in self._transport.pages("agreements", None, limit):
            yield decode(Agreement, item, "agreements")

    def get(self, agreement_id: str) -> Agreement:
        """One agreement with its text, amendments and signatures."""
        return decode(Agreement, self._transport.json("GET", f"agreements/{agreement_id}"), "agreements")

    def draft(self, terms_profile_id: str, language: str = "en") -> Agreement:
        """Draft the contract that states a terms profile."""
        return self._post("agreements", {"terms_profile_id": terms_profile_id, "language": language}, new_key())

    def amend(
        self,
        agreement_id: str,
        clause: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        text: str | None = None,
        translation: str | None = None,
    ) -> Agreement:
        """Propose other parameters, other words (`translation`: in the other language), or both for one clause."""
        body: dict[str, Any] = {"clause": clause}
        if parameters is not None:
            body["parameters"] = dict(parameters)
        if text is not None:
            body["text"] = text
        if translation is not None:
            body["translation"] = translation
        return self._post(f"agreements/{agreement_id}/amendments", body)

    def submit(self, agreement_id: str) -> Agreement:
        """Hand the agreement to review (or to approval by policy when nothing needs a person)."""
        return self._post(f"agreements/{agreement_id}/submit", {})

    def recall(self, agreement_id: str) -> Agreement:
        """Take an agreement back from review to change it."""
        return self._post(f"agreements/{agreement_id}/recall", {})

    def sign(self, agreement_id: str, signatory: str) -> Agreement:
        """Sign an approved agreement; `signatory` is the name of the person who signs."""
        return self._post(f"agreements/{agreement_id}/sign", {"name": signatory}, new_key())

    def end(self, agreement_id: str) -> Agreement:
        """Grant no new licences under it; licences granted before keep their terms."""
        return self._post(f"agreements/{agreement_id}/end", {}, new_key())


class DeskApi:
    """The review desk."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def cases(self, limit: int | None = None, **filters: str) -> Iterator[Case]:
        """Review tasks in the order they should be taken."""
        for item in self._transport.pages("desk/cases", filters, limit):
            yield decode(Case, item, "desk/cases")

    def get(self, case_id: str) -> Case:
        """One case with its diff."""
        return decode(Case, self._transport.json("GET", f"desk/cases/{case_id}"), "desk/cases")

    def claim(self, case_id: str) -> Case:
        """Take a case; nobody else can decide it meanwhile."""
        answer = self._transport.json("POST", f"desk/cases/{case_id}/claim", body={}, key=new_key())
        return decode(Case, answer, "desk/cases")

    def decide(
        self,
        case_id: str,
        decision: str,
        *,
        reason: str = "",
        note: str = "",
        version: int | None = None,
        undo_seconds: int | None = None,
    ) -> Case:
        """Decide a claimed case: `approve`, or with a reason code and a note anything else.

        `version` is the case version that was read; None takes the one the case has now. The decision takes effect
        after `undo_seconds` (None: the usual minute), until when it can be undone; 0 waives that.
        """
        seen = self.get(case_id).version if version is None else version
        body: dict[str, Any] = {"decision": decision, "note": note, "version": seen}
        if reason:
            body["reason"] = reason
        if undo_seconds is not None:
            body["undo_seconds"] = undo_seconds
        answer = self._transport.json("POST", f"desk/cases/{case_id}/decide", body=body, key=new_key())
        return decode(Case, answer, "desk/cases")


class UseCasesApi:
    """What a buyer needs the footage for."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int | None = None) -> Iterator[UseCase]:
        """My organisation's use cases, newest first."""
        for item in self._transport.pages("use_cases", None, limit):
            yield decode(UseCase, item, "use_cases")

    def get(self, use_case_id: str) -> UseCase:
        """One use case."""
        return decode(UseCase, self._transport.json("GET", f"use_cases/{use_case_id}"), "use_cases")

    def create(self, name: str, needs: Mapping[str, Any]) -> UseCase:
        """State a use case; `needs` holds a `preset`, `values` that go over it (purposes, term_months, …), or both."""
        body = {"name": name, **needs}
        return decode(UseCase, self._transport.json("POST", "use_cases", body=body, key=new_key()), "use_cases")

    def find(self, name_or_id: str) -> UseCase:
        """A use case by public id or by name; raises OffcutError `not_found`."""
        if name_or_id.startswith("use_"):
            return self.get(name_or_id)
        for use_case in self.list():
            if use_case.name == name_or_id:
                return use_case
        raise OffcutError(
            "not_found",
            t("There is no use case {name_or_id}.", name_or_id=repr(name_or_id)),
            t("List them with: offcut use-case ls"),
            404,
        )
