"""The web process (网页服务): builds the app, stands the guard in front of it, serves it."""

from __future__ import annotations

import importlib
import logging
import sys
from pathlib import Path

from access.context import current_scope, current_visitor
from access.guard import Guard
from access.policy import PolicyBook, PolicyError
from access.secret import WeakSecret
from components.page import pages
from components.shell import RENDERER, index, make_layout
from components.wiring import register
from data.connection import Store, StoreError
from data.ops import OpsError
from data.server_settings import read_server_settings
from data.settings import SettingsError, read_settings
from data.town import load_town
from data.yamlfile import DefinitionError
from serve.assemble import enclose
from serve.backend import CockpitBackend, CockpitDash
from serve.house import House
from serve.process import check_environment, serve

ROOT = Path(__file__).resolve().parent
REFUSED = (SettingsError, DefinitionError, StoreError, OpsError, PolicyError, WeakSecret)


def build(house: House) -> Guard:
    """Return the guarded app of one installation."""
    for path in sorted((ROOT / "pages").glob("[a-z]*.py")):
        importlib.import_module(f"pages.{path.stem}")
    app = CockpitDash(
        "cockpit",
        backend=CockpitBackend,
        assets_folder=str(ROOT / "assets"),
        include_assets_files=False,
        suppress_callback_exceptions=True,
        title=house.town.label.text(house.town.file.language),
        update_title=None,
        enable_mcp=False,
    )
    app.index_string, app.layout, app.renderer = index(), make_layout, RENDERER
    board = register(app, store=house.store, town=house.town, scope_of=current_scope, share_key=_share_key)
    book = PolicyBook()
    for page in pages():
        book.declare_page(page.name, path=page.path, permission=page.permission)
    for component in ("stage", "drawer"):
        book.declare(component, permission="view", cacheable=True, is_router=True)
    return enclose(app, house=house, book=book, board=board)


def _share_key() -> tuple[object, ...]:
    visitor = current_visitor()
    return visitor.cache_key if visitor else ("nobody",)


def main() -> int:
    """Serve until told to stop; 2 when the installation is not fit to be served."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        check_environment()
        settings, server = read_settings(), read_server_settings()
        town = load_town(settings)
        guard = build(House(settings, server, town, Store(settings.home, zone=town.zone)))
    except REFUSED as error:
        sys.stderr.write(f"app: {error}\n")
        return 2
    serve(guard, server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
