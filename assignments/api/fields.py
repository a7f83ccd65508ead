"""Fields that several resources of this app have in common."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from deploy_admin.access import Permission
from deploy_admin.api import actor_of


class PersonNumberField(serializers.CharField):
    """The person's number in this system: told to whoever may know people's records, otherwise null.

    A receiving unit reads assignments and leave, and of a person name, title and sending unit.
    """

    def __init__(self, source: str) -> None:
        super().__init__(source=source, read_only=True, allow_null=True)

    def to_representation(self, value: Any) -> str | None:  # type: ignore[override]  # null is an answer
        actor = actor_of(self.context["request"])
        if actor is None or not actor.can(Permission.PEOPLE_VIEW):
            return None
        return super().to_representation(value)
