"""The transparency log of a server, believed only as far as it proves itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offcut import merkle
from offcut.certificate import CertificateError, Key
from offcut.errors import OffcutError
from offcut.language import t
from offcut.log import Entry, Head, digests, included, position_of, read_head, refuse, thing
from offcut.transport import Transport


@dataclass(frozen=True)
class Told:
    """What the log holds about a thing, proven: the head it holds for, and the latest entry with its position."""

    id: str
    head: Head
    head_text: str
    index: int | None
    entry: Entry | None
    seen: int | None
    """Size of the log when it was last looked at, shown to be the beginning of today's; None the first time."""


def _mismatch(error: CertificateError) -> OffcutError:
    return OffcutError(
        "log_mismatch",
        t("The log does not prove what it says."),
        f"{t(error.detail)} " + t("Do not rely on it; tell the seller and others."),
    )


class LogApi:
    """Questions to the log; every answer is checked against the keys before it is given on."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def about(self, public_id: str, keys: Mapping[str, Key], last_head: str = "") -> Told:
        """What the log holds about a clip or a licence.

        With the text of an earlier head the log must prove that it only grew since; OffcutError `log_mismatch` when
        any proof fails.
        """
        answer = self._transport.json("GET", f"log/absence/{public_id}")
        try:
            return self._checked(public_id, answer, keys, last_head)
        except CertificateError as error:
            raise _mismatch(error) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _mismatch(refuse("malformed", "It is not a proof in the form in which it was written.")) from error

    def _checked(self, public_id: str, answer: Mapping[str, Any], keys: Mapping[str, Key], last_head: str) -> Told:
        text = answer["head"]["text"]
        head, proof = read_head(text, keys), answer["proof"]
        leaf = None if proof["leaf"] is None else (bytes.fromhex(proof["leaf"]["key"]), int(proof["leaf"]["position"]))
        index = position_of(thing(public_id), digests(proof["siblings"]), leaf, head.map_root)
        entry = None
        if index is not None:
            entry = included(answer["latest"], head)
            if answer["latest"]["index"] != index or thing(public_id).hex() not in entry.about:
                raise refuse("entry", "An entry is not in the log that the head describes.")
        return Told(public_id, head, text, index, entry, self._grown(head, last_head, keys))

    def _grown(self, head: Head, last_head: str, keys: Mapping[str, Key]) -> int | None:
        """Size of the earlier log, once the present one is shown to begin with it."""
        if not last_head:
            return None
        last = read_head(last_head, keys)
        path: tuple[bytes, ...] = ()
        if 0 < last.size < head.size:
            answer = self._transport.json("GET", f"log/proof/consistency?first={last.size}&second={head.size}")
            path = digests(answer["path"])
        if last.origin != head.origin or not merkle.grew(last.size, head.size, (last.root, head.root), path):
            raise refuse("rewritten", "The log does not begin with what it held when you last looked.")
        return last.size
