"""From which address a request comes, when proxies stand between; for counting tries and for signatures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address


def client_address(*, peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The address of who is nearest to us and not one of our proxies.

    ``peer`` is at the other end of the connection. Each trusted proxy writes the address it was called from at the
    right end of ``forwarded`` (X-Forwarded-For), so what stands left of the first one that is not trusted was sent by
    the client itself and may be anything: it is not looked at. Nor is what is not an address.
    """
    nearest = peer
    for hop in reversed(forwarded.split(",")):
        address = _address(nearest)
        before = _address(hop)
        if address is None or before is None or not any(address in network for network in trusted):
            break
        nearest = str(before)
    return nearest


def _address(text: str) -> _Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


class ClientAddressMiddleware:
    """``REMOTE_ADDR`` is the client's address, and X-Forwarded-For is gone: nobody behind this believes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        request.META["REMOTE_ADDR"] = client_address(
            peer=request.META.get("REMOTE_ADDR", ""),
            forwarded=request.META.pop("HTTP_X_FORWARDED_FOR", ""),
            trusted=settings.OFFCUT.trusted_proxies,
        )
        return self.get_response(request)
