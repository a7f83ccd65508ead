"""Papers: issued with their content frozen, given number and date, filed as the stamped copy, withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.kinds import PaperKind
from assignments.models import Campaign, IssuedPaper, PaperLine
from assignments.papers import contents, printing, word_file
from assignments.papers.contents import Content
from assignments.papers.matter import Line
from assignments.papers.numbering import normalised
from assignments.papers.reading import KIND
from assignments.services import moving, paper_telling, standing_of
from assignments.services.moving import Basis
from assignments.services.paper_drafts import PERMISSIONS, Chosen, drafted
from assignments.states import PaperState
from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people import words
from deploy_admin.people.scans import type_of
from deploy_admin.people.services.rows import check_not_future, reason_given
from deploy_admin.registry.authority import authority_over

#: What stands with the months is put right where it came from.
NOT_WITHDRAWN = {
    PaperKind.FEEDBACK_LETTER: gettext_lazy(
        "A feedback letter is not withdrawn: correct the month, and a later letter corrects this one."
    ),
    PaperKind.SITUATION_REPORT: gettext_lazy("Take the situation report back instead; its paper follows."),
    PaperKind.ALLOCATION_DECISION: gettext_lazy(
        "A decision is not withdrawn: take back the plans of those concerned, and a later decision changes this one."
    ),
}


@transaction.atomic
def issue(
    *,
    chosen: Chosen,
    dated_on: date,
    number: str = "",
    contact: str = "",
    remark: str = "",
    progress: Callable[[int, int], None] | None = None,
    by: Actor,
) -> list[IssuedPaper]:
    """Issue every paper that comes of the choice: content, PDF and DOCX frozen with the digest. All or none.

    The number may be given later; of several papers each gets its own, so none is given here.
    """
    check_not_future(dated_on, "dated_on")
    drafts = drafted(chosen, by).drafts
    if number and len(drafts) > 1:
        sentence = _("These are %(n)d papers: each is given its own number afterwards.") % {"n": len(drafts)}
        raise RuleViolation(sentence, "number_for_one", fields={"number": sentence})
    issued = []
    for done, draft in enumerate(drafts, start=1):
        content = draft.content(
            dated_on=dated_on,
            number=_clean_number(number),
            contact=scrubbed(contact)[:100],
            remark=scrubbed(remark)[:500],
        )
        issued.append(
            issue_content(
                kind=draft.kind,
                issuer_id=draft.issuer_id,
                addressee_id=draft.addressee_id,
                campaign=draft.campaign,
                lines=draft.lines,
                content=content,
                by=by,
            )
        )
        if progress is not None:
            progress(done, len(drafts))
    return issued


@transaction.atomic
def number_paper(
    *, paper: IssuedPaper, number: str, dated_on: date, version: int | None = None, by: Actor
) -> IssuedPaper:
    """Write down the number and date that the office gave; they may change until the stamped copy is there."""
    held = _taken(paper, version, by)
    _check_state(held, PaperState.ISSUED)
    check_not_future(dated_on, "dated_on")
    held.number, held.dated_on = _number_needed(number), dated_on
    _save(held, "number", "dated_on")
    audit.record(act="papers.numbered", by=by, on=held, label=_label(held), detail={"dated_on": dated_on})
    return held


@transaction.atomic
def file_stamped(
    *,
    paper: IssuedPaper,
    scan: UploadedFile[Any],
    number: str = "",
    dated_on: date | None = None,
    version: int | None = None,
    by: Actor,
) -> IssuedPaper:
    """File the scan of the stamped copy: from then on it is the valid version. It needs number and date.

    A wrong scan is put right by filing the right one; the record keeps the digest of both.
    """
    held = _taken(paper, version, by)
    _check_state(held, PaperState.ISSUED, PaperState.STAMPED)
    if dated_on is not None:
        check_not_future(dated_on, "dated_on")
    held.number, held.dated_on = _number_needed(number or held.number), dated_on or held.dated_on
    held.stamped = _kept_scan(scan, held, by)
    held.state, held.stamped_at, held.stamped_by_name = PaperState.STAMPED, clock.now(), by.name[:150]
    _save(held, "number", "dated_on", "stamped", "state", "stamped_at", "stamped_by_name")
    audit.record(act="papers.stamped", by=by, on=held, label=_label(held), detail={"sha256": held.stamped.sha256})
    return held


@transaction.atomic
def withdraw_paper(*, paper: IssuedPaper, reason: str, version: int | None = None, by: Actor) -> IssuedPaper:
    """Withdraw a paper, with the reason; it stays as it was, and its number is free for the one that replaces it."""
    held = _taken(paper, version, by)
    _check_state(held, PaperState.ISSUED, PaperState.STAMPED)
    if (sentence := NOT_WITHDRAWN.get(PaperKind(held.kind))) is not None:
        raise RuleViolation(str(sentence), "paper_not_withdrawn")
    return _withdrawn(held, reason, by)


@transaction.atomic
def supersede(*, paper: IssuedPaper, reason: str, by: Actor) -> None:
    """Withdraw the paper of something that was taken back itself; one that is withdrawn already stays so."""
    held = IssuedPaper.objects.select_for_update(of=("self",), no_key=True).get(pk=paper.pk)
    if held.state != PaperState.WITHDRAWN:
        _withdrawn(held, reason, by)


def _withdrawn(held: IssuedPaper, reason: str, by: Actor) -> IssuedPaper:
    held.reason = reason_given(reason)[:300]
    held.state, held.withdrawn_at, held.withdrawn_by_name = PaperState.WITHDRAWN, clock.now(), by.name[:150]
    _save(held, "reason", "state", "withdrawn_at", "withdrawn_by_name")
    paper_telling.withdrawn(held)
    audit.record(act="papers.withdrawn", by=by, on=held, label=_label(held), detail={"reason": held.reason})
    return held


def may_keep(paper: IssuedPaper, by: Actor) -> bool:
    """Whether the actor may number, file and withdraw the paper: its issuer, or the authority it answers to."""
    if not by.can(PERMISSIONS[PaperKind(paper.kind)]):
        return False
    if by.reach is Reach.ALL or paper.issuer_id in by.institution_ids:
        return by.reach in (Reach.ALL, Reach.DISTRICT, Reach.UNIT)
    if by.reach is not Reach.DISTRICT or paper.kind not in (PaperKind.SUSPENSION_NOTICE, PaperKind.SITUATION_REPORT):
        return False
    return authority_over([paper.issuer_id], clock.today()).get(paper.issuer_id) in by.institution_ids


def basis_of(paper: IssuedPaper) -> Basis:
    """Return the paper as what another act rests on: a statement of suspension names its notice."""
    return Basis(
        document=paper.content["title"],
        document_number=paper.number,
        document_date=paper.dated_on,
        scan=paper.stamped,
    )


@transaction.atomic
def issue_content(
    *,
    kind: PaperKind,
    issuer_id: int,
    addressee_id: int | None,
    lines: Iterable[Line],
    content: Content,
    campaign: Campaign | None = None,
    by: Actor,
) -> IssuedPaper:
    """Issue a paper that says this: content, PDF and DOCX frozen with the digest, a line for each it names.

    Whether the actor acts for the issuer is asked by whoever wrote the content; here, whether it may issue the kind.
    """
    if not by.can(PERMISSIONS[kind]):
        raise standing_of.not_permitted()
    named = list(dict.fromkeys(lines))
    sha256 = contents.digest(content)
    name = words.masked(content["title"])[:200]
    files = {
        "pdf": _stored(f"{name}.pdf", printing.pdf(content, sha256), "application/pdf", issuer_id, by),
        "docx": _stored(f"{name}.docx", word_file.docx(content, sha256), word_file.CONTENT_TYPE, issuer_id, by),
    }
    with refusals():
        paper = IssuedPaper.objects.create(
            kind=kind,
            issuer_id=issuer_id,
            addressee_id=addressee_id,
            campaign=campaign,
            number=content["number"],
            dated_on=date.fromisoformat(content["dated_on"]),
            content=content,
            sha256=sha256,
            **files,
            **moving.recorded_by(by),
        )
        PaperLine.objects.bulk_create(
            [PaperLine(paper=paper, assignment_id=line.assignment_id, leave_id=line.leave_id) for line in named]
        )
    paper_telling.issued(paper)
    told = {"kind": kind.value, "lines": len(named), "sha256": sha256, "number": content["number"]}
    if content["on_behalf"]:
        told["on_behalf"] = True
    audit.record(act="papers.issued", by=by, on=paper, label=_label(paper), detail=told)
    return paper


def _stored(name: str, content: bytes, content_type: str, owner_id: int, by: Actor) -> StoredFile:
    return jobs.store_file(
        name=name,
        content=content,
        content_type=content_type,
        by=by,
        owner_institution_id=owner_id,
        kind=KIND,
        sealed=True,
    )


def _kept_scan(scan: UploadedFile[Any], paper: IssuedPaper, by: Actor) -> StoredFile:
    content = scan.read()
    found = type_of(content)
    if found is None:
        sentence = _("This is no PDF, JPEG or PNG.")
        raise RuleViolation(sentence, "no_scan", fields={"scan": sentence})
    return _stored(words.masked(scan.name or ""), content, found, paper.issuer_id, by)


def _taken(paper: IssuedPaper, version: int | None, by: Actor) -> IssuedPaper:
    """Lock the paper and compare the version; refuse whoever may not keep it."""
    rows = IssuedPaper.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    held: IssuedPaper | None = rows.filter(pk=paper.pk).first()
    if held is None:
        raise RuleViolation(_("You see no such paper."), "paper_unknown")
    if not may_keep(held, by):
        raise standing_of.not_permitted()
    if version is not None and version != held.version:
        raise Conflict(
            _("Somebody else has changed this paper since you opened it."),
            "stale_version",
            context={
                "yours": {"version": version},
                "theirs": {"version": held.version, str(_("State")): str(held.get_state_display())},
                "url": held.get_absolute_url(),
            },
        )
    return held


def _check_state(paper: IssuedPaper, *states: PaperState) -> None:
    if paper.state not in states:
        sentence = _("The paper is “%(state)s” by now.") % {"state": paper.get_state_display()}
        raise RuleViolation(sentence, "paper_settled")


def _save(paper: IssuedPaper, *columns: str) -> None:
    paper.version += 1
    with refusals():
        paper.save(update_fields=[*columns, "version"])


def _clean_number(number: str) -> str:
    return normalised(scrubbed(number))[:100]


def _number_needed(number: str) -> str:
    text = _clean_number(number)
    if not text:
        sentence = _("Say under which number the paper was issued.")
        raise RuleViolation(sentence, "number_missing", fields={"number": sentence})
    return text


def _label(paper: IssuedPaper) -> str:
    """Return what the record calls the paper: its number and what kind it is, nobody's name."""
    return " ".join(word for word in (paper.number, str(paper.get_kind_display())) if word)
