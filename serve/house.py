"""One installation as it is served (部署): settings, town, store, and what is asked of them everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from access.signin_page import CONTENT_POLICY, Place, refusal_page
from data.connection import Store, StoreError
from data.freshness import lateness
from data.listing import Listing, fetch_listing
from data.request import EVERYTHING
from data.server_settings import ServerSettings
from data.settings import Settings
from data.town import Town


@dataclass(frozen=True)
class House:
    """One installation as it is served."""

    settings: Settings
    server: ServerSettings
    town: Town
    store: Store
    _pulse: dict = field(default_factory=dict, repr=False, compare=False)

    def now(self) -> datetime:
        """The present instant of this town, naive UTC."""
        return self.town.now(self.settings)

    def state(self) -> tuple[int, datetime | None]:
        """The newest generation opened and its as-of."""
        return self.store.generation(), self.store.as_of_at()

    def refresh(self) -> tuple[int, datetime | None]:
        """Open the newest generation and return it."""
        self.store.refresh()
        return self.state()

    @property
    def place(self) -> Place:
        """What the pages before and after a session say about the town."""
        label = self.town.label
        return Place(label.zh, label.en, self.town.file.is_synthetic)

    def explain(self, code: str, language: str) -> tuple[str, str]:
        """Why an address is not answered: a page and its content policy."""
        chosen = language if language in ("zh", "en") else self.town.file.language
        return refusal_page(self.place, language=chosen, code=code), CONTENT_POLICY

    def freshness(self) -> str:
        """How late the worst required feed is now; the feeds are read once per generation."""
        number = self.store.generation()
        if self._pulse.get("generation") != number:
            try:
                frame = fetch_listing(Listing("feeds"), scope=EVERYTHING, store=self.store)
            except StoreError:
                return "unknown"
            self._pulse.update(generation=number, feeds=frame)
        return lateness(self._pulse["feeds"], now=self.now())

    def feeds(self) -> list[dict]:
        """The feeds' last arrivals and lags, as they are listed."""
        frame = fetch_listing(Listing("feeds"), scope=EVERYTHING, store=self.store)
        return [{name: _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: object) -> object:
    if value is None or value != value:  # NaN and NaT are not equal to themselves
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)
