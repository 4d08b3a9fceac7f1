"""The files of the folder ``compliance/``: each paper as JSON and as a page in both languages."""

from __future__ import annotations

from typing import Final

from licensing.domain.wording import Language
from marketplace.delivery.domain.compliance.california import AB2013
from marketplace.delivery.domain.compliance.eu import EU_SUMMARY
from marketplace.delivery.domain.compliance.facts import Facts
from marketplace.delivery.domain.compliance.fields import json_bytes
from marketplace.delivery.domain.compliance.provenance import provenance_json
from marketplace.delivery.domain.folder import Folder

COMPLIANCE: Final = "compliance"
PROVENANCE: Final = f"{COMPLIANCE}/dts-provenance.json"
PAPERS: Final = (EU_SUMMARY, AB2013)


def pack_files(facts: Facts, folder: Folder) -> dict[str, bytes]:
    """Every file of the pack by its path; equal facts give equal bytes."""
    files = {}
    for paper in PAPERS:
        files[f"{COMPLIANCE}/{paper.code}.json"] = json_bytes(paper.as_json(facts))
        files[f"{COMPLIANCE}/{paper.code}.md"] = paper.as_markdown(facts, Language.EN)
        files[f"{COMPLIANCE}/{paper.code}.fr.md"] = paper.as_markdown(facts, Language.FR)
    provenance = provenance_json(
        facts,
        name=folder.name,
        dataset=folder.dataset,
        url=folder.url,
        licence_url=folder.licence_url,
        description=folder.description,
        issued=folder.published,
    )
    files[PROVENANCE] = json_bytes(provenance)
    return files
