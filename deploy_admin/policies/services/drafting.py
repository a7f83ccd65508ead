"""From a written text to a draft version, and what may be done to a draft."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from deploy_admin.access import Actor, Permission, Reach, Role
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.policies.geography import Place, Places
from deploy_admin.policies.language import Level, PolicyDocument, PolicyFaults, load, strict_yaml, to_json
from deploy_admin.policies.language.strict_yaml import Path
from deploy_admin.policies.language.validation import place_of
from deploy_admin.policies.models import Policy, PolicyVersion, State, VersionTransition
from deploy_admin.policies.refusals import FoundFault, PolicyRefused
from deploy_admin.policies.services.governing import document_digest


class Imported(NamedTuple):
    """The version that holds the text, and whether it was made just now."""

    version: PolicyVersion
    is_new: bool


def read_text(text: str) -> tuple[PolicyDocument, Place | None]:
    """Return the document and its jurisdiction (None: the nation); refuse with every fault there is."""
    try:
        document = load(text)
    except PolicyFaults as found:
        raise PolicyRefused(found.faults) from found
    places = Places.load()
    faults = _unknown_places(document, places, text)
    if faults:
        raise PolicyRefused(faults)
    return document, None if document.level is Level.NATION else places.named(
        document.jurisdiction, document.in_force.from_
    )


@transaction.atomic
def import_document(*, text: str, by: Actor) -> Imported:
    """Take a text as a draft of its policy; one that says what a draft or the adopted version says changes nothing."""
    document, place = read_text(text)
    ensure_may_write(by, place.id if place else None)
    policy = _policy_for(document, place)
    digest = document_digest(document)
    same = policy.versions.filter(digest=digest, state__in=(State.DRAFT, State.ADOPTED)).order_by("-revision").first()
    if same is not None:
        return Imported(same, is_new=False)
    last = policy.versions.aggregate(last=Max("revision"))["last"] or 0
    with refusals():
        version = PolicyVersion.objects.create(
            policy=policy,
            revision=last + 1,
            created_by_id=by.user_id,
            created_by_name=by.name,
            **_columns(document, text, digest),
        )
    note_move(version, None, State.DRAFT, by=by)
    audit.record(act="policies.drafted", by=by, on=version, detail={"digest": digest})
    if by.role is not None:
        _tell_who_adopts(version, by)
    return Imported(version, is_new=True)


@transaction.atomic
def update_draft(*, draft: PolicyVersion, text: str, version_read: int, by: Actor) -> PolicyVersion:
    """Replace the text of a draft that nobody changed since it was read."""
    document, place = read_text(text)
    held = _locked_draft(draft, version_read, theirs_if_changed=text)
    ensure_may_write(by, held.policy.division_id)
    ensure_may_write(by, place.id if place else None)
    if document.id != held.policy.slug:
        raise RuleViolation(
            _("This draft belongs to the policy “%(slug)s”; a text with another id is imported by itself.")
            % {"slug": held.policy.slug},
            "other_policy",
            fields={"text": _("The id is that of another policy.")},
        )
    _fit_policy(held.policy, document, place, besides=held)
    digest = document_digest(document)
    columns = _columns(document, text, digest)
    before = held.digest
    for name, value in columns.items():
        setattr(held, name, value)
    held.version += 1
    held.save(update_fields=[*columns, "version", "updated_at"])
    audit.record(act="policies.draft_edited", by=by, on=held, detail={"digest": [before, digest]})
    return held


@transaction.atomic
def discard_draft(*, draft: PolicyVersion, reason: str, version_read: int, by: Actor) -> PolicyVersion:
    """Put a draft aside for good; its text stays readable for those who draft."""
    held = _locked_draft(draft, version_read)
    ensure_may_write(by, held.policy.division_id)
    move(held, State.WITHDRAWN, by=by, reason=reason)
    audit.record(act="policies.draft_discarded", by=by, on=held, detail={"reason": reason})
    jobs.settle(key=waiting_key(held))
    return held


def may_write(by: Actor, division_id: int | None, permission: Permission = Permission.POLICIES_DRAFT) -> bool:
    """Whether the actor is competent for the jurisdiction: the city writes for all, a district for itself."""
    if not by.can(permission):
        return False
    return by.reach is Reach.ALL or (by.reach is Reach.DISTRICT and division_id in by.division_ids)


def ensure_may_write(by: Actor, division_id: int | None, permission: Permission = Permission.POLICIES_DRAFT) -> None:
    """Refuse whoever is not competent for the jurisdiction."""
    if not may_write(by, division_id, permission):
        raise RuleViolation(
            _("Your office is not competent for this jurisdiction. A district writes for itself, the city for all."),
            "outside_jurisdiction",
        )


def move(
    version: PolicyVersion, to: State, *, by: Actor, reason: str = "", effective_on: Any = None, **also: Any
) -> None:
    """Move a locked version to another state, with its transition row; `also` are columns that change with it."""
    before = State(version.state)
    if not before.may_become(to):
        raise RuleViolation(
            _("This version is “%(state)s”; it cannot become “%(to)s”.") % {"state": before.label, "to": to.label},
            "state_not_allowed",
        )
    version.state = to
    version.version += 1
    for name, value in also.items():
        setattr(version, name, value)
    version.save(update_fields=["state", "version", "updated_at", *also])
    note_move(version, before, to, by=by, reason=reason, effective_on=effective_on)


def note_move(
    version: PolicyVersion, before: State | None, to: State, *, by: Actor, reason: str = "", effective_on: Any = None
) -> None:
    """Write the trail of one move."""
    VersionTransition.objects.create(
        version=version,
        from_state=before or "",
        to_state=to,
        reason=reason,
        effective_on=effective_on,
        by_id=by.user_id,
        by_name=by.name,
    )


def waiting_key(version: PolicyVersion) -> str:
    """Return the key of the notice that a draft waits for adoption."""
    return f"policies.draft:{version.pk}"


def check_unchanged(version: PolicyVersion, version_read: int, yours: Any = None) -> None:
    """Refuse an act on a row that changed since it was read."""
    if version.version != version_read:
        raise Conflict(
            _("This version was changed since you opened it."),
            "changed_meanwhile",
            context={
                "yours": yours,
                "theirs": version.source_text if yours is not None else str(State(version.state).label),
            },
        )


def _locked_draft(draft: PolicyVersion, version_read: int, theirs_if_changed: str | None = None) -> PolicyVersion:
    held = PolicyVersion.objects.select_for_update(of=("self",), no_key=True).select_related("policy").get(pk=draft.pk)
    check_unchanged(held, version_read, theirs_if_changed)
    if not held.is_draft:
        raise RuleViolation(_("Only a draft can be edited or discarded; this version is frozen."), "not_a_draft")
    return held


def _policy_for(document: PolicyDocument, place: Place | None) -> Policy:
    """Return the document's policy, locked; made if there is none yet."""
    with refusals():
        policy, is_new = Policy.objects.get_or_create(
            slug=document.id,
            defaults={
                "scheme": document.scheme.code,
                "division_id": place.id if place else None,
                "level": document.level.value,
            },
        )
    policy = Policy.objects.select_for_update(of=("self",), no_key=True).get(pk=policy.pk)
    if not is_new:
        _fit_policy(policy, document, place)
    return policy


