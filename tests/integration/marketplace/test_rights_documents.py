"""Rights signals that stand at addresses of their own, as their standards ask."""

from __future__ import annotations

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from marketplace.delivery.services.marking import media_keys
from tests.factories.signals import content_usage_read, expanded, rsl_read
from tests.integration.marketplace.test_rights_signals import RSL_LINK, SITE, told


@pytest.mark.django_db(transaction=True)
def test_the_site_s_documents_are_served_as_their_standards_ask(live_server: LiveServer) -> None:
    with httpx.Client(base_url=live_server.url) as client:
        robots = client.get("/robots.txt").raise_for_status()
        assert f"License: {SITE}/rsl.xml\n" in robots.text
        (usage,) = [line for line in robots.text.splitlines() if line.startswith("Content-Usage:")]
        assert content_usage_read(usage.partition(": ")[2]) == {"train-ai": "n"}

        rsl = client.get("/rsl.xml").raise_for_status()
        assert rsl.headers["Content-Type"] == "application/rsl+xml"
        assert rsl_read(rsl.content) == {
            "/market/clips/": {"permits": "ai-train", "payment": "training", "custom": f"{SITE}/market/clips"},
            "/": {"prohibits": "ai-all"},
        }

        rules = client.get("/.well-known/tdmrep.json").raise_for_status()
        assert rules.headers["Content-Type"] == "application/json"
        assert rules.json() == [
            {"location": "/market/clips/*", "tdm-reservation": 1, "tdm-policy": f"{SITE}/rsl.xml"},
            {"location": "/*", "tdm-reservation": 1},
        ]
        for answer in (robots, rsl, rules, client.get("/"), client.get("/no-such-page"), client.get("/health/live")):
            assert told(answer.headers) == ({"train-ai": "n"}, "1", "", RSL_LINK)

        vocabulary = client.get("/ns/ai-licence").raise_for_status()
        assert vocabulary.headers["Content-Type"] == "application/ld+json"
        assert expanded(vocabulary.json())["@id"] == f"{SITE}/ns/ai-licence"
        root = client.get("/.well-known/offcut-media-root.pem").raise_for_status()
        assert root.text == media_keys().root
