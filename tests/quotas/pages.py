"""A small city for the quota pages: a commission, two districts, hospitals with figures; and how pages are asked."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import openpyxl
from django.conf import settings
from django.test import Client
from django.urls import reverse

from deploy_admin.access import SYSTEM, Role
from deploy_admin.accounts.models import Membership
from deploy_admin.registry.models import Institution
from quotas import services
from quotas.models import Run
from quotas.services import TallyRow
from tests import factories as make
from tests.accounts.factories import a_membership, signed_in

PHYSICIANS, OTHERS = "municipal_county.physicians", "municipal_county.non_clinical"
PART = {"HX-Request": "true"}


class City:
    """甲区 with a municipal and a military hospital, 乙区 with a municipal one that has not reported."""

    def __init__(self) -> None:
        self.division = make.a_city()
        self.commission = make.an_authority(
            self.division, "示范市卫生健康委员会", tier="municipal", affiliation="municipal"
        )
        self.first = make.a_division("示范甲区", code="500901", parent=self.division)
        self.second = make.a_division("示范乙区", code="500902", parent=self.division)
        self.authority = make.an_authority(self.first, "示范甲区卫生健康委员会")
        self.other_authority = make.an_authority(self.second, "示范乙区卫生健康委员会")
        make.a_city_plan()
        make.a_district_plan(self.first)
        self.hospital = make.a_hospital("示范甲医院", division=self.first)
        self.military = make.a_hospital("示范丙医院（部队）", affiliation="military", division=self.first)
        self.silent = make.a_hospital("示范乙医院", division=self.second)
        make.promotions(self.hospital, 7)
        make.promotions(self.military, 5, military_status="civilian")

    def computed(self) -> Run:
        return make.computed()

    def counted(self, institution: Institution, topic: str, **numbers: int) -> None:
        """Write what is counted against a unit's quota, as assignments hands it down."""
        if "on_post" in numbers:
            numbers = {"forecast": numbers["on_post"] + numbers.get("nominated", 0)} | numbers
        row = TallyRow(institution.pk, topic.partition(".")[0], topic, make.Y2025, **numbers)
        services.record_tallies([row], by=SYSTEM)

    def member(self, role: Role, institution: Institution | None = None) -> Membership:
        return a_membership(role, institution or self.commission)

    def browser(self, role: Role = Role.CITY_OFFICER, institution: Institution | None = None) -> Client:
        """Return a browser signed in at the institution, the city's commission if none is given, reading English."""
        client = signed_in(Client(), self.member(role, institution))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return client


def address(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"quotas:{name}", args=args, query=query or None)


def html(response: Any, status: int = 200) -> str:
    """Return the page's text, unescaped; it carries no inline style and no inline script."""
    assert response.status_code == status, (response.status_code, response.content[:2000].decode())
    text = response.content.decode()
    assert " style=" not in text
    assert "<script>" not in text
    return unescape(text)


def table(text: str) -> list[list[str]]:
    """Return the cells of the first table's body as words."""
    body = re.search(r"<tbody>(.*?)</tbody>", text, re.S)
    if not body:
        return []
    rows = re.findall(r"<tr.*?>(.*?)</tr>", body[1], re.S)
    return [[words(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.S)] for row in rows]


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def sheet(response: Any) -> list[tuple[Any, ...]]:
    """Return the rows of an exported workbook, its head first."""
    assert response.status_code == 200
    return list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)


def filled(form: str, **values: Any) -> Mapping[str, Any]:
    """Return what a browser would send: the hidden and preset fields of the last form, with these values."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and 'type="checkbox"' not in tag and 'type="radio"' not in tag:
            found[name[1]] = unescape(value[1])
    return found | values
