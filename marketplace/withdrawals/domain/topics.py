"""Names that withdrawals hear, do and tell."""

from __future__ import annotations

from typing import Final

RELEASE_FOLLOW: Final = "marketplace.release.follow"
"""Done: tells holders of licences that rested on a release. Subject: ``<release>:<event>``; payload: ``release``."""

CLIP_WITHDRAWN: Final = "marketplace.clip.withdrawn"
"""Told: a clip is not sold any more. Subject: the clip's public id; payload: ``withdrawal``."""
LICENCE_WITHDRAWN: Final = "marketplace.licence.withdrawn"
"""Told: the holder of a licence was given notice. Subject: the licence's public id, when told again
``<licence>:<notice>``; payload: ``notice``."""
LICENCE_TERMINATED: Final = "marketplace.licence.terminated"
"""Told: a licence ended before its time. Subject: the licence's public id; payload: ``notice``."""
LICENCE_REFUNDED: Final = "marketplace.licence.refunded"
"""Told: a buyer was credited for a licence that ended before its time. Subject: the licence; payload: ``notice``."""
LICENCE_CLAIMED: Final = "marketplace.licence.claimed"
"""Told: a claim puts a licence in doubt. Subject: ``<licence>:<claim>``, public ids; payload: ``licence``."""
LICENCE_CLEARED: Final = "marketplace.licence.cleared"
"""Told: the claim was rejected. Subject: ``<licence>:<claim>``, public ids; payload: ``licence``."""
DELETION_ATTESTED: Final = "marketplace.deletion.attested"
"""Told: the holder declared the footage deleted. Subject: the notice; payload: ``licence``, ``merkle_root``."""
NOTICE_REMINDER: Final = "marketplace.notice.reminder"
"""Told: a deadline comes near. Subject: ``<notice>:<number of the reminder>``; payload: ``notice``."""
NOTICE_OVERDUE: Final = "marketplace.notice.overdue"
"""Told: a deadline passed without an attestation. Subject: the notice's public id."""

NOTICE_LOOK: Final = "marketplace.notice.look"
"""Done: the job that moves a notice on when its time has come. Subject: ``<notice>:<moment>``."""
LATE_LICENCES: Final = "marketplace.withdrawal.late_licences"
"""Done: gives notice of licences that were paid while their clip was being withdrawn. Subject: the order."""
