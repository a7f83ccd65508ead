"""REST: filed lists: read, written whole under an Idempotency-Key, handed in, taken back, sent back, approved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.filing import api_writing as writing
from assignments.filing import services_moving as moving
from assignments.filing.api_filters import ListFilter
from assignments.filing.api_lines import NominationSerializer, StaffingRequestSerializer, with_wishes
from assignments.filing.services_nominations import save_nominations
from assignments.filing.services_requests import save_requests
from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList
from assignments.states import CampaignState
from deploy_admin.access import Actor, Permission
from deploy_admin.accounts import once
from deploy_admin.api import ReadOnlyViewSet, actor_of, router
from deploy_admin.registry.models import Institution

FIELDS = [
    "id", "campaign", "institution", "state", "nothing", "remark", "on_behalf", "submitted_at", "submitted_by_name",
    "is_late", "checked_at", "reason", "exempt_until", "version", "updated_at",
]  # fmt: skip
_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="A key of the caller's choice, one for each write, of at most 100 characters; kept for 30 days.",
)
_CAMPAIGN = OpenApiParameter("campaign", int, OpenApiParameter.PATH, description="The campaign's id.")


def _answers(form: Any) -> dict[Any, Any]:
    return {
        200: form,
        409: OpenApiResponse(
            OpenApiTypes.OBJECT, "Refused, all of it: what is wrong of each line, or what another has changed."
        ),
        422: OpenApiResponse(OpenApiTypes.OBJECT, "The key was used for another request."),
    }


class RequestListSerializer(serializers.ModelSerializer[FiledList]):
    """One unit's list of staffing requests in one campaign; `reason` says why it was sent back, while it is."""

    class Meta:
        model = FiledList
        fields = FIELDS


class RequestListDetailSerializer(RequestListSerializer):
    """The same with its lines, struck ones too."""

    lines = StaffingRequestSerializer(source="requests", many=True, read_only=True)

    class Meta(RequestListSerializer.Meta):
        fields = [*FIELDS, "lines"]


class NominationListSerializer(serializers.ModelSerializer[FiledList]):
    """One unit's nomination list in one campaign; `reason` says why it was sent back, while it is."""

    class Meta:
        model = FiledList
        fields = FIELDS


class NominationListDetailSerializer(NominationListSerializer):
    """The same with its lines, struck ones too."""

    lines = serializers.SerializerMethodField()

    class Meta(NominationListSerializer.Meta):
        fields = [*FIELDS, "lines"]

    @extend_schema_field(NominationSerializer(many=True))
    def get_lines(self, row: FiledList) -> Any:
        return NominationSerializer(with_wishes(row.nominations.order_by("pk")), many=True, context=self.context).data


