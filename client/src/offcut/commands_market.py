"""search, explain, quote, order."""

from __future__ import annotations

from offcut.arguments import Commands
from offcut.errors import ExitCode
from offcut.formats import duration_text, left_text
from offcut.language import t
from offcut.models import Order, Quote
from offcut.output import Output, emit
from offcut.session import Session

_USABLE = ("fits", "fits_if")


def search(session: Session) -> ExitCode:
    """Clips that fit a use case."""
    args = session.args
    with session.client() as client:
        use_case = client.use_cases.find(args.use).id if args.use else None
        fitting = {"verdict": list(_USABLE)} if use_case and not args.all else {}
        found = client.search(" ".join(args.query), use_case=use_case, limit=args.limit, **fitting)
    if args.ids:
        for clip_id in found.ids:
            emit(clip_id)
        return ExitCode.OK
    rows = [
        (
            clip.get("id"),
            clip.get("title"),
            duration_text(clip.get("duration_ms")),
            clip.get("resolution_class"),
            _amount(clip.get("buyer_pays_per_minute")),
            clip.get("verdict"),
            "; ".join(clip.get("reasons") or ()),
        )
        for clip in found.clips
    ]
    columns = ("Clip", "Title", ">Duration", "Class", ">Per minute", "Verdict", "Reason")
    session.out.table(columns, found.clips, rows)
    count, length = found.facts.get("clips", len(rows)), duration_text(found.facts.get("duration_ms"))
    session.out.say(t("{count} clips, {length}", count=count, length=length))
    return ExitCode.OK


def _amount(value: object) -> str:
    return f"{value['amount']} {value['currency']}" if isinstance(value, dict) else ""


def explain(session: Session) -> ExitCode:
    """Why the rest does not fit."""
    args = session.args
    with session.client() as client:
        answer = client.search.explain(" ".join(args.query), use_case=client.use_cases.find(args.use).id)
    if session.out.as_json:
        session.out.json(answer)
        return ExitCode.OK
    fits, total = duration_text(answer.get("eligible_ms")), duration_text(answer.get("total_ms"))
    session.out.say(t("{fits} of {total} fit.", fits=fits, total=total))
    rows = [
        (
            one.get("name"),
            duration_text(one.get("fails_on_ms")),
            duration_text(one.get("only_obstacle_ms")),
            one.get("relax"),
        )
        for one in answer.get("obstacles") or ()
    ]
    session.out.table(("Need", ">Fails on", ">Relaxing gains", "How"), (), rows)
    pair = answer.get("best_pair")
    if pair:
        gain = duration_text(pair.get("gain_ms"))
        first, second = pair.get("first"), pair.get("second")
        session.out.say(
            t("Relaxing {first} and {second} together gains {gain}.", first=first, second=second, gain=gain)
        )
    return ExitCode.OK


def _print_quote(out: Output, quote: Quote) -> None:
    pairs = [
        ("Quote", quote.id),
        ("State", quote.state),
        ("Clips", quote.clips),
        ("Duration", duration_text(quote.duration_ms)),
        ("Creators", quote.creators and quote.creators.text),
        ("Service fee", quote.service_fee and quote.service_fee.text),
        ("Total", quote.total and quote.total.text),
        ("Valid until", quote.expires_at),
    ]
    out.facts(quote, pairs)
    if quote.conditions and not out.as_json:
        out.say(t("Conditions to accept:"))
        out.table(("Code", "Condition"), (), [(c.code, c.text or c.title) for c in quote.conditions])
    if quote.left_out and not out.as_json:
        out.say(t("Left out:"))
        out.table(("Clip", "Reason"), (), [(one.get("clip"), one.get("text")) for one in quote.left_out])


def quote_new(session: Session) -> ExitCode:
    """A quote for clips, or for everything that fits."""
    args = session.args
    with session.client() as client:
        use_case = client.use_cases.find(args.use).id
        search_for = {"query": args.query} if args.query else {}
        _print_quote(session.out, client.quotes.create(use_case, list(args.clips) or None, **search_for))
    return ExitCode.OK


