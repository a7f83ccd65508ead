"""YAML without its surprises: plain text, whole numbers, true, false and null; every refusal with its line."""

from __future__ import annotations

import re
from typing import Any, cast

import yaml
from yaml.composer import Composer
from yaml.events import AliasEvent, NodeEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from deploy_admin.policies.language.faults import Fault

MAX_CHARACTERS = 500_000
MAX_DEPTH = 40
MAX_DIGITS = 18

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+|[0-9][0-9_]*(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|nan)",
    re.IGNORECASE,
)
_ODD_INTEGER = re.compile(
    r"[-+]?0[0-7_]+|[-+]?0[0-9]+|[-+]?0[bxo][0-9a-f_]+|\+[0-9]+|[-+]?[0-9]+(?:_[0-9]*)+|[-+]?[0-9]+(?::[0-5]?[0-9])+",
    re.IGNORECASE,
)
_WORDS = {"yes", "no", "on", "off", "y", "n"}
_LOOKS_BOOLEAN = {"True", "False", "TRUE", "FALSE"}


class _TooDeepError(Exception):
    """The text nests deeper than any policy does."""


class _Composer(Reader, Scanner, Parser, Composer):
    """Composes the tree and notes what YAML allows and a policy does not."""

    def __init__(self, text: str, found: list[Fault]) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        self.found = found
        self.depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            self.found.append(Fault("", "anchor", event.start_mark.line + 1))
            return ScalarNode("", "", event.start_mark, event.end_mark, style=None)
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self.found.append(Fault("", "anchor", line))
            event.anchor = None
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            self.found.append(Fault("", "tag", line, (("tag", str(tag)),)))
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _TooDeepError
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    # The resolver is left out on purpose: what a plain scalar means is decided below, in one place.
    def descend_resolver(self, *_: Any) -> None: ...
    def ascend_resolver(self) -> None: ...
    def check_resolver_prefix(self, *_: Any) -> bool:
        return False

    def resolve(self, *_: Any) -> str:
        return "scalar"


class Place(dict[str, Any]):
    """A mapping that remembers where in the text it stands."""

    path: Path = ()


def written_path(path: Path) -> str:
    """Return `quotas[2].amount.share` for the parts of a path."""
    written = ""
    for part in path:
        written += f"[{part}]" if isinstance(part, int) else f".{part}" if written else part
    return written


class _Reading:
    """One pass over the composed tree: values, lines, faults."""

    def __init__(self, found: list[Fault]) -> None:
        self.found = found
        self.lines: dict[Path, int] = {}

    def fault(self, path: Path, node: Node, code: str, **params: str) -> None:
        self.found.append(Fault(written_path(path), code, node.start_mark.line + 1, tuple(params.items())))

    def value(self, node: Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]
        return self.scalar(cast(ScalarNode, node), path)

    def mapping(self, node: MappingNode, path: Path) -> Place:
        place = Place()
        place.path = path
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.fault(path, key_node, "key_not_text", key="…")
                continue
            key = str(key_node.value)
            at = (*path, key)
            if key_node.style is None:
                if key == "<<":
                    self.fault(path, key_node, "merge_key")
                    continue
                if not self.is_plain_text(key):
                    self.fault(at, key_node, "key_not_text", key=key)
            if key in place:
                self.fault(at, key_node, "duplicate_key", key=key)
                continue
            self.lines[at] = key_node.start_mark.line + 1
            place[key] = self.value(value_node, at)
        return place

    @staticmethod
    def is_plain_text(key: str) -> bool:
        low = key.lower()
        return not (
            _INTEGER.fullmatch(key)
            or _FLOAT.fullmatch(key)
            or _ODD_INTEGER.fullmatch(key)
            or low in _WORDS
            or low in {"true", "false", "null", "~", ""}
        )

    def scalar(self, node: ScalarNode, path: Path) -> Any:
        text = str(node.value)
        if node.style is not None:
            return text
        if text in {"", "~", "null"}:
            return None
        if text in {"true", "false"}:
            return text == "true"
        if text.lower() in _WORDS or text in _LOOKS_BOOLEAN or text in {"Null", "NULL"}:
            self.fault(path, node, "yaml_boolean", value=text)
            return text
        if _INTEGER.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self.fault(path, node, "too_many_digits", value=f"{text[:MAX_DIGITS]}…")
                return text
            return int(text)
        if _ODD_INTEGER.fullmatch(text):
            self.fault(path, node, "odd_integer", value=text[:40])
        elif _FLOAT.fullmatch(text):
            self.fault(path, node, "float", value=text[:40])
        return text


def read(text: str) -> tuple[Any, dict[Path, int], list[Fault]]:
    """Return the value, the line of every path, and the faults; the value is None where nothing could be read."""
    found: list[Fault] = []
    reading = _Reading(found)
    if len(text) > MAX_CHARACTERS:
        return None, {}, [Fault("", "too_large", None, (("limit", str(MAX_CHARACTERS)),))]
    try:
        node = _Composer(text, found).get_single_node()
        if node is None:
            found.append(Fault("", "empty"))
            return None, {}, found
        return reading.value(node, ()), reading.lines, found
    except (_TooDeepError, RecursionError):
        found.append(Fault("", "too_deep"))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        found.append(Fault("", "not_yaml", mark.line + 1 if mark else None, (("problem", str(problem)),)))
    return None, reading.lines, found