class ListViewSet(ReadOnlyViewSet):
    """What the resources of lists have in common; each names its kind, its words and how it is written."""

    kind: ClassVar[ListKind]
    detail_class: ClassVar[Any]
    write_class: ClassVar[Any]
    filterset_class = ListFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return FiledList.objects.visible_to(actor).filter(kind=self.kind).select_related("campaign", "scan")

    def get_serializer_class(self) -> Any:
        return self.serializer_class if self.action == "list" else self.detail_class

    def save(self, filed: FiledList, said: dict[str, Any], version: int | None, by: Actor) -> FiledList:
        """Write the whole list."""
        raise NotImplementedError

    def _filed(self, request: Request, campaign: str) -> Response:
        """Write the list of the caller's unit in the campaign, once for each key."""
        actor = _actor(request)
        key = once.key_of(request.headers.get("Idempotency-Key"))
        open_to = Campaign.objects.visible_to(actor).exclude(state=CampaignState.DRAFT)
        meant = open_to.filter(pk=int(campaign)).first() if len(campaign) < 19 else None
        if meant is None:
            raise Http404
        body = writing.body_of(request)
        said = writing.said_in(body, self.write_class)
        address = f"PUT {self.kind.value} {meant.pk}"
        act: Callable[[], Any] = lambda: self._plain(self._written(meant, said, actor))  # noqa: E731
        answer = once.once(by=actor, key=key, address=address, body=body, act=act)
        headers = {"Idempotency-Replayed": "true"} if answer.repeated else {}
        return Response(answer.body, status=answer.status, headers=headers)

    def _written(self, campaign: Campaign, said: dict[str, Any], by: Actor) -> FiledList:
        unit = Institution.objects.filter(pk=said.get("institution", by.institution_id or 0)).first()
        if unit is None:
            raise Http404
        there = FiledList.objects.filter(campaign=campaign, institution=unit, kind=self.kind).exists()
        filed = moving.open_list(campaign=campaign, institution=unit, kind=self.kind, by=by)
        return self.save(filed, said, said["version"] if there else None, by)

    def _moved(self, request: Request, form: Any, act: Callable[..., Any]) -> Response:
        """Make one step of one list and answer it as it is then."""
        filed = self.get_object()
        said = form(data=request.data)
        said.is_valid(raise_exception=True)
        act(filed, said.validated_data, _actor(request))
        return Response(self.get_serializer(self.get_object()).data)

    def _plain(self, filed: FiledList) -> Any:
        """Return the list as JSON values, so that the answer can be kept."""
        shown = self.detail_class(FiledList.objects.get(pk=filed.pk), context=self.get_serializer_context()).data
        return json.loads(JSONRenderer().render(shown))


class RequestListViewSet(ListViewSet):
    """Lists of staffing requests: one's own, and those of campaigns one runs. `updated_since` gives a delta."""

    kind = ListKind.REQUESTS
    permissions = {
        "list": Permission.REQUESTS_VIEW,
        "retrieve": Permission.REQUESTS_VIEW,
        "file": Permission.REQUESTS_ENTER,
        "submit": Permission.REQUESTS_ENTER,
        "take_back": Permission.REQUESTS_ENTER,
        "approve": Permission.LISTS_DECIDE,
        "send_back": Permission.LISTS_DECIDE,
    }
    serializer_class = RequestListSerializer
    detail_class = RequestListDetailSerializer
    write_class = writing.RequestListWrite

    def save(self, filed: FiledList, said: dict[str, Any], version: int | None, by: Actor) -> FiledList:
        rows = [writing.request_row(line) for line in said["lines"]]
        head = {"nothing": said["nothing"], "remark": said["remark"]}
        return save_requests(filed=filed, rows=rows, version=version, by=by, **head)

    @extend_schema(
        operation_id="request_lists_write",
        parameters=[_KEY, _CAMPAIGN],
        request=writing.RequestListWrite,
        responses=_answers(RequestListDetailSerializer),
    )
    @action(detail=False, methods=["put"], url_path=r"campaigns/(?P<campaign>[0-9]+)", url_name="file")
    def file(self, request: Request, campaign: str) -> Response:
        """Write the whole list of the caller's unit in this campaign: all lines, or none with what is wrong."""
        return self._filed(request, campaign)

    @extend_schema(request=writing.MoveWrite, responses=RequestListDetailSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str | None = None) -> Response:
        """Hand the list in."""
        return self._moved(request, writing.MoveWrite, _submit)

    @extend_schema(request=writing.MoveWrite, responses=RequestListDetailSerializer)
    @action(detail=True, methods=["post"], url_path="take-back", url_name="take_back")
    def take_back(self, request: Request, pk: str | None = None) -> Response:
        """Take the list back while nobody has decided on it."""
        return self._moved(request, writing.MoveWrite, _take_back)

    @extend_schema(request=writing.MoveWrite, responses=RequestListDetailSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str | None = None) -> Response:
        """Approve the list: the allocation goes by it from now on."""
        return self._moved(request, writing.MoveWrite, _approve)

    @extend_schema(request=writing.SendBackWrite, responses=RequestListDetailSerializer)
    @action(detail=True, methods=["post"], url_path="send-back", url_name="send_back")
    def send_back(self, request: Request, pk: str | None = None) -> Response:
        """Send the list back with the reason; an approved one is opened again by it."""
        return self._moved(request, writing.SendBackWrite, _send_back)


