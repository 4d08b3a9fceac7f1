"""An order's page says which files are held back and why, and offers no link to them."""

from __future__ import annotations

import pytest

from marketplace.web.views import orders
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.services.claims import Filing, claim_file
from tests.browsing import browser
from tests.factories.delivered import bought, everything_done, taken_down

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]

HELD, GIVEN = "shards/shard-000000.tar", "shards/shard-000001.tar"


def test_a_file_of_a_clip_that_was_taken_down_is_marked_and_not_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    had = bought()
    everything_done()
    path = f"/market/orders/{had.order.public_id}"
    client = browser(had.buyer)
    whole = client.get(path).content.decode()
    assert f"{path}/files/{HELD}" in whole
    assert "held back" not in whole
    files = had.first.files.count()
    assert f"{files} files</summary>" in whole
    claim_file(filing=Filing(ClaimKind.SAFETY, "Harbour", "V. P.", "v@example.org", "Danger.", had.clips[0].pk))
    claimed = client.get(path).content.decode()
    assert "Held back: a claim is looked at" in claimed
    assert f"{path}/files/{HELD}" not in claimed
    assert f"{path}/files/{GIVEN}" in claimed
    taken_down(had.clips[0])
    ended = client.get(path).content.decode()
    assert "Not given out: a licence in it ended" in ended
    assert "1 file is held back" in ended
    monkeypatch.setattr(orders, "FILES_SHOWN", 3)
    first = client.get(path).content.decode()
    assert f"{files} files</summary>" in first
    assert "The first 3 are listed here" in first
