"""Tries are counted by where they really come from: another X-Forwarded-For is not another visitor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from ipaddress import ip_network

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

pytestmark = pytest.mark.django_db

PEER = "198.51.100.7"
PROXY = "172.18.0.1"
WRONG = {"email": "nobody@example.org", "password": "wrong"}


@pytest.fixture(autouse=True)
def _three_tries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    rates = ("sign_in", "estimate", "proof", "claim", "release_link")
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", dict.fromkeys(rates, "3/min"))
    monkeypatch.setattr("marketplace.web.views.release.LinkRate.rate", "3/min")
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def behind_a_proxy(settings: LazySettings) -> None:
    """As docker-compose.yml has it."""
    settings.OFFCUT = replace(settings.OFFCUT, trusted_proxies=(ip_network("172.16.0.0/12"),))


def sign_in(peer: str, forwarded: str) -> int:
    return Client().post("/login", WRONG, REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded).status_code


def api_sign_in(peer: str, forwarded: str) -> int:
    answer = Client().post(
        "/api/v1/auth/token",
        json.dumps(WRONG),
        content_type="application/json",
        REMOTE_ADDR=peer,
        HTTP_X_FORWARDED_FOR=forwarded,
    )
    return answer.status_code


def check(peer: str, forwarded: str) -> int:
    return Client().get("/verify/OC-NONE", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded).status_code


def proof(peer: str, forwarded: str) -> int:
    return Client().get("/api/v1/verify/OC-NONE", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded).status_code


def release(peer: str, forwarded: str) -> int:
    return Client().get("/release/nothing", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded).status_code


everywhere = pytest.mark.parametrize("ask", [sign_in, api_sign_in, check, proof, release])
Ask = Callable[[str, str], int]


@everywhere
def test_a_forged_header_is_no_new_visitor(ask: Ask) -> None:
    answers = [ask(PEER, f"203.0.113.{number}") for number in range(4)]
    assert HTTPStatus.TOO_MANY_REQUESTS not in answers[:3]
    assert answers[3] == HTTPStatus.TOO_MANY_REQUESTS


@everywhere
@pytest.mark.usefixtures("behind_a_proxy")
def test_behind_our_proxy_visitors_are_told_apart_by_what_it_adds(ask: Ask) -> None:
    forged = [ask(PROXY, f"203.0.113.{number}, {PEER}") for number in range(4)]
    assert HTTPStatus.TOO_MANY_REQUESTS not in forged[:3]
    assert forged[3] == HTTPStatus.TOO_MANY_REQUESTS
    assert ask(PROXY, "198.51.100.8") != HTTPStatus.TOO_MANY_REQUESTS


@everywhere
@pytest.mark.usefixtures("behind_a_proxy")
def test_who_comes_past_the_proxy_is_counted_by_itself(ask: Ask) -> None:
    answers = [ask(PEER, f"{PROXY}, 203.0.113.{number}") for number in range(4)]
    assert answers[3] == HTTPStatus.TOO_MANY_REQUESTS
