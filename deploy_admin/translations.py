"""Compiles the message catalogues with Babel, so that no gettext program is needed on the machine."""

from __future__ import annotations

import os
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues(locale: Path = LOCALE) -> int:
    """Write the .mo beside every .po that is newer; return how many were written. Fuzzy messages stay untranslated."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = 0
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        new = target.with_suffix(f".mo.{os.getpid()}")
        with new.open("wb") as file:
            write_mo(file, catalogue)
        new.replace(target)  # whole or not at all: another process may be reading
        written += 1
    return written
