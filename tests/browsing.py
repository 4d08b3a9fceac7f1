"""A person's browser, without a window: sign in, read a page as text, send a form."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.test import Client

from core.accounts.models import User
from core.accounts.policy import Actor


def person_of(actor: Actor) -> User:
    """The person behind an actor."""
    assert actor.user_id is not None
    return User.objects.get(pk=actor.user_id)


def browser(actor: Actor, language: str = "en") -> Client:
    """A signed-in browser that prefers a language."""
    client = Client(headers={"accept-language": language})
    client.force_login(person_of(actor))
    return client


def text_of(client: Client, path: str, data: Mapping[str, str] | None = None, **headers: str) -> str:
    """What a page says, without its tags."""
    answer = client.get(path, data, headers=headers)
    assert answer.status_code == 200, (path, answer.status_code)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def after(client: Client, path: str, data: Mapping[str, object]) -> str:
    """Send a form, follow to the page after it, and return what that says."""
    answer = client.post(path, data, follow=True)
    assert answer.status_code in {200, 422}, (path, answer.status_code)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
