"""Offcut from Python: `from offcut import Client`."""

from __future__ import annotations

from offcut.client import Client
from offcut.errors import ExitCode, OffcutError
from offcut.verify import Verification, verify_folder

__version__ = "0.1.0"
__all__ = ["Client", "ExitCode", "OffcutError", "Verification", "__version__", "verify_folder"]
