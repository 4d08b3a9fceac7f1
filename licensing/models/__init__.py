"""All tables of the licensing floor."""

from __future__ import annotations

from licensing.models.agreement import Agreement, Amendment
from licensing.models.clause import ClauseVersion
from licensing.models.consent import ConsentNode, ConsentPlace, Release, ReleaseSignature
from licensing.models.contract import ContractClause, ContractVersion
from licensing.models.declaration import Declaration
from licensing.models.document import Document
from licensing.models.ratecard import RateCard, RateCardDraft
from licensing.models.review import CaseNote, CounterProposal, ReviewCase, ReviewDecision
from licensing.models.society import SocietyAnswer
from licensing.models.terms import TermsProfile, TermsProfileVersion
from licensing.models.use_case import UseCase, UseCaseVersion

__all__ = [
    "Agreement",
    "Amendment",
    "CaseNote",
    "ClauseVersion",
    "ConsentNode",
    "ConsentPlace",
    "ContractClause",
    "ContractVersion",
    "CounterProposal",
    "Declaration",
    "Document",
    "RateCard",
    "RateCardDraft",
    "Release",
    "ReleaseSignature",
    "ReviewCase",
    "ReviewDecision",
    "SocietyAnswer",
    "TermsProfile",
    "TermsProfileVersion",
    "UseCase",
    "UseCaseVersion",
]
