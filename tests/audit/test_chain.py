"""The record: written beside every act, never changed, sealed in a chain that shows every meddling."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, connection, transaction

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.audit import chain, context, services, tasks
from deploy_admin.audit.models import Event
from deploy_admin.registry.models import InstitutionProfile
from tests.accounts.factories import a_membership, an_actor
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


def record(**more):
    return services.record(**({"act": "test.done", "by": SYSTEM} | more))


def unguarded(statement: str, values: list | None = None) -> None:
    """Meddle as somebody with the owner's rights would: the triggers off for one statement."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute(statement, values or [])
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_truncate")


def test_an_event_says_who_in_which_capacity_on_what_and_from_where():
    actor = an_actor(Role.SENDER_HR)
    unit = an_institution("示范市第一医院")
    with context.bound(context.Origin(ip="10.1.2.3", request_id="r1", user_agent="browser")):
        event = services.record(act="test.done", by=actor, on=unit, detail={"day": clock.today()})
    event = Event.objects.get(pk=event.pk)
    assert (event.user_id, event.actor_name, event.role) == (actor.user_id, actor.name, "sender_hr")
    assert event.institution_id == actor.institution_id
    assert event.institution_label == actor.institution_label
    assert (event.object_type, event.object_id, event.object_label) == (
        "registry.institution",
        unit.pk,
        "示范市第一医院",
    )
    assert event.object_institution_id == unit.pk
    assert (event.ip, event.request_id, event.user_agent, event.result) == ("10.1.2.3", "r1", "browser", "done")
    assert event.detail == {"day": clock.today().isoformat()}


def test_a_substitutes_act_names_both():
    principal = a_membership(Role.SENDER_HR)
    substitute = an_actor(Role.SENDER_HR, substitute_for=principal, valid_from=clock.today(), valid_to=clock.today())
    event = record(by=substitute)
    assert event.actor_name == substitute.name
    assert event.on_behalf_of == principal.user.name


def test_what_cannot_be_recorded_is_not_done():
    class Unwritable:
        user_id = "nobody"  # not a number: the database refuses the record
        membership_id = None
        name = "x"
        role = None
        institution_id = None

    def act() -> None:
        with transaction.atomic():
            an_institution("示范医院未留痕")
            services.record(act="test.done", by=Unwritable())

    with pytest.raises(ValueError, match="user_id"):
        act()
    assert not InstitutionProfile.objects.filter(name="示范医院未留痕").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor_name = 'somebody else'",
        "DELETE FROM audit_event",
        "UPDATE audit_event SET sequence = 1, previous_hash = repeat('0', 64), digest = repeat('0', 64), act = 'x'",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_event(statement):
    record()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_to_truncate_the_record():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_event_no_truncate")
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            cursor.execute("TRUNCATE audit_event")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_truncate")


def test_a_sealed_event_is_not_sealed_again():
    event = record()
    services.seal()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(digest="f" * 64)


def test_no_event_is_born_sealed():
    with pytest.raises(IntegrityError, match="sealed after"), transaction.atomic():
        Event(act="x", sequence=1, previous_hash="0" * 64, digest="0" * 64).save()


def test_an_event_object_is_written_once():
    event = record()
    with pytest.raises(TypeError, match="once"):
        event.save()


def test_a_result_is_done_or_refused():
    with pytest.raises(IntegrityError, match="audit_event_known_result"), transaction.atomic():
        record(result="perhaps")


def test_half_a_seal_is_refused():
    record()
    with pytest.raises(IntegrityError, match="audit_event_sealed_whole"), transaction.atomic():
        unguarded("UPDATE audit_event SET sequence = 7")


def test_two_events_cannot_share_a_place():
    record(), record()
    with pytest.raises(IntegrityError, match="audit_event_one_place"), transaction.atomic():
        unguarded("UPDATE audit_event SET sequence = 1, previous_hash = repeat('0', 64), digest = repeat('0', 64)")


def test_sealing_ties_every_event_once_and_again_does_nothing():
    for number in range(3):
        record(detail={"n": number, "ratio": 0.4, "text": "基数"})
    assert tasks.seal() == 3
    assert tasks.seal() == 0
    rows = list(Event.objects.sealed())
    assert [row.sequence for row in rows] == [1, 2, 3]
    assert rows[0].previous_hash == chain.GENESIS
    assert [row.previous_hash for row in rows[1:]] == [row.digest for row in rows[:-1]]
    found = services.verify_chain()
    assert found.sound
    assert (found.checked, found.head, found.unsealed) == (3, rows[-1].digest, 0)


def test_the_number_of_queries_does_not_grow_with_the_batch(django_assert_max_num_queries):
    for _number in range(40):
        record()
    with django_assert_max_num_queries(12):
        services.seal()


def three_sealed() -> list[Event]:
    for _number in range(3):
        record()
    services.seal()
    return list(Event.objects.sealed())


def test_a_changed_event_is_named():
    _first, second, _third = three_sealed()
    unguarded("UPDATE audit_event SET actor_name = 'somebody else' WHERE id = %s", [second.pk])
    found = services.verify_chain()
    assert found.broken == chain.Break(2, second.pk, "changed")
    assert found.checked == 1
    assert not found.sound


def test_a_changed_event_with_a_fitting_hash_breaks_the_link_after_it():
    _first, second, third = three_sealed()
    row = {name: getattr(second, name) for name in chain.FIELDS} | {"actor_name": "somebody else"}
    forged = chain.digest_of(row, 2, second.previous_hash)
    unguarded("UPDATE audit_event SET actor_name = 'somebody else', digest = %s WHERE id = %s", [forged, second.pk])
    assert services.verify_chain().broken == chain.Break(3, third.pk, "unlinked")


def test_a_removed_event_is_named():
    _first, second, _third = three_sealed()
    unguarded("DELETE FROM audit_event WHERE id = %s", [second.pk])
    assert services.verify_chain().broken == chain.Break(2, None, "missing")


def test_sealing_that_has_stopped_is_noticed():
    event = record()
    unguarded("UPDATE audit_event SET recorded_at = %s WHERE id = %s", [clock.now() - timedelta(hours=1), event.pk])
    found = services.verify_chain()
    assert (found.broken, found.overdue, found.sound) == (None, 1, False)


def test_verifying_is_itself_on_record():
    three_sealed()
    assert tasks.verify() is True
    event = Event.objects.get(act="audit.verified")
    assert (event.result, event.detail["checked"]) == ("done", 3)


def test_a_broken_chain_is_on_record_as_such():
    _first, second, _third = three_sealed()
    unguarded("UPDATE audit_event SET act = 'other' WHERE id = %s", [second.pk])
    assert tasks.verify() is False
    event = Event.objects.get(act="audit.verified")
    assert (event.result, event.detail["broken_at"], event.detail["event"]) == ("refused", 2, second.pk)


def test_the_command_says_whether_the_chain_holds(capsys):
    _first, second, _third = three_sealed()
    call_command("verify_audit_chain")
    assert "3 events hold" in capsys.readouterr().out
    unguarded("UPDATE audit_event SET act = 'other' WHERE id = %s", [second.pk])
    with pytest.raises(CommandError, match="broken at 2"):
        call_command("verify_audit_chain")
