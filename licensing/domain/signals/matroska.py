"""The policy as tags of a Matroska or WebM file, which have no place for an XMP packet or a C2PA manifest.

``LICENSE`` is a tag of the Matroska specification (RFC 9559 leaves the list open); the others are the properties of
PLUS, RSL and TDMRep under their own names, spelled as Matroska spells names.
"""

from __future__ import annotations

from licensing.domain.signals.iptc import VOCABULARY, data_mining
from licensing.domain.signals.policy import RightsPolicy
from licensing.domain.signals.tdmrep import tdm_rule


def matroska_tags(policy: RightsPolicy) -> dict[str, str]:
    """Names and values of the tags: rights are reserved in each, and where they are explained when there is a place."""
    rule = tdm_rule(policy, "")
    tags = {"PLUS_DATA_MINING": f"{VOCABULARY}{data_mining(policy)}", "TDM_RESERVATION": "1"}
    if rule.policy:
        tags["TDM_POLICY"] = rule.policy
    if policy.rights_url:
        tags |= {"LICENSE": policy.rights_url, "RSL_LICENSE": policy.rights_url}
    return tags
