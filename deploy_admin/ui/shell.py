"""What the frame around every page asks of the apps above: they hand navigation, counts, capacities down by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse

from deploy_admin.access import ActorRequest, Permission

Provider = Callable[[ActorRequest], Any]

#: name → provider; an app above registers its own in AppConfig.ready, so that ui imports none of them.
PROVIDERS: dict[str, Provider] = {}


def provide(name: str, provider: Provider) -> None:
    """Register what `name` shows in the frame; the last one wins."""
    PROVIDERS[name] = provider


def ask(name: str, request: ActorRequest, default: Any) -> Any:
    """Return what the registered provider says, or `default` while nobody has registered."""
    provider = PROVIDERS.get(name)
    return default if provider is None else provider(request)


def url_if_any(name: str, *args: Any) -> str:
    """Return the address of a URL name, or nothing if no app has it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Item:
    """One entry of the side navigation: whoever holds `permission` sees it."""

    label: Any
    icon: str
    url_name: str
    permission: Permission
    #: path prefixes of other pages that belong under this entry, as URL names
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Entries under one word."""

    label: Any
    items: tuple[Item, ...]


@dataclass
class ShownItem:
    """An entry as the template needs it."""

    label: Any
    icon: str
    url: str
    current: bool = False
    count: int = 0


@dataclass
class ShownGroup:
    """A group with the entries this actor may open."""

    label: Any
    items: list[ShownItem] = field(default_factory=list)


def navigation(request: ActorRequest, groups: tuple[Group, ...]) -> list[ShownGroup]:
    """Return the groups with the entries this actor may open, the nearest one marked as current."""
    shown: list[ShownGroup] = []
    best: tuple[int, ShownItem | None] = (0, None)
    for group in groups:
        entries = ShownGroup(group.label)
        for item in group.items:
            url = url_if_any(item.url_name)
            if not url or not request.actor.can(item.permission):
                continue
            entry = ShownItem(item.label, item.icon, url)
            entries.items.append(entry)
            for prefix in (url, *filter(None, map(url_if_any, item.also))):
                fits = request.path == prefix or (prefix != "/" and request.path.startswith(prefix))
                if fits and len(prefix) > best[0]:
                    best = (len(prefix), entry)
        if entries.items:
            shown.append(entries)
    if best[1] is not None:
        best[1].current = True
    return shown
