"""README.md of a dataset folder: a Hugging Face dataset card that says what is inside and how to load it."""

from __future__ import annotations

import json

from marketplace.delivery.domain.folder import Folder

_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_SIZE_NAMES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "n>10M")

_FRONT = """\
---
pretty_name: {pretty_name}
license: other
license_name: offcut-licence
license_link: {licence_url}
task_categories:
- text-to-video
- video-classification
tags:
- video
- webdataset
- croissant
size_categories:
- {size}
configs:
- config_name: manifest
  data_files: manifest.parquet
- config_name: shards
  data_files: shards/*.tar
extra_gated_prompt: This footage is licensed to one organisation. Access needs a licence of your own.
extra_gated_fields:
  Organisation: text
  Licence number: text
---
"""

_BODY = """
# {title}

{description}

| | |
|---|---|
| Samples | {samples} |
| Licensed length | {duration_ms} ms |
| Shards | {shards} |
| Size of the shards | {bytes} bytes |
| Licensed to | {licensee} |
| Rightsholders | {licensors} |
| Certificate | {licence_url} |

## What you may do

{grant}

Each sample keeps its own licence: its number is in `licence_id`. The footage itself may not be passed on.

## What is inside

| File | What it is |
|---|---|
| `shards/shard-000000.tar` … | samples as [WebDataset](https://github.com/webdataset/webdataset) |
| `shards/shard-000000.json` … | members of each shard with offset, size and SHA-256 |
| `manifest.parquet`, `manifest.jsonl` | one row per sample, the same facts in both |
| `croissant.json` | description in [Croissant 1.1](https://docs.mlcommons.org/croissant/) |
| `compliance/` | drafts for your regulator: EU AI Act Art. 53(1)(d), California AB 2013, data provenance |
| `certificate.jws`, `jwks.json` | signed proof of the licences, and the public keys to check it |
| `SHA256SUMS`, `BLAKE3SUMS` | hash of every file |

## Check it

```sh
offcut verify .
sha256sum --check SHA256SUMS
```

## Load it

```python
import webdataset

for sample in webdataset.WebDataset("shards/shard-{{000000..{last_shard:06d}}}.tar", shardshuffle=False):
    print(sample["__key__"], sorted(sample))
```

```python
import pyarrow.parquet

manifest = pyarrow.parquet.read_table("manifest.parquet")
print(manifest.select(["key", "duration_ms", "width", "height", "price"]))
```

```python
import mlcroissant

dataset = mlcroissant.Dataset("croissant.json")
for record in dataset.records("samples"):
    print(record["samples/key"])
```
"""


def _size_name(samples: int) -> str:
    return _SIZE_NAMES[sum(samples >= size for size in _SIZES)]


def _grant_lines(folder: Folder) -> str:
    grant = folder.grant
    lines = (
        ("Use", ", ".join(grant.field_of_use)),
        ("Models", ", ".join(grant.model_class)),
        ("Territory", grant.territory),
        ("Term", f"{grant.term_months} months, from {grant.starts} until {grant.ends}"),
        ("Exclusivity", grant.exclusivity),
        ("Sublicence", grant.sublicense),
    )
    return "\n".join(f"* {label}: {value or 'none'}" for label, value in lines)


def card_text(folder: Folder) -> bytes:
    """The card of a folder; equal folders give equal bytes."""
    front = _FRONT.format(
        pretty_name=json.dumps(f"Offcut dataset {folder.dataset}"),
        licence_url=folder.licence_url,
        size=_size_name(folder.samples),
    )
    body = _BODY.format(
        title=f"Offcut dataset {folder.dataset}",
        description=folder.description,
        samples=folder.samples,
        duration_ms=folder.duration_ms,
        shards=folder.shards,
        bytes=folder.bytes,
        licensee=folder.licensee,
        licensors=", ".join(folder.licensors),
        licence_url=folder.licence_url,
        grant=_grant_lines(folder),
        last_shard=max(0, folder.shards - 1),
    )
    return (front + body).encode()
