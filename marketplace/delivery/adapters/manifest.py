"""The manifest of a dataset: one row per sample, as JSON lines and as Parquet, written as a stream."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from marketplace.delivery.domain.rows import SampleRow

_ROWS_PER_GROUP = 10_000


def _text(name: str, *, nullable: bool = True) -> pa.Field[Any]:
    return pa.field(name, pa.string(), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> pa.Field[Any]:
    return pa.field(name, pa.int64(), nullable=nullable)


_COLOR = pa.struct([_text(name) for name in ("primaries", "transfer", "matrix", "range", "hdr")])
_AUDIO = pa.struct([_text("codec"), pa.field("channels", pa.int32()), pa.field("rate", pa.int32())])
_CAMERA = pa.struct([_text("make"), _text("model")])

SCHEMA = pa.schema(
    [
        *(_text(name, nullable=False) for name in ("key", "shard", "file")),
        _whole("size_bytes"),
        *(_text(name, nullable=False) for name in ("sha256", "clip_id", "asset_sha256")),
        *(_whole(name) for name in ("start_ms", "end_ms", "duration_ms")),
        *(_whole(name) for name in ("start_ticks", "end_ticks")),
        *(_text(name, nullable=False) for name in ("time_base", "cut")),
        pa.field("width", pa.int32(), nullable=False),
        pa.field("height", pa.int32(), nullable=False),
        _text("frame_rate", nullable=False),
        _text("video_codec", nullable=False),
        _text("pixel_format"),
        pa.field("bit_depth", pa.int32()),
        pa.field("color", _COLOR),
        pa.field("audio", _AUDIO),
        _text("title", nullable=False),
        _text("description", nullable=False),
        pa.field("tags", pa.list_(pa.string()), nullable=False),
        _text("language"),
        pa.field("motion", pa.float64()),
        pa.field("quality", pa.float64()),
        _text("people"),
        pa.field("camera", _CAMERA),
        _text("capture_date"),
        _text("place"),
        _text("terms_id", nullable=False),
        pa.field("terms_version", pa.int32(), nullable=False),
        *(_text(name, nullable=False) for name in ("licence_id", "creator", "price", "currency")),
        _text("iscc"),
    ]
)
"""Columns of manifest.parquet, in order; prices are decimal strings, durations milliseconds."""


class ManifestWriter:
    """Writes both manifests row by row; memory stays flat however long the dataset is."""

    def __init__(self, *, jsonl: Path, parquet: Path) -> None:
        self._lines = jsonl.open("wb")
        self._table = pq.ParquetWriter(parquet, SCHEMA, compression="zstd", version="2.6")
        self._waiting: list[dict[str, object]] = []

    def add(self, row: SampleRow) -> None:
        """Append one sample. Samples come in key order."""
        self._lines.write(row.as_json() + b"\n")
        self._waiting.append(row.as_dict())
        if len(self._waiting) >= _ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._table.write_table(pa.Table.from_pylist(self._waiting, schema=SCHEMA))
            self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
        self._table.close()
        self._lines.close()
