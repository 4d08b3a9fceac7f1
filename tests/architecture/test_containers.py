"""The compose file, the image and CI are valid, hardened and hold no default secret. No container runs here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from marketplace.config.env import describe, read
from tests.architecture.source import ROOT

COMPOSE = ROOT / "docker-compose.yml"
WORKERS = {"probe", "derive", "bundle", "default", "mail"}


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a tool that came with the test lock."""
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def services() -> dict[str, dict[str, Any]]:
    """The compose file's services, anchors merged."""
    return dict(yaml.safe_load(COMPOSE.read_text())["services"])


@pytest.mark.parametrize(
    ("schema", "path"),
    [("vendor.compose-spec", "docker-compose.yml"), ("vendor.github-workflows", ".github/workflows/ci.yml")],
)
def test_the_file_follows_its_schema(tmp_path: Path, schema: str, path: str) -> None:
    done = tool("check-jsonschema", "--builtin-schema", schema, path)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / "broken.yml"
    broken.write_text(re.sub(r"^(services|jobs):", r"\1: 7\nnothing:", (ROOT / path).read_text(), flags=re.MULTILINE))
    assert tool("check-jsonschema", "--builtin-schema", schema, str(broken)).returncode != 0


def test_the_dockerfile_passes_its_linter(tmp_path: Path) -> None:
    done = tool("hadolint", "Dockerfile")
    assert done.returncode == 0, done.stdout
    broken = tmp_path / "Dockerfile"
    broken.write_text("FROM debian\nRUN cd /tmp && apt-get install curl\n")
    assert tool("hadolint", str(broken)).returncode != 0


def test_the_image_is_not_root_and_knows_whether_it_lives() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE)[-1] == "10001:10001"
    assert "HEALTHCHECK" in text


@pytest.mark.parametrize("name", services())
def test_every_service_is_confined_and_watched(name: str) -> None:
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert int(str(service["user"]).split(":")[0]) > 0
    assert not service.get("privileged")
    assert "healthcheck" in service
    assert not re.search(r":latest$", service["image"]) or "build" in service


def test_there_is_a_worker_for_every_queue_and_one_beat() -> None:
    queues = [
        set(words[words.index("-Q") + 1].split(","))
        for words in (service.get("command", []) for service in services().values())
        if "-Q" in words
    ]
    assert set.union(*queues) == WORKERS
    assert sum(len(queue) for queue in queues) == len(WORKERS)
    assert sum("beat" in service.get("command", []) for service in services().values()) == 1
    assert {"postgres", "valkey", "seaweedfs", "web", "migrate"} <= set(services())


def test_only_web_server_and_object_store_are_published_and_only_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"], "seaweedfs": ["127.0.0.1:8333:8333"]}


def test_web_and_workers_keep_their_files_in_the_object_store() -> None:
    store = services()["seaweedfs"]["environment"]
    ours = [name for name, service in services().items() if "OFFCUT_HOME" in service.get("environment", {})]
    assert {"web", "migrate", "beat", *(name for name in services() if name.startswith("worker-"))} <= set(ours)
    for name in ours:
        environment = services()[name]["environment"]
        assert environment["OFFCUT_STORAGE"] == "s3"
        assert environment["OFFCUT_S3_ENDPOINT"] == "http://seaweedfs:8333"
        assert environment["OFFCUT_S3_ACCESS_KEY"] == store["AWS_ACCESS_KEY_ID"]
        assert environment["OFFCUT_S3_SECRET_KEY"] == store["AWS_SECRET_ACCESS_KEY"]
    assert services()["migrate"]["depends_on"]["seaweedfs"] == {"condition": "service_healthy"}
    given = {name: str(value) for name, value in services()["web"]["environment"].items()}
    filled = {name: re.sub(r"\$\{[A-Z0-9_]+:\?.*?\}", "https://x.example/aaaa", value) for name, value in given.items()}
    env = read({**filled, "OFFCUT_SECRET_KEY": "x" * 50, "DATABASE_URL": "postgres://a:b@c/d"})
    assert env.keeping.s3 is not None
    assert env.keeping.s3.public_endpoint == "https://x.example/aaaa"


def test_no_variable_of_the_compose_file_has_a_default() -> None:
    used = re.findall(r"(?<!\$)\$\{(.*?)\}", COMPOSE.read_text())
    assert used
    assert [text for text in used if not re.fullmatch(r"[A-Z0-9_]+:\?.+", text)] == []


def test_the_example_environment_names_every_variable_and_no_other() -> None:
    named = set(re.findall(r"^#? ?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    in_compose = {text.split(":")[0] for text in re.findall(r"(?<!\$)\$\{(.*?)\}", COMPOSE.read_text())}
    assert named == {variable.name for variable in describe()} | in_compose
