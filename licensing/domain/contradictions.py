"""Clauses that cannot both hold: found early, and both named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from licensing.domain.clauses import TermsValues, chosen
from licensing.domain.errors import CONTRADICTION
from licensing.domain.wording import Text, wording

_MEASURING: Final = frozenset({"evaluate", "benchmark"})


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two clauses that cannot both hold, and why, in both languages."""

    first: str
    second: str
    because: Text

    @property
    def codes(self) -> tuple[str, str]:
        """Both clause codes, in alphabetical order."""
        low, high = sorted((self.first, self.second))
        return low, high


def _research_but_commercial(values: TermsValues) -> bool:
    return values["FIELD_OF_USE"]["commercial"] is False and values["MODEL_SCOPE"]["deployment"] is True


def _research_but_revenue(values: TermsValues) -> bool:
    return values["FIELD_OF_USE"]["commercial"] is False and values["REV_SHARE"]["percent"] != 0


def _no_faces_but_releases(values: TermsValues) -> bool:
    return values["DATA_SUBJECT"]["people"] in ("none", "blurred") and bool(values["NO_REPLICA"]["exception_consents"])


def _nobody_but_consents(values: TermsValues) -> bool:
    return "nobody_recognisable" in chosen(values, "WARRANTIES", "given") and (
        values["DATA_SUBJECT"]["people"] in ("incidental", "released") or bool(values["DATA_SUBJECT"]["consents"])
    )


def _perpetual_but_retired(values: TermsValues) -> bool:
    return values["SURVIVAL"]["model"] == "model_perpetual" and "retrain" in chosen(values, "WITHDRAWAL", "effects")


def _evaluation_but_more(values: TermsValues) -> bool:
    return values["EVAL_ONLY"]["enabled"] is True and not chosen(values, "FIELD_OF_USE", "purposes") <= _MEASURING


def _distillation_without_synthesis(values: TermsValues) -> bool:
    return values["SYNTHETIC_DISTILLATION"]["third_party_training"] is True and "synthetic_data_gen" not in chosen(
        values, "FIELD_OF_USE", "purposes"
    )


def _society_but_unassigned(values: TermsValues) -> bool:
    societies = chosen(values, "CMO_STATUS", "societies") - {"none"}
    return (
        bool(societies)
        and not values["CMO_STATUS"]["authorisation"]
        and "not_assigned_to_society" in chosen(values, "WARRANTIES", "given")
    )


def _credit_nowhere(values: TermsValues) -> bool:
    return values["MORAL_RIGHTS"]["name_credit"] is True and values["ATTRIBUTION"]["place"] == "none"


def _shared_with_nobody(values: TermsValues) -> bool:
    return values["DERIVATIVE_DATASET"]["sharing"] == "share_with_licensees" and values["SUBLICENSE"]["level"] == "none"


def _sealed_but_sublicensed(values: TermsValues) -> bool:
    return "no_egress" in chosen(values, "SECURITY", "measures") and values["SUBLICENSE"]["level"] == "third_parties"


def _derived_kept_but_prohibited(values: TermsValues) -> bool:
    return values["DERIVATIVE_DATASET"]["sharing"] == "prohibited" and "embeddings" in chosen(
        values, "FIELD_OF_USE", "modalities"
    )


def _exclusive_but_most_favoured(values: TermsValues) -> bool:
    return values["EXCLUSIVITY"]["kind"] != "none" and values["MFN"]["enabled"] is True


Rule = tuple[str, str, Callable[[TermsValues], bool], Text]

