"""Every reason, hindrance and mark of an allocation as a sentence in the reader's language: codes in, words out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from assignments.allocation.named import Names
from assignments.allocation.rows import Mark, Told
from assignments.reading import category_label, level_label, missing_labels
from quotas.reading import in_chinese

Params = Mapping[str, Any]
Sentence = Callable[[Params, Names], str]


def sentence(code: str, params: Params, names: Names) -> str:
    """Return the sentence of any code of an allocation; the code itself where nobody wrote one."""
    for table in (HINDRANCES, GAPS, WAYS):
        if code in table:
            return table[code](params, names)
    return code


def hindrance(code: str, params: Params, names: Names) -> str:
    """Return why somebody cannot go to a request."""
    return sentence(code, params, names)


def joined(words: Iterable[str]) -> str:
    """Return several things in a row."""
    return pgettext("between parts of a line", ", ").join(word for word in words if word)


def spaced(*sentences: str) -> str:
    """Return sentences one after the other, as the reader's language sets them."""
    return ("" if in_chinese() else " ").join(each for each in sentences if each)


def _title(value: str) -> str:
    return level_label(value) if value and value != "none" else _("no title")


# ---------------------------------------------------------------- hindrances


def _may_not_go(params: Params, names: Names) -> str:
    why = params.get("why", "")
    if why == "merged":
        return _("This person's record went over into another one: nominate that one.")
    if why == "not_employed":
        return _("Not employed anywhere on %(day)s.") % {"day": params.get("day", "")}
    clause = params.get("clause_zh" if in_chinese() else "clause_en", "")
    said = joined(missing_labels(params.get("unmet", ()), None))
    if why == "barred":
        return _("Barred from going (%(clause)s).") % {"clause": clause}
    if said:
        return _("May not go (%(clause)s): %(unmet)s not met.") % {"clause": clause, "unmet": said}
    return _("May not go (%(clause)s).") % {"clause": clause}


def _speciality(params: Params, names: Names) -> str:
    held = joined(params.get("held", ()))
    if not held:
        return _("%(asked)s is asked for; of this person no speciality is recorded.") % {"asked": params["asked"]}
    return _("%(asked)s is asked for; this person's is %(held)s.") % {"asked": params["asked"], "held": held}


def _category(params: Params, names: Names) -> str:
    asked, held = category_label(params["asked"]), category_label(params.get("held", ""))
    if not held:
        return _("Asked for: %(asked)s.") % {"asked": asked}
    return _("Asked for: %(asked)s; this person: %(held)s.") % {"asked": asked, "held": held}


def _too_low(params: Params, names: Names) -> str:
    return _("The title is %(held)s; at least %(asked)s is asked for.") % {
        "held": _title(params.get("held", "")),
        "asked": _title(params["asked"]),
    }


def _not_possible(params: Params, names: Names) -> str:
    first, last = params.get("possible_from", ""), params.get("possible_to", "")
    asked = {"first": params.get("first", ""), "last": params.get("last", "")}
    if first and last:
        said = _("Possible from %(from)s to %(to)s only; the posting lasts from %(first)s to %(last)s.")
    elif last:
        said = _("Possible until %(to)s only; the posting lasts from %(first)s to %(last)s.")
    else:
        said = _("Possible from %(from)s on only; the posting lasts from %(first)s to %(last)s.")
    return said % {"from": first, "to": last, **asked}


def _away(params: Params, names: Names) -> str:
    if params.get("last"):
        return _("Unavailable from %(first)s to %(last)s.") % {"first": params["first"], "last": params["last"]}
    return _("Unavailable since %(first)s, without a last day.") % {"first": params.get("first", "")}


def _elsewhere(params: Params, names: Names) -> str:
    return _("Assigned to %(unit)s from %(first)s to %(last)s.") % {
        "unit": names.unit(params.get("unit")),
        "first": params.get("first", ""),
        "last": params.get("last", ""),
    }


def _outside(params: Params, names: Names) -> str:
    return _("%(unit)s is not among the campaign's destinations.") % {"unit": names.unit(params.get("unit"))}


def _own(params: Params, names: Names) -> str:
    return _("%(unit)s is this person's own unit, or a part of it.") % {"unit": names.unit(params.get("unit"))}


def _banned(params: Params, names: Names) -> str:
    return _("Ruled out by hand.")


HINDRANCES: dict[str, Sentence] = {
    "person_may_not_go": _may_not_go,
    "speciality_differs": _speciality,
    "staff_category_differs": _category,
    "title_too_low": _too_low,
    "not_possible_then": _not_possible,
    "away_then": _away,
    "elsewhere_then": _elsewhere,
    "outside_destinations": _outside,
    "own_unit": _own,
    "banned": _banned,
}

