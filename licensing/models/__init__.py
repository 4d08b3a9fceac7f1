"""All tables of the licensing floor."""

from __future__ import annotations

from licensing.models.agreement import Agreement, Amendment
from licensing.models.clause import ClauseVersion
from licensing.models.consent import ConsentNode, ConsentPlace, Release, ReleaseSignature
from licensing.models.contract import ContractClause, ContractVersion
from licensing.models.declaration import Declaration
from licensing.models.document import Document
from licensing.models.policy import PolicyVersion
from licensing.models.ratecard import RateCard, RateCardDraft
from licensing.models.reason import ReasonVersion
from licensing.models.review import CaseNote, CaseSnooze, CounterProposal, ReviewCase, ReviewDecision
from licensing.models.routing import QualityReview, Routing
from licensing.models.society import SocietyAnswer
from licensing.models.terms import TermsProfile, TermsProfileVersion
from licensing.models.use_case import UseCase, UseCaseApproval, UseCaseVersion

__all__ = [
    "Agreement",
    "Amendment",
    "CaseNote",
    "CaseSnooze",
    "ClauseVersion",
    "ConsentNode",
    "ConsentPlace",
    "ContractClause",
    "ContractVersion",
    "CounterProposal",
    "Declaration",
    "Document",
    "PolicyVersion",
    "QualityReview",
    "RateCard",
    "RateCardDraft",
    "ReasonVersion",
    "Release",
    "ReleaseSignature",
    "ReviewCase",
    "ReviewDecision",
    "Routing",
    "SocietyAnswer",
    "TermsProfile",
    "TermsProfileVersion",
    "UseCase",
    "UseCaseApproval",
    "UseCaseVersion",
]