RULES: Final[tuple[Rule, ...]] = (
    (
        "FIELD_OF_USE",
        "MODEL_SCOPE",
        _research_but_commercial,
        wording(
            "Use is limited to research, yet models may be operated commercially.",
            "L'usage est limité à la recherche, mais les modèles peuvent être exploités commercialement.",
        ),
    ),
    (
        "FIELD_OF_USE",
        "REV_SHARE",
        _research_but_revenue,
        wording(
            "Use is limited to research, yet a share of commercial revenue is asked.",
            "L'usage est limité à la recherche, mais une part de recettes commerciales est demandée.",
        ),
    ),
    (
        "DATA_SUBJECT",
        "NO_REPLICA",
        _no_faces_but_releases,
        wording(
            "No recognisable people are offered, yet consents for replicas are attached.",
            "Aucune personne reconnaissable n'est proposée, mais des consentements à réplique sont joints.",
        ),
    ),
    (
        "DATA_SUBJECT",
        "WARRANTIES",
        _nobody_but_consents,
        wording(
            "You warrant that nobody can be recognised, yet recognisable people or consents are offered.",
            "Vous garantissez que personne n'est reconnaissable, mais proposez des personnes ou des consentements.",
        ),
    ),
    (
        "SURVIVAL",
        "WITHDRAWAL",
        _perpetual_but_retired,
        wording(
            "Models may be kept for ever, yet a withdrawal would force them to be trained anew.",
            "Les modèles peuvent être conservés sans limite, mais un retrait obligerait à les réentraîner.",
        ),
    ),
    (
        "EVAL_ONLY",
        "FIELD_OF_USE",
        _evaluation_but_more,
        wording(
            "Only evaluation is allowed, yet purposes beyond evaluation and benchmarks are ticked.",
            "Seule l'évaluation est permise, mais d'autres finalités que l'évaluation et les comparatifs sont cochées.",
        ),
    ),
    (
        "FIELD_OF_USE",
        "SYNTHETIC_DISTILLATION",
        _distillation_without_synthesis,
        wording(
            "Outputs may train other models, yet generating synthetic data is not a permitted purpose.",
            "Les sorties peuvent entraîner d'autres modèles, mais la génération de données n'est pas permise.",
        ),
    ),
    (
        "CMO_STATUS",
        "WARRANTIES",
        _society_but_unassigned,
        wording(
            "You are a member of a society without an authorisation, yet warrant that no rights were assigned to one.",
            "Vous êtes membre d'un organisme sans autorisation, mais garantissez n'y avoir apporté aucun droit.",
        ),
    ),
    (
        "ATTRIBUTION",
        "MORAL_RIGHTS",
        _credit_nowhere,
        wording(
            "The author asks to be named, yet no place for a credit is foreseen.",
            "L'auteur demande que son nom figure, mais aucun emplacement n'est prévu.",
        ),
    ),
    (
        "DERIVATIVE_DATASET",
        "SUBLICENSE",
        _shared_with_nobody,
        wording(
            "Derived data may be shared with other licensees, yet nobody but the buyer may touch the footage.",
            "Les données dérivées peuvent être partagées, mais nul autre que l'acheteur ne peut toucher aux rushes.",
        ),
    ),
    (
        "SECURITY",
        "SUBLICENSE",
        _sealed_but_sublicensed,
        wording(
            "Copies may not leave the buyer's environment, yet third parties may be sublicensed.",
            "Les copies ne peuvent quitter l'environnement de l'acheteur, mais des tiers peuvent être sous-licenciés.",
        ),
    ),
    (
        "DERIVATIVE_DATASET",
        "FIELD_OF_USE",
        _derived_kept_but_prohibited,
        wording(
            "Derived data is prohibited, yet numerical representations are granted.",
            "Les données dérivées sont interdites, mais les représentations numériques sont concédées.",
        ),
    ),
    (
        "EXCLUSIVITY",
        "MFN",
        _exclusive_but_most_favoured,
        wording(
            "An exclusive grant has no comparable price, yet most favoured terms are asked.",
            "Une exclusivité n'a pas de prix comparable, mais les conditions les plus favorables sont demandées.",
        ),
    ),
)


def contradictions(values: TermsValues) -> list[Contradiction]:
    """Every pair of clauses that cannot both hold with these values; empty when they agree."""
    found = [Contradiction(first, second, because) for first, second, broken, because in RULES if broken(values)]
    return sorted(found, key=lambda item: item.codes)


def refuse_contradictions(values: TermsValues) -> None:
    """Raise `contradiction` naming both clauses of every pair that cannot hold together."""
    found = contradictions(values)
    if found:
        pairs = "; ".join(f"{low} and {high}: {item.because.en}" for item in found for low, high in (item.codes,))
        raise CONTRADICTION(
            f"{pairs} Change one clause of each pair. Nothing was stored.",
            clauses=sorted({code for item in found for code in item.codes}),
            errors=[{"pointer": f"/{code}", "detail": item.because.en} for item in found for code in item.codes],
        )
