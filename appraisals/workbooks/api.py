"""REST for hospitals' own time systems: attendance and workload of a month, many rows at once, each write once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import exceptions, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from appraisals.workbooks import api_reading, bulk
from appraisals.workbooks.rows import ROWS_AT_ONCE
from assignments.rules.attendance_codes import CELLS
from deploy_admin.access import Permission
from deploy_admin.accounts import once
from deploy_admin.api import actor_of, router
from deploy_admin.months import Month

__all__ = ["api_reading"]

MAX_BYTES = 8 * 1024 * 1024
Write = Callable[..., list[dict[str, Any]]]

_PARAMETERS = [
    OpenApiParameter(
        "month", str, OpenApiParameter.PATH, description="The month, such as 2026-11.", pattern=r"^\d{4}-\d{2}$"
    ),
    OpenApiParameter(
        "Idempotency-Key",
        str,
        OpenApiParameter.HEADER,
        required=True,
        description=(
            "A key of the caller's choice, one for each write, of at most 100 characters; kept for 30 days. The same "
            "key with the same body is answered as the first time and writes nothing, with another body it is 422; "
            "while the first is still at work, 409."
        ),
    ),
]
_OF_CELLS = serializers.DictField(
    child=serializers.ChoiceField(choices=list(CELLS)),
    help_text=(
        "Codes by day, such as {\"3\": \"B\"}; a list with one place for each day is taken too. Null says nothing."
    ),
)  # fmt: skip
_OF_SEEN = serializers.DictField(
    child=serializers.CharField(allow_null=True),
    required=False,
    help_text="What the caller saw: where it is another by now, both values come back and nothing is set.",
)
AttendanceRow = inline_serializer(
    "AttendanceRow",
    {
        "assignment": serializers.IntegerField(help_text="The number of the assignment."),
        "institution": serializers.IntegerField(required=False, help_text="Only for who moved within the month."),
        "days": _OF_CELLS,
        "was": _OF_SEEN,
    },
    many=True,
)
WorkloadRow = inline_serializer(
    "WorkloadRow",
    {
        "assignment": serializers.IntegerField(help_text="The number of the assignment."),
        "institution": serializers.IntegerField(required=False, help_text="Only for who moved within the month."),
        "values": serializers.DictField(
            child=serializers.DecimalField(10, 2, allow_null=True),
            help_text="Counts by the indicator's code; null clears one.",
        ),
        "was": _OF_SEEN,
        "reasons": serializers.DictField(
            child=serializers.CharField(max_length=300), required=False, help_text="Reasons of judged points."
        ),
    },
    many=True,
)  # fmt: skip
_CLASH = inline_serializer(
    "MonthRowConflict",
    {
        "day": serializers.IntegerField(required=False),
        "indicator": serializers.CharField(required=False),
        "theirs": serializers.CharField(allow_null=True),
        "yours": serializers.CharField(allow_null=True),
        "by": serializers.CharField(),
        "at": serializers.DateTimeField(),
    },
    many=True,
)
_NO = inline_serializer(
    "MonthRowRefusal",
    {
        "day": serializers.IntegerField(required=False),
        "indicator": serializers.CharField(required=False),
        "code": serializers.CharField(),
        "detail": serializers.CharField(),
    },
    many=True,
)
RowResult = inline_serializer(
    "MonthRowResult",
    {
        "index": serializers.IntegerField(help_text="The row's place in the list, from 0."),
        "assignment": serializers.IntegerField(allow_null=True),
        "row": serializers.IntegerField(allow_null=True, help_text="The number of the assignment-month."),
        "result": serializers.ChoiceField(choices=["applied", "unchanged", "conflict", "refused"]),
        "applied": serializers.IntegerField(help_text="How many cells or values were set."),
        "conflicts": _CLASH,
        "refused": _NO,
        "code": serializers.CharField(help_text="Why the whole row is refused; empty otherwise."),
        "detail": serializers.CharField(),
    },
    many=True,
)
_ANSWERS: dict[Any, Any] = {
    200: RowResult,
    409: OpenApiResponse(OpenApiTypes.OBJECT, "The key is being used at this moment."),
    422: OpenApiResponse(OpenApiTypes.OBJECT, "The key was used for another request."),
}


class MonthWriteViewSet(viewsets.GenericViewSet):  # type: ignore[type-arg]
    """Writes of a receiving unit's own time system into a month that is open to it. Counts only, no patient data."""

    permissions = {"attendance": Permission.MONTHS_ENTER, "workload": Permission.MONTHS_ENTER}
    lookup_url_kwarg = "month"
    lookup_value_regex = r"\d{4}-\d{2}"
    parser_classes = (JSONParser,)
    pagination_class = None
    filter_backends: Sequence[Any] = ()

    @extend_schema(
        operation_id="months_attendance_write", parameters=_PARAMETERS, request=AttendanceRow, responses=_ANSWERS
    )
    @action(detail=True, methods=["put"])
    def attendance(self, request: Request, month: str) -> Response:
        """Set days of many people: at most 5,000 rows, each answered for itself."""
        return _written(request, month, "attendance", bulk.write_attendance)

    @extend_schema(
        operation_id="months_workload_write", parameters=_PARAMETERS, request=WorkloadRow, responses=_ANSWERS
    )
    @action(detail=True, methods=["put"])
    def workload(self, request: Request, month: str) -> Response:
        """Set counts of work of many people: at most 5,000 rows, each answered for itself."""
        return _written(request, month, "workload", bulk.write_workload)


def _written(request: Request, text: str, what: str, write: Write) -> Response:
    actor = actor_of(request)
    assert actor is not None  # noqa: S101 -- HasPermission has refused the nameless
    try:
        month = Month.parse(text)
    except ValueError as error:
        raise Http404 from error
    key = once.key_of(request.headers.get("Idempotency-Key"))
    body = _body(request)
    rows = _rows(body)
    answer = once.once(
        by=actor,
        key=key,
        address=f"PUT {what} {month}",
        body=body,
        act=lambda: write(month=month, rows=rows, by=actor),
    )
    return Response(
        answer.body, status=answer.status, headers={"Idempotency-Replayed": "true"} if answer.repeated else {}
    )


def _body(request: Request) -> bytes:
    """Return the body as it was sent: 5,000 rows are more than a form may be."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise exceptions.UnsupportedMediaType(kind)
    body: bytes = request._request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise exceptions.ValidationError({"rows": [_("The list is larger than 8 MB; send it in parts.")]})
    return body


def _rows(body: bytes) -> list[Any]:
    def not_a_number(text: str) -> None:
        raise ValueError(text)

    try:
        rows = json.loads(body, parse_float=Decimal, parse_constant=not_a_number)
    except (ValueError, RecursionError) as error:
        raise exceptions.ParseError(_("The body is not JSON.")) from error
    if not isinstance(rows, list):
        raise exceptions.ValidationError({"rows": [_("Send a list of rows.")]})
    if len(rows) > ROWS_AT_ONCE:
        sentence = _("At most %(count)s rows at once; send the list in parts.") % {"count": ROWS_AT_ONCE}
        raise exceptions.ValidationError({"rows": [sentence]})
    return rows


router.register("months", MonthWriteViewSet, basename="month-writes")
