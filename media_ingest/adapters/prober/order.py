"""What the worker and its prober parent say to each other; both sides import it, and nothing else of each other."""

from __future__ import annotations

import struct
from typing import Final

ORDER: Final = struct.Struct("!II")
"""One order: CPU seconds the child may use, and CPU milliseconds it may use to open the file. Three descriptors
come with it: the open file, the way out for the report, and the line on which the child's end is told."""
