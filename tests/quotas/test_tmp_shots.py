"""Temporary."""
import os, pytest
from playwright.sync_api import sync_playwright
from deploy_admin.access import Role
from quotas import services
from quotas.models import *
from tests import factories as make
from tests.quotas.listing import *
from tests.quotas.pages import City, address
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"
@pytest.mark.django_db(transaction=True)
def test_shots(live_server, settings):
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    city = City()
    actor = make.FakeActor(role=Role.CITY_OFFICER, name="市级经办", user_id=9001, institution_id=city.commission.pk)
    make.promotions(city.silent, 7, signed=False)
    rows = list_promotions(city.silent, "clinical","clinical","tcm", by=actor, review_year=2023)
    list_promotions(city.silent, "dental", by=make.unit_hr(city.silent, __import__("datetime").date(2026,11,22)))
    services.object_to(row=rows[0], reason="非本院人员", by=make.unit_hr(city.silent, __import__("datetime").date(2026,11,22)))
    list_promotions(city.hospital, "clinical", by=actor)
    services.list_people("recruits", Y2024, recruited(city.silent, ("physician","establishment"),("nursing","off_establishment")), by=actor)
    city.computed()
    hrc = city.browser(Role.SENDER_HR, city.silent); off = city.browser()
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path=__import__("shutil").which("chromium") or __import__("shutil").which("chromium-browser"), args=["--no-sandbox"])
        for who, client in (("hr",hrc),("off",off)):
            for size,(w,h) in {"wide":(1280,900),"phone":(360,780)}.items():
                ctx = b.new_context(viewport={"width":w,"height":h}, locale="en", java_script_enabled=size=="wide")
                ctx.add_cookies([{"name":k,"value":m.value,"url":live_server.url} for k,m in client.cookies.items()])
                pg = ctx.new_page()
                for name,url in {
                    "lists": address("lists", kind="promotions", period="2024"),
                    "list": address("list","promotions",city.silent.pk,"2024"),
                    "recruits": address("list","recruits",city.silent.pk,"2024"),
                    "row": address("list_row", rows[0].pk),
                    "row2": address("list_row", rows[1].pk),
                    "add": address("list_add","promotions",city.silent.pk,"2024"),
                    "figures": address("figures", period="2024"),
                    "enter": address("enter", city.silent.pk, PROMOTED, "2024"),
                }.items():
                    r = pg.goto(live_server.url+url)
                    over = pg.evaluate("document.documentElement.scrollWidth") if size=="wide" else None
                    pg.screenshot(path=f"/tmp/shots/{who}-{size}-{name}.png", full_page=True)
                    print(who,size,name,r.status,over)
                ctx.close()
        b.close()
