"""The policy as IPTC photo and video metadata with the PLUS Data Mining property: an XMP packet for the file itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from xml.sax.saxutils import escape

from licensing.domain.signals.policy import RightsPolicy, SignalState

PLUS: Final = "http://ns.useplus.org/ldf/xmp/1.0/"
VOCABULARY: Final = "http://ns.useplus.org/ldf/vocab/"
RIGHTS: Final = "http://ns.adobe.com/xap/1.0/rights/"
RSL: Final = "https://rslstandard.org/rsl"


class DataMining(StrEnum):
    """The values of the PLUS Data Mining property in use: none of them allows anything."""

    PROHIBITED = "DMI-PROHIBITED"
    PROHIBITED_TRAINING = "DMI-PROHIBITED-AIMLTRAINING"
    SEE_RIGHTS = "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR"


def data_mining(policy: RightsPolicy) -> DataMining:
    """What the property says: prohibited, but for what the linked rights grant."""
    match policy.state:
        case SignalState.ON_SALE | SignalState.LICENSED:
            return DataMining.SEE_RIGHTS
        case SignalState.NOT_FOR_SALE:
            return DataMining.PROHIBITED
        case SignalState.EVALUATION:
            return DataMining.PROHIBITED_TRAINING


def xmp_packet(policy: RightsPolicy) -> bytes:
    """The XMP packet of a file; where rights are explained, it links to them, for PLUS and for RSL readers alike."""
    lines = [
        f"<plus:DataMining>{VOCABULARY}{data_mining(policy)}</plus:DataMining>",
        "<xmpRights:Marked>True</xmpRights:Marked>",
    ]
    if policy.rights_url:
        url = escape(policy.rights_url)
        lines += [
            f"<xmpRights:WebStatement>{url}</xmpRights:WebStatement>",
            f'<rsl:license rdf:resource="{escape(policy.rights_url, {chr(34): "&quot;"})}"/>',
        ]
    body = "\n   ".join(lines)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'  <rdf:Description rdf:about="" xmlns:plus="{PLUS}" xmlns:xmpRights="{RIGHTS}" xmlns:rsl="{RSL}">\n'
        f"   {body}\n"
        "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    ).encode()
