"""The demonstration loads through the importers as users would, once, and shows what there is to be seen."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Membership
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import Notice, Upload
from deploy_admin.months import Period
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker, Recognition, TransferRequest, Unavailability
from deploy_admin.people.services import possible_duplicates
from deploy_admin.workbench import demo, demo_people, desks
from deploy_admin.workbench.demo_bringing import actor_of, units_by_name
from quotas.counting import comparisons
from quotas.models import ListedPerson

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(settings):
    settings.DEMO = True
    for command in ("load_reference", "load_policies"):
        call_command(command, verbosity=0)
    return demo.load()


def test_it_shows_everything_that_people_are_about_and_loads_once(loaded):
    units = units_by_name()
    first, wanzhou = units[demo_people.FIRST], units[demo_people.WANZHOU]

    # rosters, one of them with errors that wait to be mended
    assert Upload.objects.filter(column_set="roster", state="applied").count() == 8
    refused = Upload.objects.get(column_set="roster", state="refused")
    assert refused.institution_id == units["示范市肿瘤医院"]
    assert refused.summary["counts"]["refused"] == 8
    assert HealthWorker.objects.count() > 350

    # every kind of absence, a pair to merge, claims, a transfer that was asked for
    kinds = {code.value for code in codes.UNAVAILABILITIES}
    assert set(Unavailability.objects.values_list("kind", flat=True)) == kinds
    (pair,) = possible_duplicates(actor_of("shi"))
    assert pair.first.name == pair.second.name
    assert sorted(Recognition.objects.values_list("state", flat=True)) == ["claimed"] * 3 + ["recognised"]
    assert TransferRequest.objects.get().to_institution_id == wanzhou

    # lists that agree with the typed figures, one that does not, one that waits to be confirmed
    agreed = comparisons([(first, "promoted_associate_chief", Period.year(year)) for year in (2024, 2025)])
    assert not any(compared.differs for compared in agreed.values())
    key = (wanzhou, "recruited_physicians", Period.year(2026))
    assert comparisons([key])[key].differs
    waiting = ListedPerson.objects.filter(institution=wanzhou, period_start__year=2025)
    assert set(waiting.values_list("state", flat=True)) == {"listed"}
    assert Notice.objects.open().filter(code="lists.recruits_to_confirm", institution_id=wanzhou).exists()

    # the demo's deployed person sees one record, the own one
    deployed = actor_of("yisheng")
    assert [person.name for person in HealthWorker.objects.visible_to(deployed)] == ["许清和"]
    linked = Membership.objects.get(role=Role.DEPLOYED_PERSON)
    assert Event.objects.filter(act="member.linked", object_id=str(linked.pk)).exists()

    # an office's home says how many may go, and of how many something is missing
    home = desks.home(actor_of("yiyuan"), clock.today())
    values = [number["value"] for number in home["numbers"]]
    assert len(values) == 6
    assert None not in values
    assert values[3] > values[4] > values[5] > 0

    before = (HealthWorker.objects.count(), Upload.objects.count(), Event.objects.count())
    assert demo.load() == []
    assert before == (HealthWorker.objects.count(), Upload.objects.count(), Event.objects.count())


def test_without_the_demo_flag_nothing_is_loaded(settings):
    settings.DEMO = False
    with pytest.raises(RuleViolation):
        demo.load()
    assert not Upload.objects.exists()
