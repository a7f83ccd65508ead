"""What counts: a hundred thousand assignments and a year of quotas, from nothing, again, added up, and one of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from assignments.models import Assignment, Campaign, Counted
from assignments.services import counting
from deploy_admin.access import SYSTEM
from deploy_admin.registry.models import Institution
from quotas import services as quotas
from quotas.models import Tally
from tests.bench import at_post
from tests.bench.eligibility import PEOPLE
from tests.bench.measure import Item, at_most, median, peak, seconds
from tests.bench.quotas import YEAR

TIMES = 3


def clear() -> None:
    """Forget what counts, so that every line and every tally has to be written again."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE assignments_counted, quotas_tally")


def count(senders: int) -> Iterator[Item]:
    """Everybody from nothing, again with nothing changed, the sums alone, one assignment, and the memory."""
    campaign = Campaign.objects.create(
        authority=Institution.objects.order_by("pk").first(), scheme="municipal_county", kind="municipal_county",
        year=YEAR.first.year, name="示范批次", state="open", starts_on=YEAR.first, recorded_by_name="示范",
        recorded_at=timezone.now(),
    )  # fmt: skip
    Assignment.objects.update(campaign=campaign, scheme="municipal_county")
    quotas.recompute(YEAR, by=SYSTEM)

    def everything() -> None:
        counts = counting.refresh(by=SYSTEM)
        assert counts.tallies >= senders * 4, counts

    figure = median(TIMES, everything, clear)
    assert Counted.objects.count() > PEOPLE / 2
    assert Tally.objects.filter(on_post__gte=1).count() > senders / 2
    yield seconds(f"tallies-{senders * 4}-of-{PEOPLE}", figure, 40)
    yield seconds(f"tallies-{senders * 4}-unchanged", median(TIMES, everything), 30)
    yield seconds(f"tallies-{senders * 4}-added-up", median(TIMES, lambda: counting.recount(by=SYSTEM)), 10)

    def one() -> None:
        assert counting.refresh([at_post.FIRST], by=SYSTEM).assignments == 1

    yield seconds("tallies-one-changed", median(TIMES, one), 0.5)
    yield at_most("tallies-memory", grown(), 250, "MB")


def grown() -> float:
    """Return by how many MB a fresh process grows while it counts everybody, beyond what one assignment took."""
    script = "import django; django.setup(); from tests.bench import tallies; print(tallies.growth())"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(found.stdout.strip().rsplit("\n", 1)[-1])


def growth() -> float:
    """Count one, then everybody, and return the difference of the peaks in MB."""
    counting.refresh([at_post.FIRST], by=SYSTEM)
    before = peak()
    counting.refresh(by=SYSTEM)
    return round(peak() - before, 1)
