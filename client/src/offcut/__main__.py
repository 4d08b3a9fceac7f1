"""`python -m offcut`."""

from __future__ import annotations

import sys

from offcut.cli import main

if __name__ == "__main__":
    sys.exit(main())
