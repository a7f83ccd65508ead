"""Settings, all from the environment: the only module that reads it. Production names what it lacks, and refuses."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
import structlog
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from deploy_admin import embedded, sealing

django_stubs_ext.monkeypatch()

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
#: What set-up builds (collected files, fonts): the same for every process, so outside a data volume.
BUILD_DIR = BASE_DIR / "var"
#: What a running system writes: the embedded servers' data, the beat's memory.
VAR_DIR = Path(env.str("VAR_DIR", str(BUILD_DIR))).resolve()

#: "local" (make run), "test" (pytest) or "production" (the default: safe unless told otherwise).
ENVIRONMENT = env.str("DEPLOY_ENV", "production")
if ENVIRONMENT not in {"local", "test", "production"}:
    raise ImproperlyConfigured(f"DEPLOY_ENV is {ENVIRONMENT!r}: it is local, test or production.")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = False
#: Where `manage.py run` begins to look for a free port.
PORT = env.int("PORT", 8000)
#: Demo accounts and data: only on this machine's own address, never in production.
DEMO = env.bool("DEMO", False)


def needed(name: str) -> str:
    """Return the variable, or refuse to start and name it."""
    value = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: production does not start without it (see docs/operating.md).")
    return value


SECRET_KEY = needed("SECRET_KEY") if PRODUCTION else embedded.secret_key(VAR_DIR)
#: Keys of encrypted fields, {version: 32 bytes}: the highest seals, the others still open (see docs/operating.md).
FIELD_KEYS = (
    sealing.parse_keys(needed("FIELD_KEYS")) if PRODUCTION else {1: sealing.derived(SECRET_KEY, "deploy_admin.fields")}
)
#: The key of the hashes by which an ID number is found again: rotated by `manage.py rotate_field_keys`, never alone.
MATCH_KEY = (
    sealing.parse_key(needed("MATCH_KEY"), "MATCH_KEY")
    if PRODUCTION
    else sealing.derived(SECRET_KEY, "deploy_admin.matching")
)
ALLOWED_HOSTS = (
    [host.strip() for host in needed("ALLOWED_HOSTS").split(",")]
    if PRODUCTION
    else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
if PRODUCTION and DEMO:
    raise ImproperlyConfigured("DEMO is set: production does not start with demo accounts.")

INSTALLED_APPS = [
    "deploy_admin.accounts.admin_config.OperationAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "template_partials",
    "django_otp",
    "axes",
    "deploy_admin.ui",
    "deploy_admin.audit",
    "deploy_admin.jobs",
    "deploy_admin.registry",
    "deploy_admin.people",
    "deploy_admin.policies",
    "deploy_admin.accounts",
    "quotas",
    "assignments",
    "appraisals",
    "deploy_admin.workbench",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "deploy_admin.accounts.middleware.ActorMiddleware",
    "deploy_admin.http.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "deploy_admin.urls"
WSGI_APPLICATION = "deploy_admin.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "deploy_admin.ui.context.shell",
            ],
            "builtins": ["deploy_admin.ui.templatetags.ui", "django.templatetags.i18n"],
        },
    }
]

#: Without an address this is one machine with its own servers (manage.py run starts them); production has addresses.
EMBEDDED_DATABASE = not (PRODUCTION or env.str("DATABASE_URL", ""))
EMBEDDED_BROKER = not (PRODUCTION or env.str("REDIS_URL", ""))
DATABASE_URL = embedded.database_url(VAR_DIR) if EMBEDDED_DATABASE else needed("DATABASE_URL")
REDIS_URL = embedded.redis_url(VAR_DIR) if EMBEDDED_BROKER else needed("REDIS_URL")
#: Set where `prepare` runs as the owner of the tables: the plain role as which everything else runs.
RUNTIME_DATABASE_URL = env.str("RUNTIME_DATABASE_URL", "")
POOLED = env.bool("DATABASE_POOL", False)  # the web process only; a Celery worker runs without
#: A request waits five seconds for a connection; lost ones are tried again at once, not with ever longer pauses.
_POOL = {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 3}
_ADDRESS: dict[str, Any] = {**dj_database_url.parse(DATABASE_URL)}
DATABASES: dict[str, Any] = {
    "default": {
        **_ADDRESS,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0 if POOLED else 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_ADDRESS.get("OPTIONS", {}),  # the socket's folder, TLS
            "options": "-c lock_timeout=10s -c timezone=UTC",
            **({"pool": _POOL} if POOLED else {}),
        },
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BUILD_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = ENVIRONMENT == "test"  # journeys need no collected files
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": {
            "test": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "local": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",  # loopback: not compressed
            "production": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        }[ENVIRONMENT]
    },
}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "deploy_admin.accounts.passwords.LengthAndClassesValidator"},
    {"NAME": "deploy_admin.accounts.passwords.HistoryValidator"},
]
if ENVIRONMENT == "test":  # a slow hash is the point elsewhere, and only slow here
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "workbench:home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
PASSWORD_MAX_AGE_DAYS = 90
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = [
    "axes.W006",  # by name on purpose: a ward's people share one address
    "security.W021",  # browsers' preload lists are for the owner of the domain to enter
]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # half an hour is half an hour
AXES_DISABLE_ACCESS_LOG = True  # the audit record has them
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "deploy_admin.accounts.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "deploy_admin.accounts.lockout.client_address"
#: Failed sign-ins from one address within half an hour, over all usernames: beyond this the address waits.
SIGN_IN_FAILURES_PER_ADDRESS = 30
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 3600
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = False
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", PRODUCTION)
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)  # then, and only then, X-Forwarded-* headers are believed
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # a form; files are counted apart
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a month sheet of a large unit
DATA_UPLOAD_MAX_NUMBER_FILES = 200  # the tables of many units dropped together
#: How long the rows of an ended upload are kept, and the bytes of files that may hold ID numbers.
UPLOAD_ROWS_KEPT_DAYS = 90
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # above it a file waits on disk, not in memory
FILE_UPLOAD_PERMISSIONS = 0o600

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "deploy_admin.accounts.tokens.TokenAuthentication",
        "deploy_admin.accounts.tokens.SessionActorAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["deploy_admin.api_defaults.HasPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "deploy_admin.api_defaults.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "deploy_admin.api_schema.OperationSchema",
    "EXCEPTION_HANDLER": "deploy_admin.api.problem",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Deployment administration",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # labels follow the language; the codes do not
    "ENUM_NAME_OVERRIDES": {
        "FigureState": "quotas.models.figures.Figure.State",
        "RunState": "quotas.models.runs.Run.State",
        "QuotaState": "quotas.models.quotas.QuotaState",
        "PolicyState": "deploy_admin.policies.models.version.State",
        "InstitutionState": "deploy_admin.registry.codes.State",
        "PersonState": "deploy_admin.people.api.STATES",
        "TitleScope": "deploy_admin.people.api.TITLE_SCOPES",
        "EligibilityState": "assignments.codes.State",
        "CountedState": "assignments.states.CountedState",
        "ScopeEnum": "quotas.models.quotas.Scope",
        "AssignmentState": "assignments.states.AssignmentState",
        "AssignmentKind": "assignments.kinds.Kind",
        "LeaveState": "assignments.states.LeaveState",
        "SheetState": "assignments.states.SheetState",
        "ScoreState": "appraisals.states.ScoreState",
        "ReleaseKind": "appraisals.states.ReleaseKind",
        "ReportState": "appraisals.states.ReportState",
        "CreditState": "assignments.states.CreditState",
        "ObligationState": "assignments.states.ObligationState",
        "CompletionResult": "assignments.kinds.CompletionResult",
        "SegmentReason": "assignments.kinds.SegmentReason",
        "PresenceResult": "assignments.kinds.Presence",
        "ListState": "assignments.states.ListState",
        "LineState": "assignments.states.LineState",
        "PlanState": "assignments.states.PlanState",
        "LineSource": "assignments.kinds.LineSource",
        "RequestPriority": "assignments.kinds.Priority",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "deploy_admin.api_schema.describe_refusals",
    ],
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1500
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A request that starts work does not wait for a broker that is away: beat sends again what the database knows.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
    "connect_retries_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
#: A lost broker cancels nothing: a task that runs twice is harmless (its run's token is stale), a lost one is not.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
#: Printing grows a process: a child is replaced after so many tasks, or above so many KiB.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
#: So often a worker says that it is alive, and so long after its last sign its work is given to another.
JOB_BEAT_SECONDS = env.float("JOB_BEAT_SECONDS", 2.0)
JOB_LOST_AFTER_SECONDS = env.float("JOB_LOST_AFTER_SECONDS", 60.0)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "put back work without a heartbeat": {"task": "jobs.put_back_stale", "schedule": JOB_LOST_AFTER_SECONDS / 2},
    "seal the audit chain": {"task": "audit.seal", "schedule": 60.0},
    "pick up quota runs nobody holds": {"task": "quotas.pick_up", "schedule": 30.0},
    "remind of missing figures": {"task": "quotas.remind_missing", "schedule": crontab(hour=6, minute=30)},
    "judge whoever's record changed": {"task": "assignments.refresh_changed", "schedule": 30.0},
    "judge everybody again": {"task": "assignments.refresh_everybody", "schedule": crontab(hour=1, minute=40)},
    "bring terms up to the day": {"task": "assignments.reach_terms", "schedule": crontab(hour=0, minute=20)},
    "move assignments of merged units": {
        "task": "assignments.follow_successions",
        "schedule": crontab(hour=1, minute=35),
    },
    "reckon what follows from lost messages": {"task": "assignments.follow_changed", "schedule": 30.0},
    "remind of obligations": {"task": "assignments.remind_of_obligations", "schedule": crontab(hour=6, minute=45)},
    "reckon everybody's service": {"task": "assignments.reckon_everybody", "schedule": crontab(hour=2, minute=0)},
    "recompute every quota": {"task": "quotas.recompute_everything", "schedule": crontab(hour=2, minute=10)},
    "count for new quotas": {"task": "assignments.count_new_quotas", "schedule": 30.0},
    "count everything again": {"task": "assignments.count_everything", "schedule": crontab(hour=2, minute=50)},
    "score what was lost with the broker": {"task": "appraisals.score_owed", "schedule": 30.0},
    "check the scores": {"task": "appraisals.check_scores", "schedule": crontab(hour=3, minute=5)},
    "settle old news of policies": {"task": "policies.settle_old_news", "schedule": crontab(hour=3, minute=20)},
    "forget the answers to old writes": {"task": "appraisals.forget_writes", "schedule": crontab(hour=3, minute=45)},
    "delete the rows of old uploads": {"task": "jobs.remove_old", "schedule": crontab(hour=3, minute=40)},
    "verify the audit chain": {"task": "audit.verify", "schedule": crontab(hour=4, minute=0)},
    "let capacities follow their health workers": {"task": "accounts.follow_people", "schedule": 300.0},
    "move people of merged units": {"task": "people.follow_successions", "schedule": crontab(hour=1, minute=30)},
    "check people's records": {"task": "people.check", "schedule": crontab(hour=3, minute=40)},
    "settle old news of people": {"task": "people.settle_old_news", "schedule": crontab(hour=3, minute=25)},
    "remind of corrective orders": {"task": "assignments.remind_inspections", "schedule": crontab(hour=6, minute=25)},
    "remind of the work calendar": {"task": "registry.remind_calendar", "schedule": crontab(hour=6, minute=20)},
    "remind of leave and hearings": {"task": "assignments.remind_of_leave", "schedule": crontab(hour=6, minute=40)},
    "tidy the notes of campaigns": {"task": "assignments.tidy_campaigns", "schedule": crontab(hour=3, minute=35)},
    "remind of lists": {"task": "assignments.remind_of_lists", "schedule": crontab(hour=6, minute=45)},
    "open the month and bring sheets up to date": {
        "task": "assignments.open_months",
        "schedule": crontab(hour=0, minute=40),
    },
    "look at months under review": {"task": "appraisals.look_at_months", "schedule": crontab(hour=3, minute=25)},
    "remind of months": {"task": "assignments.remind_of_months", "schedule": crontab(hour=6, minute=50)},
    "remind of feedback letters and situation reports": {
        "task": "appraisals.remind_of_feedback",
        "schedule": crontab(hour=6, minute=55),
    },
    "check last days": {"task": "assignments.check_ends", "schedule": crontab(hour=3, minute=50)},
    "disable unused accounts": {"task": "accounts.disable_unused", "schedule": crontab(hour=3, minute=0)},
}

#: What structlog adds to every line, whoever wrote it.
_LINE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*_LINE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _LINE,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json" if PRODUCTION else "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")},
    # Django's own handlers would write every failure twice, and its mail handler has nobody to write to.
    "loggers": {"django": {"handlers": [], "propagate": True}, "django.server": {"handlers": [], "propagate": True}},
}

#: The fonts of printed pages, found by WeasyPrint through fontconfig; set-up puts them there.
if (BUILD_DIR / "fonts" / "fonts.conf").exists():
    os.environ.setdefault("FONTCONFIG_FILE", str(BUILD_DIR / "fonts" / "fonts.conf"))

PRODUCT_NAME = _("Health Workforce Deployment Administration")
