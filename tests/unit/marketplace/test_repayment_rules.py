"""When a refund is not even asked for, and what the embedded provider gives back: never more than it collected."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.errors import DomainError
from core.money import Money
from marketplace.payouts.adapters.test_provider import TestProvider
from marketplace.payouts.domain import TOKEN_CLOSED, TOKEN_DECLINED, Returned
from marketplace.repayments.domain.states import Refusal, refusal_of


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@pytest.mark.parametrize(
    ("paid", "captured", "gone", "amount", "refused"),
    [
        (True, [1000], 0, 1000, None),
        (True, [1000], 400, 600, None),
        (True, [1000], 401, 600, Refusal.MORE_THAN_IS_LEFT),
        (True, [1000], 0, 1001, Refusal.MORE_THAN_IS_LEFT),
        (True, [600, 400], 0, 100, Refusal.NO_SINGLE_PAYMENT),
        (True, [], 0, 100, Refusal.NO_SINGLE_PAYMENT),
        (False, [1000], 0, 100, Refusal.ORDER_REFUNDED),
    ],
)
def test_what_cannot_go_back_the_way_it_came_is_refused(
    *, paid: bool, captured: list[int], gone: int, amount: int, refused: Refusal | None
) -> None:
    asked = refusal_of(paid=paid, captured=[usd(one) for one in captured], gone=usd(gone), amount=usd(amount))
    assert asked == refused


def collected(folder: Path, minor: int = 1000, token: str = "tok_test") -> TestProvider:  # noqa: S107 - a test card
    provider = TestProvider(folder)
    provider.charge(key="ord:1", amount=usd(minor), token=token)
    return provider


def back(provider: TestProvider, key: str, minor: int) -> Returned:
    return provider.refund(key=key, charge_key="ord:1", amount=usd(minor))


def test_a_key_gives_back_once_and_its_first_answer_stands(tmp_path: Path) -> None:
    provider = collected(tmp_path)
    assert provider.find_refund(key="lic:1", charge_key="ord:1") is None
    answers = [back(provider, "lic:1", 300), back(provider, "lic:2", 700), back(provider, "lic:1", 300)]
    assert [answer.sent for answer in answers] == [True, True, True]
    assert answers[0] == answers[2] == TestProvider(tmp_path).find_refund(key="lic:1", charge_key="ord:1")
    with pytest.raises(DomainError, match="was asked for under lic:1"):
        back(provider, "lic:1", 301)
    assert back(provider, "lic:3", 1).refusal_code == "more_than_is_left"


def test_what_was_refused_takes_nothing_away(tmp_path: Path) -> None:
    provider = collected(tmp_path)
    assert (back(provider, "lic:1", 1001).sent, back(provider, "lic:2", 1000).sent) == (False, True)


@pytest.mark.parametrize(
    ("token", "code"),
    [("tok_test", ""), (TOKEN_CLOSED, "card_closed"), (TOKEN_DECLINED, "charge_unknown")],
)
def test_a_card_decides_what_comes_back_to_it(tmp_path: Path, token: str, code: str) -> None:
    answer = back(collected(tmp_path, token=token), "lic:1", 10)
    assert (answer.sent, answer.refusal_code) == (not code, code)


def test_what_nobody_paid_or_paid_in_other_money_is_not_given_back(tmp_path: Path) -> None:
    provider = collected(tmp_path)
    unknown = provider.refund(key="lic:1", charge_key="ord:2", amount=usd(10))
    other = provider.refund(key="lic:1", charge_key="ord:1", amount=Money(10, "EUR"))
    assert (unknown.refusal_code, other.refusal_code) == ("charge_unknown", "charge_unknown")


def test_twelve_at_once_get_no_more_than_was_collected(tmp_path: Path) -> None:
    collected(tmp_path)
    barrier = threading.Barrier(12)
    answers: list[Returned] = []

    def ask(number: int) -> None:
        barrier.wait()
        answers.append(back(TestProvider(tmp_path), f"lic:{number % 6}", 250))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = {answer.key for answer in answers if answer.sent}
    assert (len(answers), len(sent), len({(one.key, one.sent) for one in answers})) == (12, 4, 6)
