"""estimate, terms, use-case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from offcut.arguments import Commands, assignments, duration, frame_rate
from offcut.client import Client
from offcut.errors import ExitCode, OffcutError
from offcut.formats import duration_text
from offcut.language import t
from offcut.local_files import LocalFile, scan
from offcut.models import Estimate, Money, Step
from offcut.output import Output
from offcut.session import Session

_FACTS = ("width", "height", "frame_rate", "genre", "release", "scope", "exclusivity", "term_months")


def _given_facts(session: Session) -> dict[str, Any]:
    args = session.args
    facts = {name: getattr(args, name) for name in _FACTS if getattr(args, name) is not None}
    if args.duration is not None:
        facts["duration_ms"] = args.duration
    if args.tech:
        facts["tech"] = args.tech
    if args.published:
        facts["published"] = True
    return facts


def _whole_facts(facts: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in ("duration_ms", "width", "height") if name not in facts]
    if missing:
        raise OffcutError(
            "usage",
            t("The footage is not described."),
            t("Give --duration, --width and --height; or --asset; or the path of a file that was uploaded from here."),
        )
    defaults = {"frame_rate": "25/1", "genre": "generic", "tech": [], "published": False, "release": "none_needed"}
    return {**defaults, "scope": "generative", "exclusivity": "none", "term_months": 24, **facts}


def _money(value: Money | str | None) -> str:
    return value.text if isinstance(value, Money) else value or ""


def _step_row(step: Step) -> tuple[object, ...]:
    return step.label, f"× {step.factor}" if step.factor else "", _money(step.adds), step.because


def _print_estimate(out: Output, estimate: Estimate, name: str, duration_ms: int | None) -> None:
    out.json({"file": name, **estimate.raw} if name else estimate)
    if out.as_json:
        return
    length = duration_text(duration_ms) if duration_ms is not None else ""
    out.say(f"{name or t('This footage')}  {length}  {estimate.resolution_class}".rstrip())
    out.table(("Step", ">Factor", ">Adds", "Because"), (), [_step_row(step) for step in estimate.steps])
    out.say(
        t(
            "Rate: {rate} per licensed minute (rate card {card})",
            rate=estimate.rate_per_minute.text,
            card=estimate.rate_card,
        )
    )
    if estimate.earns is not None:
        out.say(t("Earns: {earns} per licence", earns=estimate.earns.text))
    if estimate.up_to is not None:
        out.say(t("Up to: {up_to}", up_to=estimate.up_to.text))
    if estimate.guard is not None:
        guard = estimate.guard
        out.say(t("Computed {computed}, above the ceiling: needs {needs}", computed=guard.computed, needs=guard.needs))
    for way in estimate.raises:
        out.say(t("Would raise it: {what} (+{adds})", what=way.action, adds=way.adds))


def _asset_of(client: Client, file: LocalFile) -> str | None:
    record = client.uploads.uploader().known(file)
    return record.asset_id if record else None


def _estimate_paths(session: Session, facts: dict[str, Any]) -> ExitCode:
    unknown = []
    files = scan(Path(path) for path in session.args.paths).files
    with session.client() as client:
        for file in files:
            asset_id = _asset_of(client, file)
            if not asset_id:
                unknown.append(file)
                continue
            asset = client.assets.get(asset_id)
            _print_estimate(session.out, client.estimates.asset(asset_id, **facts), file.path.name, asset.duration_ms)
    for file in unknown:
        session.out.note(
            t("{path}: not uploaded from here. Upload it first, or give its facts as options.", path=file.path)
        )
    if not unknown:
        return ExitCode.OK
    return ExitCode.PARTIAL if len(unknown) < len(files) else ExitCode.FAILED


def estimate(session: Session) -> ExitCode:
    """What footage earns, explained step by step."""
    facts = _given_facts(session)
    if session.args.paths:
        return _estimate_paths(session, facts)
    if session.args.asset:
        with session.client() as client:
            _print_estimate(session.out, client.estimates.asset(session.args.asset, **facts), session.args.asset, None)
        return ExitCode.OK
    facts = _whole_facts(facts)
    with session.public() as client:
        _print_estimate(session.out, client.estimates.facts(facts), "", facts["duration_ms"])
    return ExitCode.OK


def terms_ls(session: Session) -> ExitCode:
    """My terms profiles."""
    with session.client() as client:
        items = list(client.terms.list())
    session.out.table(
        ("Terms", "Name", "Preset", ">Version"), items, [(i.id, i.name, i.preset, i.version) for i in items]
    )
    return ExitCode.OK


def terms_new(session: Session) -> ExitCode:
    """A new terms profile from a preset."""
    with session.client() as client:
        terms = client.terms.create(session.args.name, session.args.preset, assignments(session.args.set))
    pairs = (("Terms", terms.id), ("Name", terms.name), ("Preset", terms.preset), ("Version", terms.version))
    session.out.facts(terms, pairs)
    return ExitCode.OK


def use_case_ls(session: Session) -> ExitCode:
    """My use cases."""
    with session.client() as client:
        items = list(client.use_cases.list())
    session.out.table(("Use case", "Name", ">Version"), items, [(item.id, item.name, item.version) for item in items])
    return ExitCode.OK


def _needs(session: Session) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if session.args.file:
        try:
            values = json.loads(Path(session.args.file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise OffcutError(
                "usage", t("{file} cannot be read as JSON.", file=session.args.file), str(error)
            ) from error
    values |= assignments(session.args.set)
    return {
        **({"preset": session.args.preset} if session.args.preset else {}),
        **({"values": values} if values else {}),
    }


def use_case_new(session: Session) -> ExitCode:
    """State a use case."""
    with session.client() as client:
        use_case = client.use_cases.create(session.args.name, _needs(session))
    pairs = (("Use case", use_case.id), ("Name", use_case.name), ("Version", use_case.version))
    session.out.facts(use_case, pairs)
    return ExitCode.OK


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    price = commands.add("estimate", estimate, "What footage earns, step by step; needs no account")
    price.add_argument("paths", nargs="*", metavar="PATH", help=t("files that were uploaded from here"))
    price.add_argument("--facts", action="store_true", help=t("describe the footage with the options below"))
    price.add_argument("--asset", metavar="ID", help=t("a file at the server"))
    price.add_argument("--duration", type=duration, help="40:00, 90s, 12.5min")
    price.add_argument("--width", type=int)
    price.add_argument("--height", type=int)
    price.add_argument("--fps", dest="frame_rate", type=frame_rate, help="25/1, 29.97")
    price.add_argument("--genre", help="generic, talking_head, drone, animation_3d, …")
    price.add_argument("--tech", action="append", default=[], help="hfr, stereo, log10, telemetry, …")
    price.add_argument("--published", action="store_true", help=t("it was published before"))
    price.add_argument("--release", help="full, none_needed, blurred")
    price.add_argument("--scope", help="generative, non_generative, evaluation")
    price.add_argument("--exclusivity", help="none, ai_training, buyout")
    price.add_argument("--term", dest="term_months", type=int, help="12, 24, 36, 60")
    terms = commands.group("terms", "What I permit")
    terms.add("ls", terms_ls, "My terms profiles")
    new = terms.add("new", terms_new, "A new terms profile from a preset")
    new.add_argument("name")
    new.add_argument("--preset", default="careful", help="open, careful, research_only")
    new.add_argument("--set", action="append", default=[], metavar="CLAUSE.PARAMETER=VALUE")
    uses = commands.group("use-case", "What I need footage for")
    uses.add("ls", use_case_ls, "My use cases")
    need = uses.add("new", use_case_new, "State a use case")
    need.add_argument("name")
    need.add_argument("--preset", help="text_to_video, perception, robotics, research")
    need.add_argument("--file", help=t("its needs as a JSON file"))
    need.add_argument("--set", action="append", default=[], metavar="NEED=VALUE", help="term_months=36, …")
