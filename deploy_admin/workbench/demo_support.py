"""Who supports whom in the demonstration and which specialities its units build up, from the city's workbooks."""

from __future__ import annotations

from deploy_admin.workbench.demo_bringing import FOLDER, actor_of, bring


def load() -> list[str]:
    """Bring in the pairing supports, ended and coming ones among them, and the speciality programmes."""
    return [
        line for key in ("pairings", "programmes") for line in bring(key, FOLDER / f"{key}.xlsx", {}, actor_of("shi"))
    ]
