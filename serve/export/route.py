"""What is on the screen, as a file (导出): one tile in one form, registered before it is given away."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.audit import Event
from access.context import current_visitor
from components.words import LANGUAGES, word
from data.exports import Export, newest_exports, register_export
from serve.export.tiles import FORMS, Asked, Content, Exported, NothingToExport, ask_tile, forms_of, make_file
from serve.feature import Feature, Services

PICTURES = ("png", "svg", "geojson")
_UID = re.compile(r"[a-z][a-z0-9_-]{0,60}")


def exports(services: Services) -> Feature:
    """Opens /export/forms, /export/file and the register /export/register."""
    return Feature(
        (
            Route("/export/forms", lambda request: _forms(request, services), methods=["GET"]),
            Route("/export/file", lambda request: _file(request, services), methods=["GET"]),
            Route("/export/register", lambda request: _register(services), methods=["GET"]),
        )
    )


def _asked(request: Request, services: Services, *, is_whole: bool) -> Exported:
    params = request.query_params
    path, tile, lang = (params.get(name, "") for name in ("path", "tile", "lang"))
    lang = lang if lang in LANGUAGES else services.house.town.file.language
    visitor = current_visitor()
    roles = services.book.page_roles(path)
    if not _UID.fullmatch(tile) or roles is None or visitor is None or visitor.role not in roles:
        raise NothingToExport(f"{path} {tile}")
    asked = Asked(path=path, search=params.get("search", "")[:2000], tile=tile, lang=lang)
    return ask_tile(services.board, asked, is_whole=is_whole)


def _forms(request: Request, services: Services) -> Response:
    try:
        found = _asked(request, services, is_whole=False)
    except NothingToExport:
        return JSONResponse({"error": "not_found"}, status_code=404)
    lang = found.ctx.lang
    forms = [{"form": form, "label": word(f"export.form_{form}", lang)} for form in forms_of(found)]
    told = {each: word(f"export.{each}", lang) for each in ("none", "note")}
    return JSONResponse({"title": found.title, "forms": forms, **told})


def _file(request: Request, services: Services) -> Response:
    form, now = request.query_params.get("form", ""), services.house.now()
    visitor = current_visitor()
    try:
        found = _asked(request, services, is_whole=True)
        geo = services.house.settings.published_dir / "geo"
        content = make_file(found, form, geo=geo, reader=visitor.label, at=now)
    except NothingToExport:
        return JSONResponse({"error": "not_found"}, status_code=404)
    _write_down(found, content, services=services, at=now)
    return _download(content, name=_file_name(found, content, at=now))


def _write_down(found: Exported, content: Content, *, services: Services, at: datetime) -> None:
    visitor = current_visitor()
    kind = "table" if content.suffix not in PICTURES else "map" if content.suffix == "geojson" else "picture"
    what = f"{found.page.name}/{found.tile.uid} {found.title}"
    export = Export(
        actor_name=visitor.name,
        role_code=visitor.role,
        kind_code=kind,
        what_text=what,
        filters_text=found.address,
        format_code=content.suffix,
        row_count=content.row_count,
    )
    number = register_export(services.ops, export, content=content.data, at=at)
    detail = f"export {number}: {content.suffix}, {content.row_count} rows"
    services.audit.record(
        Event("export", actor=visitor.name, role=visitor.role, target=found.address, detail=detail)
    )


def _file_name(found: Exported, content: Content, *, at: datetime) -> str:
    local = found.ctx.local(at)
    return f"{found.page.name}_{found.title}_{local:%Y%m%d%H%M}.{content.suffix}".replace("/", "-")


def _download(content: Content, *, name: str) -> Response:
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
    headers = {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "cache-control": "no-store",
    }
    return Response(content.data, media_type=FORMS[content.suffix], headers=headers)


def _register(services: Services) -> Response:
    return JSONResponse({"exports": newest_exports(services.ops)})
