"""Three sets of terms a creator can pick in one click, as changes over the creator defaults."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from licensing.domain.parameters import Value
from licensing.domain.wording import Text, wording

Changes = Mapping[str, Mapping[str, Value]]


class Preset(StrEnum):
    """One-click terms."""

    OPEN = "open"
    CAREFUL = "careful"
    RESEARCH_ONLY = "research_only"


PRESET_WORDS: Final[Mapping[Preset, Text]] = {
    Preset.OPEN: wording(
        "Open: every purpose and class of model, long terms, light duties. Reaches the most buyers.",
        "Ouvert : toutes finalités et catégories de modèles, durées longues, obligations légères. Le plus d'acheteurs.",
    ),
    Preset.CAREFUL: wording(
        "Careful: training and evaluation for two years, with firm limits on people, style and reputation.",
        "Prudent : entraînement et évaluation pendant deux ans, avec des limites fermes quant aux personnes, au style "
        "et à la réputation.",
    ),
    Preset.RESEARCH_ONLY: wording(
        "Research only: non-commercial fine-tuning and evaluation, one year, nobody else touches the footage.",
        "Recherche seulement : ajustement et évaluation non commerciaux, un an, nul autre ne touche aux rushes.",
    ),
}

PRESETS: Final[Mapping[Preset, Changes]] = {
    Preset.OPEN: {
        "FIELD_OF_USE": {
            "purposes": (
                "pretrain",
                "finetune",
                "align",
                "evaluate",
                "benchmark",
                "retrieval_grounding",
                "synthetic_data_gen",
            )
        },
        "MODEL_CLASS": {
            "classes": (
                "video_gen",
                "image_gen",
                "audio_gen",
                "world_model",
                "robotics_policy",
                "vision_understanding",
                "multimodal_llm",
                "detector",
            )
        },
        "NO_SCENE_MIMICRY": {"scope": "off"},
        "STYLE_IMITATION": {"rule": "allow"},
        "REPUTATION": {"topics": ("porn", "hate", "violence", "scam")},
        "TERM": {"training_access_months": 60},
        "SURVIVAL": {"model": "model_perpetual", "no_new_training": False},
        "DERIVATIVE_DATASET": {"sharing": "share_with_licensees", "delete_with_source": False},
        "REPORTING": {"fields": ("models", "volume")},
    },
    Preset.CAREFUL: {},
    Preset.RESEARCH_ONLY: {
        "FIELD_OF_USE": {"purposes": ("finetune", "evaluate", "benchmark"), "commercial": False},
        "MODEL_SCOPE": {"scope": "single_named", "deployment": False},
        "STYLE_IMITATION": {"rule": "prohibit"},
        "TERM": {"training_access_months": 12},
        "SURVIVAL": {"model": "retrain_required", "no_new_training": True},
        "SUBLICENSE": {"level": "none"},
        "DATA_SUBJECT": {"people": "blurred", "legal_basis": "legitimate_interest"},
        "REPORTING": {"cadence": "per_batch"},
    },
}
