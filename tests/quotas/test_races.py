"""Two at once against one database: each test fails without the guard it names. Plus a worker killed in mid-run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.errors import Conflict, RuleViolation
from quotas import services
from quotas.models import Figure, Quota, Release, Run
from quotas.services import FigureEntry, runs
from tests.factories import CITY_OFFICER, Y2025, FakeActor, a_city_plan, a_hospital, computed, promotions, quota_of

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parent.parent.parent


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts at the same moment in threads of their own; return what each gave or refused with."""
    start = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(at: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(5)
            answers[at] = act()
        except (RuleViolation, Conflict) as refusal:
            answers[at] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at, act)) for at, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def release(number: str, run: Run) -> Release:
    return services.release(
        Y2025,
        scheme="municipal_county",
        number=number,
        released_on=date(2025, 3, 1),
        deciding_body="示范会议",
        expected_run_id=run.pk,
        by=CITY_OFFICER,
    )


def a_signed_hospital() -> Any:
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 7)
    return hospital


def test_of_two_sign_offs_one_wins():
    hospital = a_hospital()
    services.enter_figures([FigureEntry(hospital.pk, "beds", Y2025, 1)], by=SYSTEM)
    figure = Figure.objects.get()
    answers = together(
        lambda: services.sign_off([figure.pk], by=CITY_OFFICER),
        lambda: services.sign_off([figure.pk], by=FakeActor(user_id=7, name="乙")),
    )
    assert sorted(map(str, answers)) == ["1", "changed_meanwhile"]


def test_of_two_first_entries_of_a_figure_one_wins():
    hospital = a_hospital()
    answers = together(
        *(
            lambda value=value: services.enter_figures(
                [FigureEntry(hospital.pk, "beds", Y2025, value, version=0)], by=SYSTEM
            )
            for value in (1, 2)
        )
    )
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert {answer for answer in answers if isinstance(answer, str)} <= {
        "figure_entered_meanwhile",
        "changed_meanwhile",
    }
    assert Figure.objects.current().count() == 1


def test_of_two_releases_one_wins():
    a_signed_hospital()
    run = computed()
    answers = together(lambda: release("甲", run), lambda: release("乙", run))
    assert sorted(type(answer).__name__ for answer in answers) == ["Release", "str"]
    assert "released_already" in answers
    assert Release.objects.count() == 1


def test_a_release_and_a_sign_off_never_mix():
    hospital = a_signed_hospital()
    services.correct_figures(
        [FigureEntry(hospital.pk, "promoted_associate_chief", Y2025.previous, 25, practice_category="clinical")],
        reason="更正",
        by=SYSTEM,
    )
    run = computed()
    figure = Figure.objects.current().expected().get()
    answers = together(lambda: release("甲", run), lambda: services.sign_off([figure.pk], by=CITY_OFFICER))
    assert answers[1] == 1
    if answers[0] == "run_under_way":  # the sign-off came first, and the release saw it
        assert not Release.objects.exists()
    else:  # the release came first, and froze the figure as it stood then
        assert Release.objects.get().quotas.get(clause_id="physicians").provisional


def test_a_sign_off_waits_for_a_release_under_way():
    """Deterministic: the release holds its lock while the sign-off tries."""
    hospital = a_hospital()
    services.enter_figures([FigureEntry(hospital.pk, "beds", Y2025, 1)], by=SYSTEM)
    figure = Figure.objects.get()
    done: list[float] = []

    def sign() -> None:
        services.sign_off([figure.pk], by=CITY_OFFICER)
        done.append(time.monotonic())
        connections.close_all()

    with transaction.atomic():
        services.guard.inputs_stand()
        thread = threading.Thread(target=sign)
        thread.start()
        time.sleep(0.3)
        let_go = time.monotonic()
    thread.join(10)
    assert done[0] > let_go


def test_two_runs_of_one_period_do_the_work_once_each_and_never_side_by_side():
    a_signed_hospital()
    together(computed, computed, lambda: services.run_waiting(Y2025))
    services.run_waiting(Y2025)  # what was asked for while the last one worked
    assert not Run.objects.open().exists()
    assert Quota.objects.current().count() == 2
    spans = sorted(Run.objects.published().values_list("started_at", "finished_at"))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_a_stale_worker_writes_nothing():
    """Both hold a claim of one run; only the later token may publish."""
    a_signed_hospital()
    services.run_waiting(Y2025)
    services.ask_for_recompute(Y2025, trigger="hand", by=SYSTEM)
    old = runs.claim(Y2025)
    Run.objects.filter(pk=old.run_id).update(heartbeat_at=clock.now() - timedelta(minutes=5))
    new = runs.claim(Y2025)
    assert sorted(together(lambda: runs._work(old), lambda: runs._work(new))) == [False, True]
    assert Run.objects.get(pk=new.run_id).token == new.token


KILLED = """
import os, sys, time
sys.path.insert(0, {root!r})
import django
django.setup()
from django.conf import settings
from django.db import connections
settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = {database!r}
from deploy_admin.months import Period
from quotas.services import publishing, runs
write = publishing._write
def write_and_hang(*args):
    write(*args)
    print("written", flush=True)
    time.sleep(60)
publishing._write = write_and_hang
runs.run_waiting(Period.year(2025))
"""


def test_a_worker_killed_in_mid_run_leaves_nothing_and_another_takes_over():
    hospital = a_signed_hospital()
    services.ask_for_recompute(Y2025, trigger="hand", by=SYSTEM)
    program = KILLED.format(root=str(ROOT), database=connection.settings_dict["NAME"])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "deploy_admin.settings", "VAR_DIR": str(settings.VAR_DIR)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as worker:
        assert worker.stdout.readline() == b"written\n"
        worker.send_signal(signal.SIGKILL)
    assert Run.objects.get(state="running")
    assert not Quota.objects.exists()
    assert services.run_waiting(Y2025) == 0  # it may still be alive, for all anybody knows
    Run.objects.update(heartbeat_at=clock.now() - timedelta(minutes=5))
    assert services.run_waiting(Y2025) == 1
    assert quota_of(hospital, "physicians").required == 3
