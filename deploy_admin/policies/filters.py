"""The filters of the list of policies, on the page and over REST."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q

from deploy_admin.api import UpdatedSinceFilter
from deploy_admin.policies.models import Level, PolicyVersion, PolicyVersionQuerySet, State


class VersionFilter(django_filters.FilterSet):
    """By words, scheme, level and jurisdiction; the state is chosen beside its counts."""

    q = django_filters.CharFilter(method="by_words")
    scheme = django_filters.CharFilter(field_name="policy__scheme")
    level = django_filters.ChoiceFilter(field_name="policy__level", choices=Level.choices)
    division = django_filters.CharFilter(field_name="policy__division__code")
    topic = django_filters.CharFilter(field_name="topics", lookup_expr="contains", method="by_topic")

    class Meta:
        model = PolicyVersion
        fields: list[str] = []

    def by_words(self, rows: PolicyVersionQuerySet, name: str, value: str) -> Any:
        """Match the title in either language, the short name, the document number or the jurisdiction's name."""
        division = Q(policy__division__name__contains=value) | Q(policy__division__initials__startswith=value.lower())
        return rows.filter(
            Q(title_zh__contains=value)
            | Q(title_en__icontains=value)
            | Q(policy__slug__icontains=value)
            | Q(adoption__number__contains=value)
            | division
        )

    def by_topic(self, rows: PolicyVersionQuerySet, name: str, value: str) -> Any:
        """Match the versions that have a clause on the topic."""
        return rows.filter(topics__contains=[value])


class VersionApiFilter(VersionFilter, UpdatedSinceFilter):
    """The same, with the state, the policy and the moment of the last change."""

    state = django_filters.ChoiceFilter(choices=State.choices)
    policy = django_filters.CharFilter(field_name="policy__slug")
