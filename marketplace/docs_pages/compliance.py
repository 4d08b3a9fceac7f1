"""The reference of compliance papers: each field, its words, and the table and column it comes from."""

from __future__ import annotations

from marketplace.delivery.domain.compliance import described, provenance, responsible
from marketplace.delivery.domain.compliance.pack import PAPERS
from marketplace.docs_pages.markdown import code, page, table

_INTRODUCTION = """
Every dataset is delivered with drafts for the buyer's regulator in `compliance/`, as JSON and as readable pages in
English and French; `GET /api/v1/orders/{order_id}/compliance` answers with the same files, and
`GET /api/v1/compliance/eu_summary` sums up everything an organisation licensed. Each field is counted from rows. What
no row says is told as unknown, in words in the page and as `"known": false` in the JSON; nothing is invented.
"""


def compliance() -> str:
    """Return the page."""
    blocks = [_INTRODUCTION]
    for paper in PAPERS:
        blocks += [f"## {paper.title.en} (`compliance/{paper.code}.json`)", paper.law.en]
        for section in paper.sections:
            rows = [(code(field.key), field.label.en, field.label.fr, code(field.source)) for field in section.fields]
            blocks += [f"### {section.title.en}", table(("Field", "Item", "Rubrique", "Source"), rows)]
    for title, sources in (
        ("Data & Trust Alliance provenance 1.0.0 (`compliance/dts-provenance.json`)", provenance.SOURCES),
        ("Croissant (`croissant.json`)", described.CROISSANT_SOURCES),
        ("Croissant RAI (`croissant.json`)", responsible.SOURCES),
        ("Hugging Face card (`README.md`)", described.CARD_SOURCES),
    ):
        named = [(code(name), code(source)) for name, source in sources.items()]
        blocks += [f"## {title}", table(("Field", "Source"), named)]
    return page("Compliance papers", *blocks)
