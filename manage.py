#!/usr/bin/env python3
"""Django's command line."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_admin.settings")
    from django.core.management import execute_from_command_line

    from deploy_admin.celery import app as celery_app  # noqa: F401 -- so that delay() finds our broker

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