def _fit_policy(
    policy: Policy, document: PolicyDocument, place: Place | None, besides: PolicyVersion | None = None
) -> None:
    """Keep scheme and jurisdiction the same through all versions; a lone draft may still correct them."""
    wanted = {
        "scheme": document.scheme.code,
        "division_id": place.id if place else None,
        "level": document.level.value,
    }
    if all(getattr(policy, name) == value for name, value in wanted.items()):
        return
    if besides is None or policy.versions.exclude(pk=besides.pk).exists():
        raise RuleViolation(
            _("“%(slug)s” has versions with another scheme or jurisdiction. Give this text an id of its own.")
            % {"slug": policy.slug},
            "policy_is_another",
            fields={"text": _("Scheme and jurisdiction differ from the policy's other versions.")},
        )
    for name, value in wanted.items():
        setattr(policy, name, value)
    policy.save(update_fields=list(wanted))


def _columns(document: PolicyDocument, text: str, digest: str) -> dict[str, Any]:
    return {
        "title_zh": document.title_zh,
        "title_en": document.title_en,
        "document": to_json(document),
        "schema_number": document.schema_number,
        "source_text": text,
        "digest": digest,
        "topics": list(document.topics),
        "in_force_from": document.in_force.from_,
        "in_force_to": document.in_force.to,
    }


def _unknown_places(document: PolicyDocument, places: Places, text: str) -> list[FoundFault]:
    """Return one fault for each division that the registry does not know."""
    named: list[tuple[Path, str]] = []
    if document.level is not Level.NATION:
        named.append((("jurisdiction",), document.jurisdiction))
    named += [((*place_of(document, clause), "pilot"), code) for clause in document.clauses for code in clause.pilot]
    unknown = [(path, code) for path, code in named if places.named(code) is None]
    lines = strict_yaml.read(text)[1] if unknown else {}
    return [
        FoundFault(
            strict_yaml.written_path(path),
            "division_unknown",
            _("The registry has no division “%(code)s”.") % {"code": code},
            _("Correct the code, or add the division to the registry first."),
            lines.get(path),
        )
        for path, code in unknown
    ]


def _tell_who_adopts(version: PolicyVersion, by: Actor) -> None:
    district = by.reach is Reach.DISTRICT
    jobs.notify(
        code="policies.draft_waits",
        params={"title": version.title_zh, "revision": version.revision, "name": by.name},
        url=reverse("policies:version", args=[version.policy.slug, version.revision]),
        institution_id=by.institution_id if district else None,
        roles=[Role.DISTRICT_OFFICER if district else Role.CITY_OFFICER],
        key=waiting_key(version),
    )
