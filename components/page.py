"""Registry of the screens (页面登记): each file under pages/ registers one page, a list of tiles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from components.tiles.base import Tile


class PageError(ValueError):
    """A page that cannot be registered; names the page and what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One screen.

    Attributes:
        name: file name under pages/ without suffix.
        path: its address; `<id>` stands for one part of it.
        title: key of its name in the locale files.
        tiles: its tiles, in reading order.
        shape: css class of its layout (wall, desk, ...).
        permission: what a role must be allowed to open it.
        nav_order: place in the navigation; None keeps it out.
        has_filters: whether the filter bar stands above the tiles.
        default_period: period without one in the address; empty for the town's own.
        area_param: placeholder of the address that is the area to filter by; empty for none.
    """

    name: str
    path: str
    title: str
    tiles: tuple[Tile, ...]
    shape: str = "desk"
    permission: str = "view"
    nav_order: int | None = None
    has_filters: bool = True
    area_param: str = ""
    default_period: str = ""

    def match(self, path: str) -> dict[str, str] | None:
        """Returns the values of the address's placeholders, or None if the address is another page's."""
        pattern = re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", self.path.rstrip("/") or "/")
        found = re.fullmatch(pattern, path.rstrip("/") or "/")
        return {key: unquote(value) for key, value in found.groupdict().items()} if found else None


_pages: dict[str, Page] = {}


def register_page(module: str, *, tiles: list[Tile], **facts) -> Page:
    """Registers the screen of one file under pages/; `facts` are the other fields of `Page`.

    Raises:
        PageError: two tiles of the page, or two pages, share a name or an address.
    """
    page = Page(name=module.rpartition(".")[2], tiles=tuple(tiles), **facts)
    uids = [tile.uid for tile in page.tiles]
    twice = sorted({uid for uid in uids if uids.count(uid) > 1})
    if twice:
        raise PageError(f"pages/{page.name}.py: tile uid {twice[0]!r} is used twice")
    taken = [each.name for each in _pages.values() if each.path == page.path and each.name != page.name]
    if taken:
        raise PageError(f"pages/{page.name}.py: path {page.path!r} is already taken by pages/{taken[0]}.py")
    _pages[page.name] = page
    return page


def pages() -> tuple[Page, ...]:
    """Returns every registered screen in the order of the navigation, the unlisted ones last."""
    return tuple(sorted(_pages.values(), key=lambda page: (page.nav_order is None, page.nav_order or 0)))


def find_page(path: str) -> tuple[Page, dict[str, str]] | None:
    """Returns the page at an address and the values of the address's placeholders."""
    for page in pages():
        route = page.match(path)
        if route is not None:
            return page, route
    return None
