"""The `offcut` command."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import offcut
from offcut import (
    commands_account,
    commands_delivery,
    commands_library,
    commands_log,
    commands_market,
    commands_notices,
    commands_progress,
    commands_releases,
    commands_rights,
    commands_sync,
    commands_upload,
    commands_uploads,
)
from offcut.arguments import Commands, global_options
from offcut.certificate import CertificateError
from offcut.errors import ExitCode, OffcutError
from offcut.language import t
from offcut.output import Output
from offcut.session import Session

_MODULES = (
    commands_account,
    commands_upload,
    commands_uploads,
    commands_progress,
    commands_library,
    commands_releases,
    commands_rights,
    commands_market,
    commands_delivery,
    commands_sync,
    commands_notices,
    commands_log,
)


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = argparse.ArgumentParser(
        prog="offcut",
        description=t("Upload rushes, license footage, download and verify datasets."),
        parents=[global_options(suppress=False)],
        epilog=t(
            "Exit codes: 0 ok, 1 failed, 2 usage, 3 sign-in, 4 partly, 5 mismatch, 6 not ready, 7 payment, 130 stopped."
        ),
    )
    parser.add_argument("--version", action="version", version=f"offcut {offcut.__version__}")
    commands = Commands(parser, "command")
    for module in _MODULES:
        module.add(commands)
    return parser


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _run(session: Session) -> ExitCode:
    """Run one command; every expected failure becomes a message and an exit code."""
    try:
        code: ExitCode = session.args.run(session)
        return code
    except OffcutError as error:
        session.out.fail(error)
        return error.exit_code
    except CertificateError as error:
        session.out.fail(OffcutError(error.code, t("{file} cannot be trusted.", file=error.file), error.detail))
        return ExitCode.FAILED
    except BrokenPipeError:
        # Whoever read our output has left; what was done stays done.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except KeyboardInterrupt:
        command = shlex.join(["offcut", *session.argv])
        session.out.note(t("Stopped safely. Continue with:  {command}", command=command))
        return ExitCode.INTERRUPTED


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        args = build_parser().parse_args(words)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    if argv is None:
        signal.signal(signal.SIGTERM, _interrupt)
    out = Output(as_json=True if args.json else None, quiet=bool(args.quiet))
    return int(_run(Session(args, out, words)))