# ---------------------------------------------------------------- marks

#: What a verdict is called where no chip is seen: for screen readers, in the drawer, on paper.
VERDICTS: dict[str, Any] = {
    "yes": pgettext_lazy("criterion", "met"),
    "relaxed": pgettext_lazy("criterion", "met in the wider sense"),
    "no": pgettext_lazy("criterion", "not met"),
    "unknown": pgettext_lazy("criterion", "not known"),
}


def mark(told: Params, names: Names) -> Mark:
    """Return what one criterion says of a pairing, as a chip with its sentence."""
    criterion, verdict = str(told["criterion"]), str(told.get("verdict", ""))
    return Mark(criterion, names.criterion(criterion), verdict, _of_mark(verdict, told.get("params") or {}))


def marks(told: Iterable[Params], names: Names) -> tuple[Mark, ...]:
    """Return the chips of a pairing: of criteria about which it says something by itself."""
    said = (each for each in told if each.get("verdict"))
    return tuple(
        mark(each, names) for each in said if each["verdict"] != "unknown" or each["criterion"] not in names.ways
    )


def _of_mark(verdict: str, params: Params) -> str:
    if "km" in params:
        return _("%(km)s km") % {"km": params["km"]}
    if "wish" in params:
        return _("wish no. %(n)s") % {"n": params["wish"]}
    if "held" in params:
        return _("asked for: %(asked)s; the person's: %(held)s") % {
            "asked": params["asked"],
            "held": joined(params["held"]) or "—",
        }
    return str(VERDICTS.get(verdict, ""))


def decided_by(reason: Params, names: Names) -> str:
    """Return what decided that somebody has a place; of one that breaks a rule by now, which."""
    code = str(reason.get("decided_by") or "")
    if not code:
        return ""
    if code in DECIDED_BY:
        broken = [hindrance(each["code"], each.get("params") or {}, names) for each in reason.get("hindrances", ())]
        return spaced(str(DECIDED_BY[code]), *broken)
    return _("What decides: %(criterion)s.") % {"criterion": names.criterion(code)}


def against(told: Params, names: Names) -> str:
    """Return in which criterion somebody comes after who has the place, and where they go instead."""
    criterion = str(told.get("criterion") or "")
    said = {"name": names.person(told.get("nomination")), "criterion": names.criterion(criterion)}
    if told.get("placed_at"):
        said["where"] = names.request(told["placed_at"])
        if not criterion or criterion in DECIDED_BY:
            return _("%(name)s goes to %(where)s.") % said
        return _("%(name)s comes after in “%(criterion)s” and goes to %(where)s.") % said
    if not criterion or criterion in DECIDED_BY:
        return _("%(name)s is as good by every criterion.") % said
    return _("%(name)s comes after in “%(criterion)s”.") % said


#: What decides where it is not a criterion.
DECIDED_BY: dict[str, Any] = {
    "by_hand": gettext_lazy("Placed by hand."),
    "only_candidate": gettext_lazy("Nobody else could go there."),
    "pinned": gettext_lazy("Pinned by hand."),
    "lot": gettext_lazy("By every criterion others are as good: the order of the list decided."),
}


def stage_told(stage: Params) -> str:
    """Return what one stage reached: the value, and whether it is the best there is."""
    said = {"value": stage.get("value"), "bound": stage.get("bound")}
    if stage.get("optimal"):
        return _("%(value)s, the best there is") % said
    return _("%(value)s; the best there is lies at %(bound)s at most") % said


# ---------------------------------------------------------------- what is left over


def gap(reason: Params, names: Names) -> Told:
    """Return why places of a request or a person are left over: the result, on what it rests, the ways out."""
    code = str(reason.get("code", ""))
    result = GAPS[code](reason, names) if code in GAPS else _("Nobody has looked into this yet.")
    basis = spaced(_binds(reason, names), _nearest(reason, names))
    ways = tuple(WAYS[each["code"]](each, names) for each in reason.get("would_change", ()) if each["code"] in WAYS)
    return Told(result, basis, ways)


def _binds(reason: Params, names: Names) -> str:
    binds = str(reason.get("binds") or "")
    if not binds or binds in HINDRANCES or binds in DECIDED_BY:
        return ""
    return _("What decides: %(criterion)s.") % {"criterion": names.criterion(binds)}


