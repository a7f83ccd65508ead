"""What can be wrong with a month clause: one code, one sentence and one remedy each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

#: code → (what is wrong, what to do), as in `faults`.
MONTH_SENTENCES: dict[str, tuple[Any, Any]] = {
    "step_open_below": (
        _("The lowest step begins at %(value)s, so nothing is said of what lies below."),
        _("Leave “at_least” out of the lowest step."),
    ),
    "step_open_above": (
        _("The highest step ends at %(value)s, so nothing is said of what lies above."),
        _("Leave “less_than” out of the highest step."),
    ),
    "fed_back_too_early": (
        _("Results are fed back by working day %(feed_back)s, before the month is handed in by day %(submit)s."),
        _("Let the day of feeding back not come before the day of handing in."),
    ),
    "several_forms": (
        _("The indicator scores in several ways at once: %(forms)s."),
        _("Keep one of them, or make it two indicators."),
    ),
    "weight_without_form": (
        _("The weight is taken of nothing: the indicator has no form."),
        _("Give “target”, “share_of”, “bands”, “per_unit” or “judged”, or remove the weight."),
    ),
    "weight_beside_points": (
        _("“%(form)s” gives points by itself, so a weight beside it would say the same twice."),
        _("Remove “weight”."),
    ),
    "cap_without_share": (
        _("A cap bounds the share of a target or of another measure; here there is none."),
        _("Remove “cap”."),
    ),
    "extra_without_form": (
        _("Extra points need a form that gives them."),
        _("Give the indicator a form, or remove “extra”."),
    ),
    "share_of_itself": (
        _("A measure as a share of itself is always one."),
        _("Name the other measure under “share_of”."),
    ),
    "history_too_short": (
        _("At least %(at_least)s earlier months are asked for, but only the last %(months)s are looked at."),
        _("Let “at_least” be no more than “own_history”."),
    ),
    "table_without_values": (
        _("The table of targets names no group."),
        _("List the groups under “values:”, or use {fixed: …} for everybody."),
    ),
    "most_under_step": (
        _("One step gives %(points)s points, more than the most of %(most)s."),
        _("Correct one of them."),
    ),
    "reason_never_asked": (
        _("The reason would never be asked for: no more than %(most)s points can be missing."),
        _("Give “reason_from” a number up to %(most)s, or leave it out."),
    ),
    "most_under_full": (
        _("The most of %(most)s lies under the full sum of %(full)s."),
        _("Give at least the full sum; “most” bounds it together with extra points."),
    ),
    "sum_not_full": (
        _("The indicators and the sum of deductions add up to %(sum)s, not to the full %(full)s."),
        _("Correct the weights, or “full”; extra points are marked “extra: true” and do not count here."),
    ),
    "sum_over_full": (
        _("The indicators and the sum of deductions add up to %(sum)s already, more than the full %(full)s."),
        _("Correct the weights, or “full”; extra points are marked “extra: true” and do not count here."),
    ),
    "floor_over_sum": (
        _("The floor of %(floor)s leaves nothing to deduct from %(sum)s."),
        _("Give a floor below the sum."),
    ),
    "floor_unsaid": (
        _("Together the deductions may take more than the sum of %(sum)s, and nothing says where they end."),
        _('Give a floor, such as "0", or a smaller “most”.'),
    ),
    "deduction_over_sum": (
        _("“%(id)s” may take %(most)s points, but only %(left)s can be taken."),
        _("Correct its points or “most”, the sum, or the floor."),
    ),
    "deductions_overlap": (
        _("“%(first)s” and “%(second)s” both deduct for the same values of one measure."),
        _("Let one of them end, by its “most”, where the other begins, or make them one."),
    ),
    "steps_without_each": (
        _("“%(key)s” speaks of steps, but nothing says how long a step is."),
        _("Give “each”, or remove “%(key)s”."),
    ),
    "veto_over_full": (
        _("The veto gives %(gives)s points, more than the full %(full)s."),
        _("Give what is left of the month, such as 0."),
    ),
    "vetoes_differ": (
        _("“%(first)s” and “%(second)s” may both hold and give different points."),
        _("Let the range of one end where the other begins, or let both give the same."),
    ),
    "factor_one_way": (
        _("The pay factor is taken either by steps of the points or per point: exactly one of the two."),
        _("Keep “bands” or “per_point”; a factor that is not set is null in its step."),
    ),
}

#: What a type of a month clause expects, by the name under which it refuses.
MONTH_EXPECTED: dict[str, Any] = {
    "month_target": _("{fixed: …}, {by: …, values: …} or {own_history: …}"),
}
