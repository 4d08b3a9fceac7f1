"""Where a request comes from: what proxies of ours say is believed, what anybody else says is not."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api.client_address import client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # not a proxy of ours: it may say what it likes
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),  # the left one is the client's own word
        ("10.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),  # two proxies in a row
        ("10.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.9"),  # from inside
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, , ", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9:4711", "10.0.0.1"),
        ("::ffff:10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("fd00::1", "2001:DB8::0:1", "2001:db8::1"),
        ("", "203.0.113.9", ""),  # a unix socket: nobody is named, so nobody is trusted
    ],
)
def test_hops_are_counted_from_the_right(peer: str, forwarded: str, found: str) -> None:
    assert client_address(peer=peer, forwarded=forwarded, trusted=PROXIES) == found


@given(st.text(max_size=80))
def test_nothing_that_is_sent_along_matters_without_trusted_proxies(forged: str) -> None:
    assert client_address(peer="198.51.100.7", forwarded=forged, trusted=()) == "198.51.100.7"
    assert client_address(peer="10.0.0.1", forwarded=forged, trusted=()) == "10.0.0.1"


@given(st.text(max_size=80))
def test_nothing_that_the_client_sends_moves_what_the_proxy_adds(forged: str) -> None:
    assert client_address(peer="10.0.0.1", forwarded=f"{forged}, 203.0.113.9", trusted=PROXIES) == "203.0.113.9"
    assert client_address(peer="10.0.0.1", forwarded=f"{forged},203.0.113.9", trusted=PROXIES) == "203.0.113.9"
