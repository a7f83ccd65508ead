"""Bring the message catalogue to what sources and templates say, or check that nothing is missing or left over."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

SOURCES = ("deploy_admin", "quotas", "assignments", "appraisals", "templates")
CATALOGUE = Path("zh_Hans") / "LC_MESSAGES" / "django.po"
_ONE, _MANY, _CONTEXT, _BOTH = (1,), (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS: dict[str, Any] = {
    "_": _ONE,
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop"), _ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _MANY),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), _CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), _BOTH),
}
_STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
#: The calls that Django's templatize leaves where a template translates.
_CALL = re.compile(
    rf"\b(npgettext|pgettext|ngettext|gettext|_)\(\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*(?:,\s*count\s*)?\)"
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)")

Found = tuple[str, str | tuple[str, str], str | None]  # file, msgid or (singular, plural), context


class Command(BaseCommand):
    """`messages` rewrites the catalogue and keeps translations; `messages --check` only looks, and fails."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; name what is wrong and fail")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "locale" / CATALOGUE
        before = load(path)
        after = updated(before)
        if not options["check"]:
            save(after, path)
            open_ = sum(1 for message in after if message.id and not translated(message))
            self.stdout.write(f"{len(after)} messages, {open_} without translation.")
            return
        wrong = list(faults(before, after))
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} faults in {path.name}: run `make messages`, then translate.")


def load(path: Path) -> Catalog:
    """Read a catalogue; one that is not there is empty."""
    if not path.exists():
        return Catalog(locale="zh_Hans", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def save(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue in a form that changes only where messages change: sorted, files without line numbers."""
    catalogue.header_comment = "# Chinese (simplified) for every English source string; kept by `make messages`."
    out = io.BytesIO()
    write_po(out, catalogue, width=0, sort_output=True, include_lineno=False, ignore_obsolete=True)
    # Dates of the last extraction and names of tools would be a change without a change.
    lines = [
        line
        for line in out.getvalue().decode().splitlines()
        if not re.match(r'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Generated-By|Language-Team|'
                        r'Report-Msgid-Bugs-To|Project-Id-Version)', line)
    ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def updated(before: Catalog) -> Catalog:
    """Return the messages of the sources with the translations of `before`."""
    template = Catalog(charset="utf-8")
    for file, message_id, context in found_in_sources():
        template.add(message_id, locations=[(file, None)], context=context)  # type: ignore[list-item]
    after = Catalog(locale="zh_Hans", charset="utf-8", fuzzy=False)
    for message in template:
        if message.id:
            known = before.get(message.id, message.context)
            after.add(
                message.id,
                string=known.string if known else "",
                locations=sorted(set(message.locations)),
                flags=known.flags & {"fuzzy"} if known else (),
                context=message.context,
            )
    return after


def found_in_sources() -> Iterator[Found]:
    """Yield every message of every Python file and template, in a fixed order."""
    for folder in SOURCES:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            name = str(path.relative_to(settings.BASE_DIR))
            if path.suffix == ".py" and "migrations" not in path.parts:
                with path.open("rb") as file:
                    for _line, message_id, _comments, context in extract("python", file, KEYWORDS):
                        yield name, message_id, context  # type: ignore[misc]
            elif path.suffix in {".html", ".txt"}:
                yield from ((name, message_id, context) for message_id, context in found_in_template(path))


def found_in_template(path: Path) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    """Yield the messages of one template."""
    for call in _CALL.finditer(templatize(path.read_text(), origin=str(path))):
        words = [ast.literal_eval(word) for word in re.findall(_STRING, call[2])]
        context = words.pop(0) if call[1] in {"pgettext", "npgettext"} else None
        yield (words[0], words[1]) if call[1] in {"ngettext", "npgettext"} else words[0], context


def translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return bool(strings) and all(strings) and not message.fuzzy


def faults(before: Catalog, after: Catalog) -> Iterator[str]:
    """Yield a line for each message that is missing, fuzzy, left over, or loses a placeholder."""
    for message in after:
        if not message.id:
            continue
        where = ", ".join(file for file, _line in message.locations)
        if not translated(message):
            yield f"{'fuzzy' if message.fuzzy else 'missing'}: {message.id!r} ({where})"
            continue
        ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
        strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        wanted = set(_PLACEHOLDER.findall(ids[-1]))
        for string in strings:
            if set(_PLACEHOLDER.findall(string or "")) != wanted:
                yield f"placeholders differ: {message.id!r} ({where})"
    for message in before:
        if message.id and after.get(message.id, message.context) is None:
            yield f"obsolete: {message.id!r}"
