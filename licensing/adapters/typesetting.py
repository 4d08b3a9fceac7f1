"""The typesetter: a paper becomes a PDF/A-3b, the same bytes for the same paper, whatever its texts say.

Texts go in as data of one fixed layout; the layout's folder is all the typesetter can read. Fonts are its own, no
system font and no network package is used, and the date in the file is a fact of the paper.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typst

from licensing.domain.documents.paper import Paper, paper_json

LAYOUTS: Final = Path(__file__).parent / "typst"
_LAYOUT: Final = LAYOUTS / "paper.typ"
_STANDARD: Final = "a-3b"
_NO_FOLDERS: list[Path] = []


def _inputs(paper: Paper) -> dict[str, str]:
    return {
        "paper": paper_json(paper),
        "attachment": paper.attachment.text,
        "attachment_name": paper.attachment.name,
        "attachment_description": paper.attachment.description,
    }


def paper_pdf(paper: Paper) -> bytes:
    """The paper as PDF/A-3b with its attachment inside."""
    return typst.compile(
        _LAYOUT,
        root=LAYOUTS,
        font_paths=_NO_FOLDERS,
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=_STANDARD,
        sys_inputs=_inputs(paper),
    )


def paper_pages(paper: Paper, *, dots_per_inch: int) -> list[bytes]:
    """Every page of the paper as a PNG picture."""
    pages: object = typst.compile(
        _LAYOUT,
        root=LAYOUTS,
        font_paths=_NO_FOLDERS,
        ignore_system_fonts=True,
        format="png",
        ppi=dots_per_inch,
        sys_inputs=_inputs(paper),
    )
    return [bytes(page) for page in pages] if isinstance(pages, list) else [pages] if isinstance(pages, bytes) else []
