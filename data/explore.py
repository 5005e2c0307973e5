"""The explorer's views (交叉筛选), kept: each is made once per generation and asker, however many charts ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from weakref import WeakKeyDictionary

from data.connection import Store
from data.explore_table import build_table, drop_table, narrow_table, wider
from data.explore_view import Table, View
from data.generation import Snapshot
from data.request import Scope

MOST_VIEWS = 24
MOST_ROWS = 24_000_000  # over all kept views


class Tables:
    """The views of one store that are kept; each is made once, however many ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._making: dict[tuple, threading.Lock] = {}
        self._kept: OrderedDict[tuple, Table] = OrderedDict()
        self._count = 0

    def get(self, view: View, *, scope: Scope, store: Store, serial: int = 0) -> Table:
        """Returns a view's table: of the opening asked for while it is kept, else of the newest generation."""
        store.refresh()
        for each in dict.fromkeys((serial, store.serial())):
            table = self._find((each, scope, view))
            if table is not None:
                return table
        key = (store.serial(), scope, view)
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            table = self._find(key)
            if table is None:
                table = self._make(view, scope, store=store, serial=key[0])
        with self._lock:
            self._making.pop(key, None)
        return table

    def _make(self, view: View, scope: Scope, *, store: Store, serial: int) -> Table:
        whole = wider(view)
        wide = whole and self.get(whole, scope=scope, store=store, serial=serial)
        with store.reading(serial) as snapshot:
            number, is_part = self._next(), wide and wide.serial == serial
            if is_part:
                table = narrow_table(wide, view, snapshot=snapshot, number=number)
            else:
                table = build_table(view, scope, snapshot=snapshot, number=number)
            self._keep((serial, scope, view), table, snapshot)
        return table

    def _find(self, key: tuple) -> Table | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _next(self) -> int:
        with self._lock:
            self._count += 1
            return self._count

    def _keep(self, key: tuple, table: Table, snapshot: Snapshot) -> None:
        with self._lock:
            self._kept[key] = table
            while len(self._kept) > 1 and (
                len(self._kept) > MOST_VIEWS
                or sum(each.row_count for each in self._kept.values()) > MOST_ROWS
            ):
                drop_table(self._kept.popitem(last=False)[1], snapshot)


_tables: WeakKeyDictionary[Store, Tables] = WeakKeyDictionary()
_tables_lock = threading.Lock()


def open_view(view: View, *, scope: Scope, store: Store, serial: int = 0) -> Table:
    """Returns the compact table of a view.

    Args:
        view: what is explored.
        scope: who asks; part of the key, and of every row's test.
        store: the published data.
        serial: an opening told by an earlier answer, so that charts drawn one after the other agree; 0: the newest.

    Raises:
        RequestError: a number whose rows are not incidents, or a filter that cannot be.
    """
    with _tables_lock:
        tables = _tables.setdefault(store, Tables())
    return tables.get(view, scope=scope, store=store, serial=serial)
