"""croissant.json: the dataset described in Croissant 1.1, with the grant as ODRL 2.2 in ``usageInfo``."""

from __future__ import annotations

import json
from typing import Any

from marketplace.delivery.domain.compliance.facts import Facts
from marketplace.delivery.domain.compliance.responsible import responsible
from marketplace.delivery.domain.folder import MANIFEST_JSONL, MANIFEST_PARQUET, SHARDS, Folder

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_TEXT, _WHOLE, _NUMBER = "sc:Text", "sc:Integer", "sc:Float"

_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("key", _TEXT, "Name of the sample inside its shard, without ending"),
    ("shard", _TEXT, "Shard that holds the sample, a path inside the folder"),
    ("file", _TEXT, "Name of the video inside the shard"),
    ("size_bytes", _WHOLE, "Size of the video in bytes"),
    ("sha256", _TEXT, "SHA-256 of the video"),
    ("clip_id", _TEXT, "Clip that was licensed"),
    ("asset_sha256", _TEXT, "SHA-256 of the source the clip was cut from"),
    ("start_ms", _WHOLE, "Start of the clip in its source, in milliseconds"),
    ("end_ms", _WHOLE, "End of the clip in its source, in milliseconds, not included"),
    ("duration_ms", _WHOLE, "Licensed length in milliseconds"),
    ("start_ticks", _WHOLE, "Exact start of the clip in its source, in units of time_base"),
    ("end_ticks", _WHOLE, "Exact end of the clip, in units of time_base"),
    ("time_base", _TEXT, "Seconds of one tick as an exact ratio"),
    ("cut", _TEXT, "How the bytes came out of the source; whole and copy: packets copied; encoded: encoded anew"),
    ("width", _WHOLE, "Width as displayed, in pixels"),
    ("height", _WHOLE, "Height as displayed, in pixels"),
    ("frame_rate", _TEXT, "Average frame rate as an exact ratio"),
    ("video_codec", _TEXT, "Video codec"),
    ("pixel_format", _TEXT, "Pixel format"),
    ("bit_depth", _WHOLE, "Bits per colour component"),
    ("title", _TEXT, "Title given by the creator"),
    ("description", _TEXT, "Description given by the creator"),
    ("tags", _TEXT, "Tags given by the creator"),
    ("language", _TEXT, "Language spoken or described"),
    ("motion", _NUMBER, "Amount of motion, 0 to 1"),
    ("quality", _NUMBER, "Technical quality, 0 to 1"),
    ("people", _TEXT, "Consent of recognisable people"),
    ("capture_date", _TEXT, "Day of filming"),
    ("place", _TEXT, "Coarse place of filming"),
    ("terms_id", _TEXT, "Terms the creator licensed under"),
    ("terms_version", _WHOLE, "Version of those terms"),
    ("licence_id", _TEXT, "Licence of this clip"),
    ("creator", _TEXT, "Public id of the rightsholder"),
    ("price", _TEXT, "What the creator receives for this clip, a decimal number"),
    ("currency", _TEXT, "Currency of the price, ISO 4217"),
    ("iscc", _TEXT, "ISCC (ISO 24138) of the recording the sample is from"),
)

_NESTED: tuple[tuple[str, str, str, str], ...] = (
    ("color", "primaries", _TEXT, "Colour primaries"),
    ("color", "transfer", _TEXT, "Transfer function"),
    ("color", "matrix", _TEXT, "Matrix coefficients"),
    ("color", "range", _TEXT, "Value range"),
    ("color", "hdr", _TEXT, "Dynamic range: sdr, hlg or pq"),
    ("audio", "codec", _TEXT, "Audio codec"),
    ("audio", "channels", _WHOLE, "Audio channels"),
    ("audio", "rate", _WHOLE, "Audio samples per second"),
    ("camera", "make", _TEXT, "Maker of the camera"),
    ("camera", "model", _TEXT, "Model of the camera"),
)


def _field(name: str, kind: str, text: str, column: str, path: str | None = None) -> dict[str, Any]:
    source: dict[str, Any] = {"fileObject": {"@id": MANIFEST_PARQUET}, "extract": {"column": column}}
    if path is not None:
        source["transform"] = {"jsonPath": path}
    return {
        "@type": "cr:Field",
        "@id": f"samples/{name}",
        "name": name,
        "description": text,
        "dataType": kind,
        "source": source,
    }


