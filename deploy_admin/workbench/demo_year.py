"""The demonstration's dispatch year: campaigns, what happens at the posts, the turns they take, the offices' acts."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from assignments.models import Campaign
from deploy_admin import clock
from deploy_admin.errors import RuleViolation
from deploy_admin.workbench import demo_at_post, demo_offices, demo_turns
from deploy_admin.workbench.demo_at_post import Posts
from deploy_admin.workbench.demo_bringing import units_by_name
from deploy_admin.workbench.demo_placing import Year

Story = Callable[[Posts], str | None]
STORIES: tuple[Story, ...] = (*demo_at_post.STORIES, *demo_turns.STORIES, *demo_offices.STORIES)


@transaction.atomic
def load() -> list[str]:
    """Run the year where no campaign is there yet, all of it or nothing; return what was done."""
    if Campaign.objects.exists():
        return []
    today, units = clock.today(), units_by_name()
    done = Year(today, units).run()
    posts = Posts(today, units)
    return done + [line for story in STORIES if (line := _told(story, posts))]


def _told(story: Story, posts: Posts) -> str | None:
    """Tell one story. What its services refuse does not fit the day, before or after the year: it is left out."""
    try:
        with transaction.atomic():
            return story(posts)
    except RuleViolation as refusal:
        return f"left out, {story.__name__.strip('_')}: {refusal.message}"
