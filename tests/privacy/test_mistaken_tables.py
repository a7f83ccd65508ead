"""A table of people that is sent in on another page lies no more in the clear than on its own."""

from __future__ import annotations

import pytest

from deploy_admin import spreadsheets
from deploy_admin.jobs.importing import secrecy
from tests import factories as make
from tests.jobs.plans import sent_in
from tests.people.factories import an_id, hr
from tests.spreadsheets.old_xls import old_xls

pytestmark = pytest.mark.django_db
ONE = an_id(1)


@pytest.mark.parametrize("format", ["xlsx", "csv", "gb18030", "xls"])
def test_a_file_of_people_sent_in_for_another_table_is_sealed_too(format):
    """HR drops the roster on the page of figures: nothing is read, and nothing lies about in the clear."""
    rows = [["姓名", "身份证号"], ["示范甲", ONE]]
    content = {
        "xlsx": lambda: spreadsheets.export(rows[0], rows[1:], "xlsx"),
        "csv": lambda: spreadsheets.export(rows[0], rows[1:], "csv"),
        "gb18030": lambda: f"姓名,身份证号\n示范甲,{ONE}\n".encode("gb18030"),
        "xls": lambda: old_xls(rows),
    }[format]()
    upload = sent_in(content, hr(make.a_hospital()), name=f"名册{ONE}.xlsx")
    assert upload.state == "unreadable"
    assert upload.file.sealed
    assert ONE not in upload.file.name
    assert ONE.encode() not in bytes(upload.file.content)
    assert upload.file.read() == content


def test_a_credit_code_is_no_id_number():
    assert not secrecy.holds_ids(spreadsheets.export(["社会信用代码"], [["12500119450512123X"]], "xlsx"))
