"""Build what is served and read but not written by hand: compiled translations and collected static files."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.management.commands import collectstatic
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from deploy_admin.translations import compile_catalogues


class Command(BaseCommand):
    """Compile and collect, unless what they are made from is what it was the last time."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        compile_catalogues()
        stamp, digest = Path(settings.STATIC_ROOT) / ".made-from", self.digest()
        if stamp.exists() and stamp.read_text() == digest:
            return
        # Into a fresh folder, moved there whole: a killed run leaves nothing half collected, an old name no copy.
        final = Path(settings.STATIC_ROOT)
        new = final.with_name("static.new")
        shutil.rmtree(new, ignore_errors=True)
        collect = collectstatic.Command()
        collect.storage = import_string(settings.STORAGES["staticfiles"]["BACKEND"])(location=str(new))
        call_command(collect, interactive=False, verbosity=0)
        (new / ".made-from").write_text(digest)
        shutil.rmtree(final, ignore_errors=True)
        new.rename(final)

    @staticmethod
    def digest() -> str:
        """Return a digest of name, size and time of every file that would be collected, and of how."""
        seen = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
        for finder in get_finders():
            for path, storage in finder.list([]):
                found = Path(storage.path(path)).stat()
                seen.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
        return seen.hexdigest()
