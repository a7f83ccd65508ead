"""Documents in and out: YAML text to a typed document with every fault at once, JSON for the database, YAML again."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from deploy_admin.policies.language.faults import Fault, PolicyFaults
from deploy_admin.policies.language.strict_yaml import Path, Place, read, written_path
from deploy_admin.policies.language.types import (
    CLAUSE_SECTIONS,
    FORMER_SECTIONS,
    LATER_SECTIONS,
    SCHEMA_NUMBER,
    AbsenceRule,
    AllocationRule,
    Clause,
    Eligibility,
    LeaveRule,
    MonthRule,
    PolicyDocument,
    PostingRule,
    Quota,
    Requirement,
    ServiceRule,
)
from deploy_admin.policies.language.upcasts import UnknownSchemaError, upcast
from deploy_admin.policies.language.validation import clause_faults, document_faults

_TYPES: tuple[type[Clause], ...] = (
    Quota,
    Eligibility,
    AllocationRule,
    PostingRule,
    LeaveRule,
    AbsenceRule,
    MonthRule,
    ServiceRule,
    Requirement,
)
_SECTIONS: dict[str, TypeAdapter[Any]] = {
    section: TypeAdapter(kind) for section, kind in zip(CLAUSE_SECTIONS, _TYPES, strict=True)
}


def load(text: str) -> PolicyDocument:
    """Read a policy as written; raise PolicyFaults with every fault that can be told at once."""
    data, lines, found = read(text)
    if data is None and found:
        raise PolicyFaults(found)
    if not isinstance(data, dict):
        raise PolicyFaults([*found, Fault("", "not_a_mapping", 1)])
    reader = _Reader(lines, found)
    document = reader.document(data)
    if found or document is None:
        raise PolicyFaults(found)
    return document


class _Reader:
    """Turns plain values into a document, gathering faults instead of stopping at the first."""

    def __init__(self, lines: dict[Path, int], found: list[Fault]) -> None:
        self.lines = lines
        self.found = found

    def document(self, data: dict[str, Any]) -> PolicyDocument | None:
        data = self._without_sections_nobody_computes(data)
        try:
            data = upcast(data)
        except UnknownSchemaError as error:
            self.fault(("schema",), "schema_number", value=str(error), current=str(SCHEMA_NUMBER))
            return None
        # Clause by clause, so that what is wrong with the form of one does not hide what is wrong with the sense of
        # the others.
        found: list[tuple[Path, Clause]] = []
        whole = True
        written_any = False
        for section, adapter in _SECTIONS.items():
            written = data.get(section)
            if not isinstance(written, list):
                continue
            written_any = written_any or bool(written)
            clauses = [(n, self.clause(item, (section, n), adapter)) for n, item in enumerate(written)]
            whole = whole and all(clause is not None for _, clause in clauses)
            read_well = [((section, n), clause) for n, clause in clauses if clause is not None]
            found += read_well
            data = {**data, section: [clause for _, clause in read_well]}
        document = self.frame(data)
        if document is None:
            frame = {key: held for key, held in data.items() if key in ("sets", "measures", "sources")}
            document_for_names = self._names_only(frame)
        else:
            document_for_names = document
        for path, clause in found:
            self.add(clause_faults(clause, path, document_for_names))
        if document is not None:
            between = document_faults(document, [path for path, _ in found])
            # A clause that could not be read is reported as such, not as one that is not there.
            self.add([fault for fault in between if not (written_any and fault[1] == "nothing_inside")])
        return document if whole else None

    def clause(self, item: Any, path: Path, adapter: TypeAdapter[Any]) -> Clause | None:
        try:
            clause: Clause = adapter.validate_python(item, context={"unknown_keys": self.unknown_key})
        except ValidationError as error:
            self.structural(error, item, path)
            return None
        return clause

    def frame(self, data: dict[str, Any]) -> PolicyDocument | None:
        try:
            return PolicyDocument.model_validate(data, context={"unknown_keys": self.unknown_key})
        except ValidationError as error:
            self.structural(error, data, ())
            return None

    def _names_only(self, frame: dict[str, Any]) -> PolicyDocument:
        """A stand-in that knows the document's own sets, measures and sources where the rest of its head is broken."""
        stand_in: dict[str, Any] = {
            "policy": "unread",
            "scheme": {"code": "unread", "names_zh": "—", "name_en": "—"},
            "title_zh": "—",
            "title_en": "—",
            "issuer_zh": "—",
            "issuer_en": "—",
            "jurisdiction": "000000",
            "in_force": {},
        }
        for key, held in frame.items():
            try:
                stand_in = PolicyDocument.model_validate({**stand_in, key: held}).model_dump(by_alias=True)
            except ValidationError:
                continue  # its faults are reported already
        return PolicyDocument.model_validate(stand_in)

    def _without_sections_nobody_computes(self, data: dict[str, Any]) -> dict[str, Any]:
        for section in LATER_SECTIONS:
            if section in data:
                self.fault((section,), "section_not_interpreted", section=section)
        later = data.get("later")
        if isinstance(later, dict):
            for section in later:
                if section in FORMER_SECTIONS:
                    self.fault(("later", section), "section_is_computed", section=section)
                elif section not in LATER_SECTIONS:
                    self.fault(
                        ("later", section), "unknown_section", section=section, allowed=", ".join(LATER_SECTIONS)
                    )
            data = {**data, "later": {key: held for key, held in later.items() if key in LATER_SECTIONS}}
        return Place({key: held for key, held in data.items() if key not in LATER_SECTIONS})

    # ------------------------------------------------------------ faults

    def line(self, path: Path) -> int | None:
        """The line of the nearest thing that was written on the way to `path`."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def fault(self, path: Path, code: str, **params: str) -> None:
        self.found.append(Fault(written_path(path), code, self.line(path), tuple(params.items())))

    def add(self, faults: list[tuple[Path, str, dict[str, str]]]) -> None:
        for path, code, params in faults:
            self.fault(path, code, **params)

    def unknown_key(self, data: Mapping[str, Any], key: str, allowed: list[str]) -> None:
        """Note a key that means nothing, with the nearest one that does."""
        path = (*getattr(data, "path", ()), key)
        near = difflib.get_close_matches(str(key), allowed, n=1, cutoff=0.6)
        if near:
            self.fault(path, "unknown_key", key=str(key), suggestion=near[0])
        else:
            self.fault(path, "unknown_key_no_suggestion", key=str(key), allowed=", ".join(allowed))

    def structural(self, error: ValidationError, data: Any, base: Path) -> None:
        """Turn what pydantic found into faults with the path as it was written."""
        for each in error.errors(include_url=False):
            path = (*base, *_as_written(each["loc"], data))
            if each["type"] == "missing":
                key = str(each["loc"][-1])
                self.fault((*path, key) if not path or path[-1] != key else path, "missing_key", key=key)
                continue
            value = each["input"]
            if each["type"] == "condition" and isinstance(value, Mapping):
                facts = [str(key) for key in value if key != "as_of"]
                code = "several_facts" if len(facts) > 1 else "empty_condition"
                self.fault(path, code, facts=", ".join(facts))
                continue
            shown = "…" if isinstance(value, dict | list | tuple) else str(value)[:60]
            self.fault(path, "wrong_type", value=shown, expected=_expected(each["type"], each.get("ctx")))


def _expected(refusal: str, context: Mapping[str, Any] | None) -> str:
    """The name under which EXPECTED says what was expected, or the list of allowed values itself."""
    return str(context["expected"]) if context and "expected" in context else refusal


def _as_written(loc: tuple[int | str, ...], data: Any) -> Path:
    """Drop from pydantic's location what is not in the text: tags of unions, the long form of a condition."""
    path: list[str | int] = []
    for part in loc:
        if isinstance(data, list):
            inside = isinstance(part, int) and part < len(data)
        else:
            inside = isinstance(data, Mapping) and part in data
        if inside:
            path.append(part)
            data = data[part]
    return tuple(path)


# ---------------------------------------------------------------- JSON


def to_json(document: PolicyDocument) -> dict[str, Any]:
    """Return the document as plain JSON values: exact numbers as strings, the schema number with it."""
    return {"schema": document.schema_number, **document.model_dump(mode="json", by_alias=True)}


def from_json(data: dict[str, Any]) -> PolicyDocument:
    """Return the document that `to_json` wrote, whatever schema number it was written under."""
    return PolicyDocument.model_validate(upcast(data))


# ---------------------------------------------------------------- YAML out


class _Dumper(yaml.SafeDumper):
    """Writes so that the strict reader reads the same back, and nothing by reference."""

    #: A day is text to the reader, so it needs no quotation marks.
    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    plain = bool(value) and _reads_back_as_text(value)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


def _reads_back_as_text(value: str) -> bool:
    if "\n" in value or value != value.strip():
        return False
    read_back, _, found = read(value)
    return not found and read_back == value and isinstance(read_back, str)


_Dumper.add_representer(str, _text)


def dump(document: PolicyDocument) -> str:
    """Return the document as YAML that `load` reads back to an equal one."""
    return yaml.dump(
        to_json(document),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=10_000,
        default_flow_style=None,
    )