def quote_show(session: Session) -> ExitCode:
    """One quote."""
    with session.client() as client:
        _print_quote(session.out, client.quotes.get(session.args.quote))
    return ExitCode.OK


def quote_accept(session: Session) -> ExitCode:
    """Accept a quote's conditions; it becomes an order."""
    args = session.args
    with session.client() as client:
        codes = list(args.condition)
        if args.all_conditions:
            codes = [condition.code for condition in client.quotes.get(args.quote).conditions]
        _print_order(session.out, client.quotes.accept(args.quote, codes))
    return ExitCode.OK


def _print_order(out: Output, order: Order) -> None:
    total = order.total and order.total.text
    out.facts(order, (("Order", order.id), ("State", order.state), ("Total", total), ("Dataset", order.dataset_id)))


def order_show(session: Session) -> ExitCode:
    """One order."""
    with session.client() as client:
        _print_order(session.out, client.orders.get(session.args.order))
    return ExitCode.OK


def order_pay(session: Session) -> ExitCode:
    """Pay an order; a paid order is not paid again."""
    args = session.args
    with session.client() as client:
        _print_order(session.out, client.orders.pay(args.order, method=args.method, token=args.token))
    return ExitCode.OK


def order_wait(session: Session) -> ExitCode:
    """Wait until the dataset of an order is ready."""
    args, out = session.args, session.out
    with session.client() as client, out.bars() as bars:
        bar = bars.steps(t("Waiting for the dataset"))

        def look(seen: Order) -> None:
            if not seen.dataset_id:
                bars.show(bar, 0, f"{seen.id} · {seen.state}")
                return
            progress = client.datasets.progress(seen.dataset_id)
            left = left_text(progress.seconds_left)
            label = f"{progress.stage or seen.state}" + (f" · {t('{time} left', time=left)}" if left else "")
            bars.show(bar, progress.done, label, progress.total or None)

        order = client.orders.wait(args.order, timeout_s=args.timeout, on_order=look)
    _print_order(out, order)
    return ExitCode.OK if order.state in {"ready", "delivered"} else ExitCode.FAILED


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    find = commands.add("search", search, "Clips that fit a use case")
    find.add_argument("query", nargs="*", help=t("words and filters, such as drone fps:>=50"))
    find.add_argument("--use", metavar="USE", help=t("use case, by id or name"))
    find.add_argument("--limit", type=int, default=50)
    find.add_argument("--all", action="store_true", help=t("also those that do not fit, with the reason"))
    find.add_argument("--ids", action="store_true", help=t("print the ids only"))
    why = commands.add("explain", explain, "Why the rest does not fit, and what relaxing would gain")
    why.add_argument("query", nargs="*")
    why.add_argument("--use", metavar="USE", required=True)
    quotes = commands.group("quote", "Offers")
    new = quotes.add("new", quote_new, "A quote for clips, or for everything that fits")
    new.add_argument("clips", nargs="*", metavar="CLIP")
    new.add_argument("--use", metavar="USE", required=True)
    new.add_argument("--query", help=t("search instead of naming clips"))
    quotes.add("show", quote_show, "One quote").add_argument("quote")
    accept = quotes.add("accept", quote_accept, "Accept a quote's conditions; it becomes an order")
    accept.add_argument("quote")
    accept.add_argument("--condition", action="append", default=[], metavar="CODE")
    accept.add_argument("--all-conditions", action="store_true")
    orders = commands.group("order", "Orders")
    orders.add("show", order_show, "One order").add_argument("order")
    pay = orders.add("pay", order_pay, "Pay an order")
    pay.add_argument("order")
    pay.add_argument("--method", default="test")
    pay.add_argument("--token", default="", help=t("card or account at the payment provider"))
    wait = orders.add("wait", order_wait, "Wait until the dataset is ready")
    wait.add_argument("order")
    wait.add_argument("--timeout", type=float, default=3600.0, help=t("seconds to wait at most (3600)"))
