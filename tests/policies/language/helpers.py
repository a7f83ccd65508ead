"""A small document to bend: one clause that loads, and the faults of a text by code."""

from __future__ import annotations

from deploy_admin.policies.language import Fault, PolicyDocument, PolicyFaults, load

HEAD = """\
policy: a-policy
scheme: {code: municipal_county, names_zh: [市聘县用], name_en: a scheme}
title_zh: 方案
title_en: A plan
issuer_zh: 某卫生健康委
issuer_en: A commission
issued: 2025-01-01
jurisdiction: "500000"
in_force: {from: 2025-01-01}
"""

CLAUSE = """\
  - id: %(id)s
    topic: %(topic)s
    label_zh: 派出人数
    label_en: People to send
    cite: 每年派出
    binding: mandatory
"""


def text(body: str, *, clause_id: str = "one", topic: str = "municipal_county.people", head: str = HEAD) -> str:
    """A whole document around the lines of one clause."""
    lines = "".join(f"    {line}\n" for line in body.strip("\n").splitlines())
    return head + "quotas:\n" + CLAUSE % {"id": clause_id, "topic": topic} + lines


def clause_text(section: str, body: str, *, clause_id: str = "one", topic: str = "county_township.rule") -> str:
    """A whole document around the lines of one clause of a section."""
    return HEAD + f"{section}:\n" + a_clause(body, clause_id=clause_id, topic=topic)


def a_clause(body: str, *, clause_id: str = "one", topic: str = "county_township.rule") -> str:
    """The lines of one clause as they stand under their section."""
    lines = "".join(f"    {line}\n" for line in body.strip("\n").splitlines())
    return CLAUSE % {"id": clause_id, "topic": topic} + lines


def document(body: str, **settings: str) -> PolicyDocument:
    """The loaded document around one clause."""
    return load(text(body, **settings))


def faults(written: str) -> list[Fault]:
    """Every fault of a text; fails where it has none."""
    try:
        load(written)
    except PolicyFaults as found:
        return found.faults
    raise AssertionError("The text was accepted.")


def codes(written: str) -> set[str]:
    """The codes of the faults of a text."""
    return {fault.code for fault in faults(written)}