def _record_set() -> dict[str, Any]:
    flat = [_field(name, kind, text, name) for name, kind, text in _FIELDS]
    for field in flat:
        if field["name"] == "tags":
            field["isArray"] = True
            field["arrayShape"] = "-1"
    nested = [_field(f"{outer}_{inner}", kind, text, outer, inner) for outer, inner, kind, text in _NESTED]
    return {
        "@type": "cr:RecordSet",
        "@id": "samples",
        "name": "samples",
        "description": "One record per sample: what it shows, where it lies, under which licence.",
        "key": {"@id": "samples/key"},
        "field": [*flat, *nested],
    }


def _file_object(folder: Folder, path: str, encoding: str) -> dict[str, Any]:
    stored = folder.files[path]
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{stored.size_bytes} B",
        "encodingFormat": encoding,
        "sha256": stored.sha256,
    }


def _file_set(name: str, pattern: str, encoding: str, text: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "name": name,
        "description": text,
        "includes": pattern,
        "encodingFormat": encoding,
    }


def _distribution(folder: Folder) -> list[dict[str, Any]]:
    shards = sorted(path for path in folder.files if path.startswith(f"{SHARDS}/") and path.endswith(".tar"))
    return [
        _file_object(folder, MANIFEST_PARQUET, "application/x-parquet"),
        _file_object(folder, MANIFEST_JSONL, "application/jsonlines"),
        *(_file_object(folder, path, "application/x-tar") for path in shards),
        _file_set("shards", f"{SHARDS}/*.tar", "application/x-tar", "WebDataset shards: video and JSON per sample"),
        _file_set("shard-indexes", f"{SHARDS}/*.json", "application/json", "Members, offsets and hashes of each shard"),
    ]


def _usage(folder: Folder) -> dict[str, Any]:
    """The grant as an ODRL Agreement (ODRL Information Model 2.2)."""
    terms = f"{folder.site}/ns/ai-licence#"
    grant = folder.grant
    purposes = [{"@id": f"{terms}{use}"} for use in grant.field_of_use]
    return {
        "@type": "odrl:Agreement",
        "@id": f"{folder.url}#agreement",
        "odrl:profile": {"@id": f"{folder.site}/ns/ai-licence"},
        "odrl:conflict": {"@id": "odrl:prohibit"},
        "dct:hasFormat": {"@id": "odrl.json"},
        "odrl:assigner": [{"@id": f"{folder.site}/orgs/{licensor}"} for licensor in folder.licensors],
        "odrl:assignee": {"@id": f"{folder.site}/orgs/{folder.licensee}"},
        "odrl:permission": {
            "odrl:target": {"@id": folder.url},
            "odrl:action": {"@id": f"{terms}train"},
            "odrl:constraint": [
                {
                    "odrl:leftOperand": {"@id": "odrl:purpose"},
                    "odrl:operator": {"@id": "odrl:isAnyOf"},
                    "odrl:rightOperand": purposes,
                },
                {
                    "odrl:leftOperand": {"@id": "odrl:dateTime"},
                    "odrl:operator": {"@id": "odrl:lteq"},
                    "odrl:rightOperand": {
                        "@type": "http://www.w3.org/2001/XMLSchema#date",
                        "@value": grant.ends,
                    },
                },
            ],
        },
        "odrl:prohibition": [
            {"odrl:target": {"@id": folder.url}, "odrl:action": {"@id": action}}
            for action in ("odrl:distribute", f"{terms}generateReplica")
        ],
    }


def croissant_json(folder: Folder, facts: Facts) -> bytes:
    """The Croissant file of a folder; equal folders and facts give equal bytes."""
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": folder.name,
        "description": folder.description,
        "url": folder.url,
        "license": folder.licence_url,
        "usageInfo": _usage(folder),
        "creator": [
            {"@type": "sc:Organization", "name": licensor, "url": f"{folder.site}/orgs/{licensor}"}
            for licensor in folder.licensors
        ],
        "publisher": {"@type": "sc:Organization", "name": "Offcut", "url": folder.site},
        "datePublished": folder.published,
        "version": f"{folder.version}.0.0",
        "citeAs": f"Offcut dataset {folder.dataset}, version {folder.version}, {folder.url}",
        **responsible(facts),
        "distribution": _distribution(folder),
        "recordSet": [_record_set()],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
