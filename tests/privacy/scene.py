"""A year with people's ID numbers in it, played through the pages, and the numbers that have to stay secret."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assignments import services as assignments
from deploy_admin import clock, spreadsheets
from deploy_admin.access import SYSTEM, Role
from deploy_admin.jobs.importing.batches import standing as collections
from deploy_admin.jobs.importing.columns import column_set_of
from deploy_admin.jobs.models import Upload, UploadBatch
from deploy_admin.people.models import HealthWorker, TransferRequest
from deploy_admin.people.services import checking, identity, keys
from deploy_admin.registry.models import Institution
from tests import factories as make
from tests.accounts.factories import a_membership, signed_in
from tests.jobs.plans import run_jobs
from tests.people.factories import an_id
from tests.people.pages.reading import filled
from tests.policies.factories import a_rule, a_text, an_adopted
from tests.privacy.at_post import AtPost

#: Nobody else in any test was born on this day: wherever it stands, it stands for one of these people.
BORN = date(1979, 8, 13)
BIRTH_DATES = ("1979-08-13", "19790813", "1979年8月13日", "1979/8/13", "1979.8.13", "13 August 1979", "Aug. 13, 1979")
NEEDED = {"人员类别": "执业医师类", "编制类型": "在编", "入职日期": "2019-07-01"}
FOR_PAPER = {"document": "示范文件", "document_number": "示范〔2026〕1号", "document_date": "2026-01-05"}


class Scene:
    """The people of two hospitals come into the system, are looked at, moved, merged and handed out."""

    def __init__(self) -> None:
        self.secrets: list[str] = []
        self.answers: list[tuple[str, HttpResponse]] = []
        self.city = make.a_city()
        self.district = make.a_division("示范甲区", code="500901", parent=self.city)
        self.commission = make.an_authority(
            self.city, "示范市卫生健康委员会", tier="municipal", affiliation="municipal"
        )
        self.authority = make.an_authority(self.district, "示范甲区卫生健康委员会")
        self.plan = make.a_city_plan()
        rule = a_rule(topic="municipal_county.who")
        an_adopted(a_text("who-may-go", "500000", rule, section="eligibility"))
        self.hospital = make.a_hospital("示范甲医院", division=self.district)
        self.other = make.a_hospital("示范乙医院", division=self.district)
        self.browsers = {
            "hr": self.browser(Role.SENDER_HR, self.hospital),
            "other": self.browser(Role.SENDER_HR, self.other),
            "district": self.browser(Role.DISTRICT_OFFICER, self.authority),
            "city": self.browser(Role.CITY_OFFICER, self.commission),
        }
        for step in (
            self.rosters_come_in,
            self.a_collection_is_collected,
            self.lists_come_in,
            self.people_are_entered_by_hand,
            self.people_are_moved_and_merged,
            self.numbers_are_seen,
            self.machines_read,
            self.tables_go_out,
            self.they_go_to_their_posts,
            self.the_night_comes,
        ):
            step()

    # What people and machines are

    def browser(self, role: Role, institution: Institution | None = None, **more: Any) -> Client:
        return signed_in(Client(), a_membership(role, institution, **more))

    def number(self, sex: str = "1") -> str:
        """Return a new ID number that has to stay secret."""
        self.secrets.append(an_id(len(self.secrets), born_on=BORN, sex=sex))
        return self.secrets[-1]

    def worker(self, name: str) -> HealthWorker:
        return HealthWorker.objects.living().get(name=name)

    # How they ask

    def get(self, who: str, name: str, /, *args: Any, **query: Any) -> HttpResponse:
        answer = self.browsers[who].get(reverse(name, args=args), query)
        self.answers.append((name, answer))
        assert answer.status_code == 200, (name, answer.status_code)
        return answer

    def post(self, who: str, name: str, /, *args: Any, status: int = 302, **data: Any) -> HttpResponse:
        answer = self.browsers[who].post(reverse(name, args=args), data)
        self.answers.append((name, answer))
        wrong = re.findall(r'<p class="err".*?</p>', answer.content.decode("utf-8", "ignore"))
        assert answer.status_code == status, (name, answer.status_code, wrong or answer.content.decode()[-3000:])
        return answer

    def act(self, who: str, name: str, /, *args: Any, status: int = 302, **changes: Any) -> HttpResponse:
        """Fill in the page's form as it is shown, and send it."""
        shown = self.get(who, name, *args)
        data = {key: value for key, value in filled(shown).items() if key != "scan"}
        return self.post(who, name, *args, status=status, **(data | changes))

    def sheet(self, *rows: dict[str, Any]) -> bytes:
        headers = list(dict.fromkeys(header for row in rows for header in row))
        return spreadsheets.export(headers, [[row.get(header) for header in headers] for row in rows], "xlsx")

    def row(self, name: str, number: str | None = None, **more: Any) -> dict[str, Any]:
        return {"姓名": name, "身份证件号码": number or self.number(), **NEEDED, **more}

    def send(self, who: str, page: str, content: bytes, name: str = "名册.xlsx", **params: Any) -> Upload:
        self.post(who, page, file=SimpleUploadedFile(name, content), **params)
        run_jobs()
        return Upload.objects.latest("pk")

    def confirm(self, who: str, page: str, upload: Upload) -> None:
        assert upload.state == "planned", (upload.state, list(upload.rows.values_list("findings", flat=True)))
        self.post(who, f"{page}_confirm", upload.pk, digest=upload.digest)
        run_jobs()
        upload.refresh_from_db()
        assert upload.state == "applied", upload.summary

    # What happens

    def rosters_come_in(self) -> None:
        """First with everything wrong that can be, the number in every place; then right, twice, and changed."""
        wrong = self.number()[:17] + "!"
        stray, physician = self.number(), self.number()
        bad = self.sheet(
            self.row("示范甲一", wrong),
            self.row("示范甲二", 科室=f"原证件{stray}"),
            self.row(f"示范{self.number()}"),
            self.row("示范甲四", 执业资格="执业医师", 执业证书编号=f"201250110{physician}"),
            self.row("示范甲五", 人员类别=self.number()),
            self.row("示范甲六", 入职日期=self.number()),
            self.row("示范甲七", 年龄=12),
        )
        refused = self.send("hr", "people:roster_import", bad, name=f"{self.number()}名册.xlsx")
        assert refused.state == "refused"
        self.get("hr", "people:roster_upload", refused.pk)
        self.marked = self.get("hr", "people:roster_upload_marked", refused.pk)
        self.post("hr", "people:roster_upload_discard", refused.pk)
        people = [
            self.row("示范安", 职称="副主任医师", 取得资格日期="2024-11-01", 备注=f"旧证{self.number()}"),
            self.row("示范白", self.number("2"), 人员类别="护理"),
            self.row("示范曹"),
            self.row("示范重", 科室="内科"),
            self.row("示范重", 科室="内科"),
        ]
        for rows in (people, [dict(people[0], 职称="主任医师", 取得资格日期="2026-01-05"), *people[1:]]):
            upload = self.send("hr", "people:roster_import", self.sheet(*rows))
            self.get("hr", "people:roster_upload", upload.pk)
            self.confirm("hr", "people:roster_upload", upload)
        self.send("other", "people:roster_import", self.sheet(self.row("示范安", people[0]["身份证件号码"])))
        figures = self.send("hr", "quotas:figures_import", self.sheet(*people), year="2024")
        assert figures.state == "unreadable"
        numbers = self.send("hr", "people:roster_import", "\n".join([self.number(), self.number()]).encode(), "号.csv")
        assert numbers.state == "unreadable"

    def a_collection_is_collected(self) -> None:
        """A ZIP of workbooks, one of them refused, one that nobody is told by; marked, sent out, applied."""
        self.post("district", "people:roster_batch")
        batch = self.batch = UploadBatch.objects.get()
        files = {
            "示范乙医院_名册.xlsx": self.sheet(self.row("示范丁"), self.row("示范戊")),
            f"谁的{self.number()}.xlsx": self.sheet(self.row("示范己")),
        }
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name, held in files.items():
                archive.writestr(name, held)
        bad = self.sheet(self.row("示范庚", self.secrets[0][:17] + "?"))
        self.post(
            "district",
            "people:roster_batch_files",
            batch.pk,
            tables=[
                SimpleUploadedFile("收到.zip", content.getvalue()),
                SimpleUploadedFile("示范甲医院.xlsx", bad),
            ],
        )
        run_jobs()
        self.get("district", "people:roster_batch_detail", batch.pk)
        for what in ("package", "marked"):
            self.post("district", f"people:roster_batch_{what}", batch.pk)
            run_jobs()
        batch.refresh_from_db()
        assert batch.package
        assert batch.marked
        from tests.registry.factories import CITY

        ready = collections.standing_of(batch, column_set_of("roster"), CITY).ready
        digests = [f"{each.file.upload_id}:{each.file.upload.digest}" for each in ready]
        assert digests
        self.post("district", "people:roster_batch_confirm", batch.pk, ready=digests)
        run_jobs()
        self.worker("示范丁")

    def lists_come_in(self) -> None:
        """A promotion list as a table and by hand, with a number in its remark's place too."""
        rows = [
            {"姓名": "示范辛", "身份证件号码": self.number(), "取得资格日期": "2024-12-20", "执业类别": "临床"},
            {"姓名": "示范曹", "身份证件号码": "", "取得资格日期": "2024-12-20", "执业类别": "临床"},
        ]
        bad = [dict(rows[0], 批准文号=f"文{self.number()}", 身份证件号码=self.secrets[0][:17] + "!")]
        self.send("hr", "quotas:promotions_import", self.sheet(*bad), year="2024")
        upload = self.send("hr", "quotas:promotions_import", self.sheet(*rows), year="2024")
        self.confirm("hr", "quotas:promotions_upload", upload)
        place = ("promotions", self.hospital.pk, "2024")
        typed = {"title": "232", "scope": "general", "practice_category": "clinical"}
        self.act(
            "hr", "quotas:list_add", *place, name="示范壬", national_id=self.number(), happened_on="2024-12-20",
            qualified_on="2024-12-20", **typed,
        )  # fmt: skip
        self.get("hr", "quotas:list", *place)
        self.worker("示范壬")

    def people_are_entered_by_hand(self) -> None:
        """One registered; forms sent back with a number in them; numbers typed where none belongs."""
        person = {
            "name": "示范癸", "staff_category": "physician", "employment_mode": "establishment",
            "valid_from": "2026-07-01",
        }  # fmt: skip
        self.act("hr", "people:register", status=422, **(person | {"national_id": self.secrets[0][:17] + "!"}))
        self.act("hr", "people:register", **person, national_id=self.number(), department=f"旧证{self.number()}")
        self.act("hr", "people:register", status=422, **person, national_id=self.secrets[-2])
        worker = self.worker("示范癸")
        note = f"见证件{self.number()}"
        self.act("hr", "people:correct", worker.pk, speciality="儿科", reason=note, major=note)
        self.act("hr", "people:correct_id", worker.pk, national_id=self.number(), reason=note)
        self.act("hr", "people:title_add", worker.pk, code="233", qualified_on="2020-12-20", document_number=note)
        self.act("hr", "people:licence_add", worker.pk, kind="physician", number=f"201250110{self.number()}")
        self.act("hr", "people:document_add", worker.pk, name=note, number=self.number())
        self.act(
            "hr", "people:unavailability_enter", worker.pk, kind="long_illness", valid_from="2026-01-05",
            valid_to="2026-02-05", remark=note, **FOR_PAPER | {"document_number": note},
        )  # fmt: skip
        self.act(
            "hr", "people:recognition_claim", worker.pk, kind="foreign_aid", served_from="2020-01-01",
            served_to="2020-12-31", place=note, **FOR_PAPER,
        )  # fmt: skip
        claim = worker.recognitions.get()
        self.act("district", "people:recognition_decide", claim.pk, decision="recognise", remark=note)
        self.act(
            "hr", "people:event_record", worker.pk, kind="refused_deployment", happened_on="2026-03-01",
            **FOR_PAPER | {"document": note},
        )  # fmt: skip

    def people_are_moved_and_merged(self) -> None:
        worker = self.worker("示范曹")
        number = identity.opened(worker).number
        post = {"staff_category": "physician", "employment_mode": "establishment", "first_day": "2026-11-01"}
        self.act("other", "people:transfer_ask", status=422, name="示范别", national_id=number, **post)
        self.act("other", "people:transfer_ask", name="示范曹", national_id=number, **post)
        self.get("hr", "people:transfers")
        request = TransferRequest.objects.get()
        self.act("hr", "people:transfer_answer", request.pk, decision="agree", remark=f"同意{self.secrets[0]}")
        pair = (self.worker("示范安").pk, self.worker("示范白").pk)
        self.act("district", "people:tell_apart", *pair, reason=f"并非一人，旧证{self.number()}")
        keep, drop = HealthWorker.objects.living().filter(name="示范重").order_by("pk")
        self.get("district", "people:duplicates")
        self.act("district", "people:merge", keep.pk, drop.pk, reason=f"同一人，旧证{self.number()}")
        self.get("district", "people:person", keep.pk)
        self.act("hr", "people:leave", self.worker("示范白").pk, last_day="2026-11-01", how="resigned")

    def numbers_are_seen(self) -> None:
        """Searched for by number, seen whole with a reason, asked for in lists."""
        worker = self.worker("示范安")
        number = identity.opened(worker).number
        self.revealed = self.act(
            "hr", "people:reveal", worker.pk, status=200, reason=f"核对证件{self.number()}"
        ).content.decode()
        assert number in self.revealed
        for who, name in (("hr", "people:people"), ("hr", "workbench:search"), ("hr", "assignments:eligibility")):
            self.browsers[who].get(reverse(name), {"q": number})
        self.browsers["hr"].get(reverse("people:people"), {"q": number, "export": "xlsx"})
        self.browsers["hr"].get(reverse("assignments:eligibility"), {"q": number, "export": "xlsx"})
        text = f"示范安 {number}\n{number}\n示范癸"
        self.post("hr", "assignments:check", status=200, text=text, target="dispatch", day="2026-11-22")
        table = self.sheet({"姓名": "示范安", "身份证号": number})
        self.post(
            "hr", "assignments:check", status=200, file=SimpleUploadedFile("名单.xlsx", table), target="dispatch",
            day="2026-11-22",
        )  # fmt: skip

    def machines_read(self) -> None:
        """One token reads people, another their numbers too."""
        from tests.api.test_people import a_token

        assert "national_id" not in a_token(self.hospital, "people.view").get("/api/v1/people/").content.decode()
        client = a_token(self.hospital, "people.view", "people.ids", secret="u" * 40)
        assert self.secrets[8] in client.get("/api/v1/people/").content.decode() or "national_id" in str(
            client.get("/api/v1/people/").json()
        )
        client.get(f"/api/v1/people/{self.worker('示范安').pk}/")
        a_token(self.hospital, "people.view", "eligibility.view", secret="v" * 40).get("/api/v1/eligibility/")
        a_token(self.hospital, "people.view", secret="w" * 40).get("/api/v1/listed-people/")

    def tables_go_out(self) -> None:
        """Masked to whoever asks, whole to whoever says why."""
        self.masked = [
            self.browsers["hr"].get(reverse("people:people"), {"export": "xlsx"}),
            self.get("hr", "people:roster_import_current", "xlsx"),
            self.get("hr", "people:roster_import_current", "csv"),
            self.get("hr", "people:roster_import_template"),
            self.get("hr", "quotas:promotions_import_current", "xlsx", year="2024"),
            self.browsers["hr"].get(reverse("assignments:eligibility"), {"export": "csv"}),
        ]
        whole = self.act("hr", "people:roster_whole", status=200, format="csv", reason="报送医保局")
        assert identity.opened(self.worker("示范安")).number in whole.content.decode("utf-8-sig")
        again = self.send("hr", "people:roster_import", self.masked[1].content)
        assert again.state == "unchanged"

    def they_go_to_their_posts(self) -> None:
        self.at_post = AtPost(self)

    def the_night_comes(self) -> None:
        """Everybody is judged, everything checked, the keys are rotated."""
        assignments.refresh(on=clock.today(), by=SYSTEM)
        checking.check_all(by=SYSTEM)
        keys.reseal_all(by=SYSTEM)
        keys.rehash_all(by=SYSTEM)
