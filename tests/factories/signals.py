"""Independent readers of rights signals: what each standard says, written down apart from the code that writes them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any, Final

import imageio_ffmpeg
from lxml import etree
from pyld import jsonld

from licensing.domain.signals.odrl_model import CONTEXT

ODRL: Final = "http://www.w3.org/ns/odrl/2/"

_TERMS_OF_IRIS: Final = ("uid",)
_OBJECTS: Final = (
    "permission", "prohibition", "obligation", "duty", "constraint", "refinement", "target", "assigner", "assignee",
    "profile",
)  # fmt: skip
_VOCABULARY: Final = ("action", "operator", "leftOperand", "conflict")
_NAMES: Final = (
    "Set", "Offer", "Agreement", "prohibit", "use", "reproduce", "extract", "distribute", "delete", "inform",
    "attribute", "compensate", "eq", "lteq", "gteq", "isAnyOf", "isNoneOf", "purpose", "recipient", "spatial",
    "dateTime", "elapsedTime", "unit", "rightOperand",
)  # fmt: skip

ODRL_CONTEXT: Final[dict[str, Any]] = {
    "@context": {
        "odrl": ODRL,
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        **dict.fromkeys(_TERMS_OF_IRIS, "@id"),
        **{name: {"@type": "@id", "@id": f"odrl:{name}"} for name in _OBJECTS},
        **{name: {"@type": "@vocab", "@id": f"odrl:{name}"} for name in _VOCABULARY},
        **{name: f"odrl:{name}" for name in _NAMES},
    }
}
"""The terms of http://www.w3.org/ns/odrl.jsonld that are in use, typed as that document types them."""


def _load(url: str, _options: object) -> dict[str, Any]:
    if url != CONTEXT:
        raise AssertionError(f"{url} would be fetched")
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": ODRL_CONTEXT}


def expanded(document: object) -> dict[str, Any]:
    """The one node of a JSON-LD document, every name written out; nothing is fetched."""
    nodes: list[dict[str, Any]] = jsonld.expand(document, {"documentLoader": _load})
    assert len(nodes) == 1
    return nodes[0]


def ids(values: list[dict[str, Any]]) -> list[str]:
    """The names of a list of nodes."""
    return [value["@id"] for value in values]


_RSL: Final = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="https://rslstandard.org/rsl"
 targetNamespace="https://rslstandard.org/rsl" elementFormDefault="qualified">
 <xs:simpleType name="usage"><xs:restriction base="xs:string"><xs:enumeration value="all"/>
  <xs:enumeration value="ai-all"/><xs:enumeration value="ai-train"/><xs:enumeration value="ai-input"/>
  <xs:enumeration value="ai-index"/><xs:enumeration value="search"/></xs:restriction></xs:simpleType>
 <xs:simpleType name="usages"><xs:list itemType="usage"/></xs:simpleType>
 <xs:simpleType name="paid"><xs:restriction base="xs:string"><xs:enumeration value="purchase"/>
  <xs:enumeration value="subscription"/><xs:enumeration value="training"/><xs:enumeration value="crawl"/>
  <xs:enumeration value="use"/><xs:enumeration value="contribution"/><xs:enumeration value="attribution"/>
  <xs:enumeration value="free"/></xs:restriction></xs:simpleType>
 <xs:complexType name="uses"><xs:simpleContent><xs:extension base="usages">
  <xs:attribute name="type" use="required" fixed="usage"/></xs:extension></xs:simpleContent></xs:complexType>
 <xs:complexType name="payment"><xs:sequence><xs:element name="standard" type="xs:anyURI" minOccurs="0"/>
  <xs:element name="custom" type="xs:anyURI" minOccurs="0"/></xs:sequence>
  <xs:attribute name="type" type="paid" use="required"/></xs:complexType>
 <xs:complexType name="license"><xs:sequence>
  <xs:element name="permits" type="uses" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="prohibits" type="uses" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="payment" type="payment" minOccurs="0"/></xs:sequence></xs:complexType>
 <xs:complexType name="content"><xs:sequence>
  <xs:element name="license" type="license" maxOccurs="unbounded"/>
  <xs:element name="terms" type="xs:anyURI" minOccurs="0"/></xs:sequence>
  <xs:attribute name="url" type="xs:anyURI" use="required"/></xs:complexType>
 <xs:element name="rsl"><xs:complexType><xs:sequence>
  <xs:element name="content" type="content" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


def rsl_read(document: bytes) -> dict[str, dict[str, str]]:
    """What an RSL 1.0 document says of each address, once its schema accepts it."""
    root = etree.fromstring(document)
    etree.XMLSchema(etree.fromstring(_RSL)).assertValid(root)
    names = {"r": "https://rslstandard.org/rsl"}

    def said(content: Any) -> dict[str, str]:
        found = {
            "permits": content.findtext("r:license/r:permits", "", names),
            "prohibits": content.findtext("r:license/r:prohibits", "", names),
            "custom": content.findtext("r:license/r:payment/r:custom", "", names),
            "terms": content.findtext("r:terms", "", names),
            "payment": "".join(element.get("type", "") for element in content.findall("r:license/r:payment", names)),
        }
        return {name: value for name, value in found.items() if value}

    return {content.get("url"): said(content) for content in root.findall("r:content", names)}


def content_usage_read(value: str) -> dict[str, str]:
    """A Content-Usage header as a dictionary of tokens; only the draft's two categories are known."""
    assert re.fullmatch(r"(train-ai|search)=[yn](, (train-ai|search)=[yn])*", value)
    return dict(part.split("=", 1) for part in value.split(", "))


def xmp_read(packet: bytes) -> dict[str, str]:
    """The properties of an XMP packet by their names in Clark notation; a resource is told by its address."""
    root = etree.fromstring(packet)
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    (description,) = root.findall(f"{{{rdf}}}RDF/{{{rdf}}}Description")
    return {child.tag: child.text or child.get(f"{{{rdf}}}resource", "") for child in description}


def matroska_read(path: Path) -> dict[str, str]:
    """The tags of a Matroska file that ffmpeg reads from its head, without ffmpeg's own."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "ffmetadata", "-"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    of_the_file, _, _of_streams = told.partition("\n[")
    lines = [line.replace("\\", "").partition("=") for line in of_the_file.splitlines() if "=" in line]
    return {name: value for name, _, value in lines if name != "encoder"}
