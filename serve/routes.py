"""What the server answers beside screens (其他路由): health, status, audit tail, geometry."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.audit import Audit
from components.shell import BUNDLES, bundle

_LEVEL = re.compile(r"[a-z][a-z0-9_]{0,40}")


def health_route(
    state: Callable[[], tuple[int, datetime | None]],
    now: Callable[[], datetime],
    *,
    freshness: Callable[[], str],
) -> Route:
    """Return /healthz, for anybody: whether something is published, which generation, how old, whether feeds are late."""

    def health(request: Request) -> Response:
        generation, as_of_at = state()
        age_s = None if as_of_at is None else int((now() - as_of_at).total_seconds())
        is_ok = generation > 0
        answer = {"ok": is_ok, "generation": generation, "age_s": age_s}
        answer["freshness"] = freshness() if is_ok else "unknown"
        return JSONResponse(answer, status_code=200 if is_ok else 503)

    return Route("/healthz", health, methods=["GET"])


def status_route(home: Path, *, feeds: Callable[[], list[dict]], state: Callable) -> Route:
    """Return /status for operators: generation, feeds, files waiting in landing/, free disk."""

    def status(request: Request) -> Response:
        generation, as_of_at = state()
        waiting = {
            folder.name: sum(1 for each in folder.iterdir() if each.is_file())
            for folder in sorted((home / "landing").glob("*/"))
        }
        disk = shutil.disk_usage(home)
        answer = {
            "generation": generation,
            "as_of_at": f"{as_of_at.isoformat()}Z" if as_of_at else None,
            "feeds": feeds(),
            "waiting_count": waiting,
            "disk_free_mb": disk.free // 2**20,
        }
        return JSONResponse(answer)

    return Route("/status", status, methods=["GET"])


def audit_route(audit: Audit) -> Route:
    """Return /audit.json for auditors: the newest rows of the trail and whether the chain holds."""

    def newest(request: Request) -> Response:
        verdict = audit.verify()
        rows = [dict(row) for row in audit.tail(200)]
        return JSONResponse({"is_intact": not verdict.faults, "row_count": verdict.row_count, "rows": rows})

    return Route("/audit.json", newest, methods=["GET"])


def geometry_route(folder: Path) -> Route:
    """Return /geo/<level>.json: published shapes; browsers keep them when the address names the base."""

    def geometry(request: Request) -> Response:
        level = request.path_params["level"]
        path = folder / f"{level}.json"
        if not _LEVEL.fullmatch(level) or not path.is_file():
            return JSONResponse({"error": "not_found"}, status_code=404)
        found = path.stat()
        tag = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
        lasts = (
            "private, max-age=31536000, immutable" if request.query_params.get("b") else "private, no-cache"
        )
        headers = {"etag": tag, "cache-control": lasts}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(path.read_bytes(), media_type="application/json", headers=headers)

    return Route("/geo/{level}.json", geometry, methods=["GET"])


def bundle_route() -> Route:
    """Return /assets/bundle/<name>: the screens' own styles and scripts, each kind in one file."""

    def bundled(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in BUNDLES:
            return JSONResponse({"error": "not_found"}, status_code=404)
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return Response(bundle(name), media_type=kind)

    return Route("/assets/bundle/{name}", bundled, methods=["GET"])