def _nearest(reason: Params, names: Names) -> str:
    """Return the candidate, or the request, that fails least, or the exchange that would lose least."""
    near = reason.get("nearest") or {}
    if not near:
        return ""
    if "hindrances" in near:
        said = spaced(*(hindrance(each["code"], each.get("params") or {}, names) for each in near["hindrances"]))
        who = names.person(near["person"]) if "person" in near else names.request(near.get("request"))
        return spaced(_("Nearest: %(who)s.") % {"who": who}, said)
    return spaced(_exchange(near, names), _loses(near, names))


def _exchange(near: Params, names: Names) -> str:
    """Return who could come from where, or where somebody could go instead of whom."""
    if "request" in near:
        where = {"where": names.request(near["request"])}
        if near.get("instead_of"):
            return _("Nearest: %(where)s, instead of %(who)s.") % {**where, "who": names.person(near["instead_of"])}
        return _("Nearest: %(where)s, where a place is free.") % where
    who = {"who": names.person(near.get("person"))}
    if near.get("from"):
        return _("Nearest: %(who)s, who goes to %(where)s.") % {**who, "where": names.request(near["from"])}
    return _("Nearest: %(who)s, who has no place.") % who


def _loses(near: Params, names: Names) -> str:
    """Return what the plan as a whole would lose by it, in the criterion that decides."""
    lost, criterion = -int(near.get("by") or 0), str(near.get("criterion") or "")
    if lost <= 0 or not criterion or criterion in DECIDED_BY:
        return ""
    said = {"criterion": names.criterion(criterion), "n": lost}
    return _("The plan would lose %(n)s by it in “%(criterion)s”.") % said


def _plain(text: Any) -> Sentence:
    return lambda params, names: str(text)


GAPS: dict[str, Sentence] = {
    "not_placed_yet": _plain(gettext_lazy("Not placed yet.")),
    "taken_out_by_hand": _plain(gettext_lazy("Taken out by hand; nothing was computed since.")),
    "nobody_of_speciality": _plain(gettext_lazy("Nobody of this speciality is nominated.")),
    "nobody_possible": _plain(gettext_lazy("Of those nominated in this speciality nobody can go.")),
    "fewer_people_than_places": _plain(gettext_lazy("Fewer people can go than there are places.")),
    "all_placed_elsewhere": _plain(gettext_lazy("Everybody who could go has another place.")),
    "bans": _plain(gettext_lazy("Whoever could go is ruled out by hand.")),
    "no_request_of_speciality": _plain(gettext_lazy("Nobody asks for this speciality.")),
    "may_not_go": _plain(gettext_lazy("This person may not go.")),
    "all_filled_by_better": _plain(gettext_lazy("Every place that would suit is filled.")),
    "no_request_possible": _plain(gettext_lazy("No request that asks for this speciality is possible.")),
    "could_be_filled": _plain(gettext_lazy("Somebody without a place could go there.")),
    "could_be_placed": _plain(gettext_lazy("A free place would suit.")),
}

# ---------------------------------------------------------------- ways out


def _nominate(params: Params, names: Names) -> str:
    said = {"speciality": params.get("speciality", ""), "title": _title(str(params.get("minimum_title") or ""))}
    if params.get("minimum_title"):
        return _("Have one more person of %(speciality)s nominated, of title %(title)s at least.") % said
    return _("Have one more person of %(speciality)s nominated.") % said


def _pair(params: Params, names: Names) -> dict[str, str]:
    return {
        "who": names.person(params.get("person")),
        "where": names.request(params.get("request")),
        "unit": names.unit_of(params.get("request")),
    }


def _accept(params: Params, names: Names) -> str:
    said = {**_pair(params, names), "word": params.get("word", "")}
    return _("Ask %(unit)s whether %(word)s would do too: then %(who)s could go.") % said


def _lower(params: Params, names: Names) -> str:
    said = {**_pair(params, names), "level": _title(str(params.get("level", "")))}
    return _("Ask %(unit)s whether the title %(level)s would do: then %(who)s could go.") % said


def _lift(params: Params, names: Names) -> str:
    return _("Lift the ban on %(who)s at %(where)s.") % _pair(params, names)


def _later(params: Params, names: Names) -> str:
    said = {**_pair(params, names), "day": params.get("day", "")}
    return _("Ask %(unit)s whether a start on %(day)s would do: then %(who)s could go.") % said


def _pin(params: Params, names: Names) -> str:
    return _("Pin %(who)s at %(where)s and propose anew.") % _pair(params, names)


WAYS: dict[str, Sentence] = {
    "nominate_one_more": _nominate,
    "accept_other_speciality": _accept,
    "lower_title": _lower,
    "lift_ban": _lift,
    "later_start": _later,
    "pin_here": _pin,
}
