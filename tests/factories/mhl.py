"""Cards with their own lists of checksums, written as offload tools write them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path


def classic_list(folder: Path, files: Mapping[str, bytes], name: str = "A001.mhl", kind: str = "md5") -> Path:
    """A classic MHL 1.1 beside the files."""
    entries = "".join(
        f"<hash><file>{path}</file><size>{len(data)}</size>"
        f"<lastmodificationdate>2026-11-22T08:00:00Z</lastmodificationdate>"
        f"<{kind}>{hashlib.new(kind, data, usedforsecurity=False).hexdigest()}</{kind}>"
        f"<hashdate>2026-11-22T08:00:00Z</hashdate></hash>"
        for path, data in files.items()
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?><hashlist version="1.1"><creatorinfo/>{entries}</hashlist>'
    target = folder / name
    target.write_text(text, encoding="utf-8")
    return target


def asc_list(folder: Path, files: Mapping[str, bytes], generation: int = 1, action: str = "original") -> Path:
    """One generation of an ASC MHL history, with a directory hash that is not a file's."""
    entries = "".join(
        f'<hash><path size="{len(data)}" lastmodificationdate="2026-11-22T08:00:00+00:00">{path}</path>'
        f'<sha1 action="{action}" hashdate="2026-11-22T08:00:00+00:00">'
        f"{hashlib.sha1(data, usedforsecurity=False).hexdigest()}</sha1></hash>"
        for path, data in files.items()
    )
    directory = "<directoryhash><path>Clips</path><content><sha1>00</sha1></content></directoryhash>"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><hashlist version="2.0" xmlns="urn:ASC:MHL:v2.0">'
        f"<creatorinfo/><processinfo><roothash><content><sha1>00</sha1></content></roothash></processinfo>"
        f"<hashes>{entries}{directory}</hashes></hashlist>"
    )
    target = folder / "ascmhl" / f"{generation:04d}_A001_2026-11-22_080000Z.mhl"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target
