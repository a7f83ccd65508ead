"""What a list of people can be narrowed to; the pages and REST share it."""

from __future__ import annotations

import django_filters
from django.core.validators import EMPTY_VALUES
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from deploy_admin import clock
from deploy_admin.people import codes, gaps
from deploy_admin.people.models import HealthWorker, Licence, Title, Unavailability
from deploy_admin.people.models.workers import HealthWorkerQuerySet
from deploy_admin.registry.codes import PRIMARY_CARE
from deploy_admin.registry.models import Institution, InstitutionProfile

STATES = (
    ("employed", _("employed")),
    ("left", _("left")),
    ("all", _("employed and left")),
)
#: From the lowest to the highest; a person has the level of the highest title held.
LEVELS = [code.value for code in codes.TITLE_LEVELS]
NONE = ("none", _("none"))


@extend_schema_field(OpenApiTypes.STR)
class CodeFilter(django_filters.ChoiceFilter):
    """Rows with one value of a code list, whose words are asked for in the reader's language."""


class PersonFilter(django_filters.FilterSet):
    """Narrows health workers that carry their current employment."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials, person number or unit"))
    institution = django_filters.NumberFilter(field_name="employment__institution", label=_("Unit"))
    unit = django_filters.CharFilter(method="by_unit", label=_("Unit"))
    department = django_filters.CharFilter(
        field_name="employment__department", lookup_expr="contains", label=_("Department")
    )
    staff_category = CodeFilter(
        choices=lambda: codes.choices(codes.STAFF_CATEGORIES),
        field_name="employment__staff_category",
        label=_("Staff category"),
    )
    employment_mode = CodeFilter(
        choices=lambda: codes.choices(codes.EMPLOYMENT_MODES),
        field_name="employment__employment_mode",
        label=_("Establishment kind"),
    )
    title_level = django_filters.ChoiceFilter(
        choices=lambda: [*codes.choices(codes.TITLE_LEVELS), NONE], method="by_level", label=_("Title level")
    )
    licence = django_filters.ChoiceFilter(
        choices=lambda: [*codes.choices(codes.LICENCES), NONE], method="by_licence", label=_("Licence")
    )
    speciality = django_filters.CharFilter(lookup_expr="contains", label=_("Speciality"))
    unavailable = django_filters.ChoiceFilter(
        choices=[("yes", _("yes")), ("no", _("no"))], method="by_unavailability", label=_("Unavailable now")
    )
    state = django_filters.ChoiceFilter(choices=STATES, method="by_state", label=_("State"))
    lacks = django_filters.ChoiceFilter(choices=gaps.choices, method="by_gap", label=_("Data missing"))

    class Meta:
        model = HealthWorker
        fields: list[str] = []

    def filter_queryset(self, queryset: HealthWorkerQuerySet) -> HealthWorkerQuerySet:
        """Ask everything in one condition: asked one after the other, each would join the employments anew."""
        wanted = Q()
        for name, value in self.form.cleaned_data.items():
            if value in EMPTY_VALUES:
                continue
            known = self.filters[name]
            if known.method is not None:
                wanted &= getattr(self, known.method)(value)
            else:
                wanted &= Q(**{f"{known.field_name}__{known.lookup_expr}": value})
        return queryset.filter(wanted)

    def by_text(self, value: str) -> Q:
        text = value.strip()
        named = HealthWorker.objects.search(text).order_by().values("pk")
        units = list(Institution.objects.standing(clock.today()).search(text).values_list("pk", flat=True))
        return Q(employment__institution__in=units) | Q(pk__in=named) if units else Q(pk__in=named)

    def by_unit(self, value: str) -> Q:
        units = Institution.objects.standing(clock.today()).search(value.strip())
        return Q(employment__institution__in=list(units.values_list("pk", flat=True)))

    def by_level(self, value: str) -> Q:
        today = clock.today()
        titles = Title.objects.filter(
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=today), worker=OuterRef("pk"), qualified_on__lte=today
        )
        if value == NONE[0]:
            return ~Q(Exists(titles))
        general, targeted = titles.filter(scope="general"), titles.filter(scope="grassroots_targeted")
        higher = LEVELS[LEVELS.index(value) + 1 :]
        # As people.standing reads it: a grassroots-targeted title counts where the person works at primary level.
        primary = InstitutionProfile.objects.standing(today).filter(kind__in=PRIMARY_CARE).values("institution")
        there = Q(employment__institution__in=primary)
        holds = Q(Exists(general.filter(level=value))) | (there & Q(Exists(targeted.filter(level=value))))
        above = Q(Exists(general.filter(level__in=higher))) | (there & Q(Exists(targeted.filter(level__in=higher))))
        return holds & ~above

    def by_licence(self, value: str) -> Q:
        today = clock.today()
        held = Licence.objects.filter(
            Q(issued_on__isnull=True) | Q(issued_on__lte=today),
            Q(ended_on__isnull=True) | Q(ended_on__gte=today),
            worker=OuterRef("pk"),
        )
        return ~Q(Exists(held)) if value == NONE[0] else Q(Exists(held.filter(kind=value)))

    def by_unavailability(self, value: str) -> Q:
        away = Q(Exists(Unavailability.objects.on(clock.today()).filter(worker=OuterRef("pk"))))
        return away if value == "yes" else ~away

    def by_state(self, value: str) -> Q:
        today = clock.today()
        if value == "employed":
            open_ended = Q(employment__valid_to__isnull=True) | Q(employment__valid_to__gte=today)
            return Q(employment__isnull=False) & open_ended
        return Q(employment__valid_to__lt=today) if value == "left" else Q()

    def by_gap(self, value: str) -> Q:
        return gaps.conditions(clock.today())[value]
