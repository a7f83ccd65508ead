"""Health checks of the containers: `python -m deploy_admin.probe web|worker|beat` ends with 0 if that one is well."""

from __future__ import annotations

import http.client
import os
import socket
import sys
import time
from pathlib import Path

from django.conf import settings

#: The schedule writes its memory every three minutes.
BEAT_SECONDS = 600


def web() -> bool:
    """Whether the web server of this container is ready; it is asked by the first name that it answers to."""
    client = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=7)
    try:
        client.request("GET", "/readyz", headers={"Host": settings.ALLOWED_HOSTS[0].lstrip(".*") or "localhost"})
        answer = client.getresponse()
        sys.stdout.write(answer.read().decode() + "\n")
        return answer.status == 200
    except OSError as error:
        sys.stdout.write(f"{error}\n")
        return False
    finally:
        client.close()


def worker() -> bool:
    """Whether this container's worker answers over the broker."""
    from deploy_admin.celery import app

    return bool(app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=10))


def beat() -> bool:
    """Whether the schedule has written its memory lately."""
    found = Path(settings.CELERY_BEAT_SCHEDULE_FILENAME)
    return found.exists() and time.time() - found.stat().st_mtime < BEAT_SECONDS


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_admin.settings")
    sys.exit(0 if {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]() else 1)