class NominationListViewSet(ListViewSet):
    """Nomination lists: one's own, and those of campaigns one runs. `updated_since` gives a delta."""

    kind = ListKind.NOMINATIONS
    permissions = {
        "list": Permission.NOMINATIONS_VIEW,
        "retrieve": Permission.NOMINATIONS_VIEW,
        "file": Permission.NOMINATIONS_ENTER,
        "submit": Permission.NOMINATIONS_ENTER,
        "take_back": Permission.NOMINATIONS_ENTER,
        "approve": Permission.LISTS_DECIDE,
        "send_back": Permission.LISTS_DECIDE,
    }
    serializer_class = NominationListSerializer
    detail_class = NominationListDetailSerializer
    write_class = writing.NominationListWrite

    def save(self, filed: FiledList, said: dict[str, Any], version: int | None, by: Actor) -> FiledList:
        rows = [writing.nomination_row(line) for line in said["lines"]]
        head = {"nothing": said["nothing"], "remark": said["remark"]}
        return save_nominations(filed=filed, rows=rows, version=version, by=by, **head)

    @extend_schema(
        operation_id="nomination_lists_write",
        parameters=[_KEY, _CAMPAIGN],
        request=writing.NominationListWrite,
        responses=_answers(NominationListDetailSerializer),
    )
    @action(detail=False, methods=["put"], url_path=r"campaigns/(?P<campaign>[0-9]+)", url_name="file")
    def file(self, request: Request, campaign: str) -> Response:
        """Write the whole list of the caller's unit in this campaign: everybody, or nobody and why."""
        return self._filed(request, campaign)

    @extend_schema(request=writing.MoveWrite, responses=NominationListDetailSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str | None = None) -> Response:
        """Hand the list in."""
        return self._moved(request, writing.MoveWrite, _submit)

    @extend_schema(request=writing.MoveWrite, responses=NominationListDetailSerializer)
    @action(detail=True, methods=["post"], url_path="take-back", url_name="take_back")
    def take_back(self, request: Request, pk: str | None = None) -> Response:
        """Take the list back while nobody has decided on it."""
        return self._moved(request, writing.MoveWrite, _take_back)

    @extend_schema(request=writing.MoveWrite, responses=NominationListDetailSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str | None = None) -> Response:
        """Approve the list: 派遣人员名单 from now on."""
        return self._moved(request, writing.MoveWrite, _approve)

    @extend_schema(request=writing.SendBackWrite, responses=NominationListDetailSerializer)
    @action(detail=True, methods=["post"], url_path="send-back", url_name="send_back")
    def send_back(self, request: Request, pk: str | None = None) -> Response:
        """Send the list back with the reason; an approved one is opened again by it."""
        return self._moved(request, writing.SendBackWrite, _send_back)


def _submit(filed: FiledList, said: dict[str, Any], by: Actor) -> None:
    moving.submit(filed=filed, version=said.get("version"), by=by)


def _take_back(filed: FiledList, said: dict[str, Any], by: Actor) -> None:
    moving.take_back(filed=filed, version=said.get("version"), by=by)


def _approve(filed: FiledList, said: dict[str, Any], by: Actor) -> None:
    versions = {filed.pk: said["version"]} if "version" in said else None
    moving.approve(lists=[filed], versions=versions, by=by)


def _send_back(filed: FiledList, said: dict[str, Any], by: Actor) -> None:
    moving.send_back(filed=filed, reason=said["reason"], version=said.get("version"), by=by)


def _actor(request: Request) -> Actor:
    actor = actor_of(request)
    assert actor is not None  # noqa: S101 -- HasPermission has refused the nameless
    return actor


router.register("request-lists", RequestListViewSet, basename="request-lists")
router.register("nomination-lists", NominationListViewSet, basename="nomination-lists")
