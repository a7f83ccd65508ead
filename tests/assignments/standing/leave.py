"""A leave clause as the end of a term is reckoned by it: personal leave from five duty days on lengthens the term."""

from __future__ import annotations

from deploy_admin.policies.language import load
from deploy_admin.policies.language.types import Level
from deploy_admin.policies.layering import GoverningClause
from tests.policies.language.helpers import clause_text

_CLAUSE = load(clause_text("leave", "filing: {at_least: 5}\nextends: {personal: true}")).leave[0]
#: One way, of one clause.
LEAVE = ((GoverningClause(1, "a-policy", 1, "x", Level.CITY, _CLAUSE, frozenset({1}), frozenset()),),)
