"""Is it alive, and can it do its work?"""

from __future__ import annotations

from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from media_ingest.adapters.confinement import confinement


@never_cache
@require_safe
def live(_: HttpRequest) -> JsonResponse:
    """Answer as long as the process does."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_: HttpRequest) -> JsonResponse:
    """Say for each part whether it works, and what an operator must know; 503 when a part does not work."""
    parts = {"database": _database(), "broker": _broker(), "sandbox": _sandbox()}
    healthy = all(state == "ok" for state in parts.values())
    body: dict[str, object] = {"status": "ok" if healthy else "unavailable", "parts": parts}
    warning = confinement().warning
    if warning:
        body["warnings"] = [warning]
    return JsonResponse(body, status=200 if healthy else 503)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "cannot be reached"
    return f"{len(pending)} migrations are waiting: run manage.py migrate" if pending else "ok"


def _broker() -> str:
    url = settings.OFFCUT.broker_url
    if not url:
        return "ok"
    if url.startswith("redis+socket://"):
        client = redis.Redis(unix_socket_path=urlsplit(url).path, socket_timeout=2)
    else:
        client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except redis.RedisError:
        return "cannot be reached; work is kept in the database and continues when it is back"
    finally:
        client.close()
    return "ok"


def _sandbox() -> str:
    found = confinement()
    return "ok" if found.available else found.detail
