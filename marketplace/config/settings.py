"""Django settings. One file; environments differ by variables only (see ``env.py``)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from core.logging import logging_configure
from licensing.domain.card_states import RateCardState
from licensing.domain.consent import NodeKind, NoReleaseReason
from licensing.domain.desk_policy import PolicyState
from licensing.domain.matching import Cleared
from licensing.domain.quality import Outcome
from licensing.domain.reasons import CONTRACT_REASONS
from licensing.domain.release import ReleaseState
from licensing.domain.states import AgreementState, CaseState, ClauseState, Decision
from marketplace.config.env import BASE_DIR, describe, read
from media_ingest.domain.ownership import Outcome as OwnershipOutcome

OFFCUT = read()
ENVIRONMENT = describe()  # for the docs
(OFFCUT.home / "static").mkdir(parents=True, exist_ok=True)
logging_configure(console=OFFCUT.log_console, level=OFFCUT.log_level)

DEBUG = OFFCUT.debug
SECRET_KEY = OFFCUT.secret_key
ALLOWED_HOSTS = [urlsplit(OFFCUT.public_url).hostname or "localhost", "127.0.0.1", "localhost", *OFFCUT.allowed_hosts]
CSRF_TRUSTED_ORIGINS = [OFFCUT.public_url]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "core",
    "media_ingest",
    "licensing",
    "marketplace",
    "marketplace.config.apps.WiringConfig",
]

MIDDLEWARE = [
    "core.api.client_address.ClientAddressMiddleware",
    "core.api.middleware.RequestIdMiddleware",
    "marketplace.api.rights.RightsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "marketplace.config.urls"
WSGI_APPLICATION = "marketplace.config.wsgi.application"
AUTH_USER_MODEL = "core.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "marketplace" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marketplace.web.views.session.page_context",
            ],
            "libraries": {"offcut": "marketplace.web.templatetags.offcut"},
        },
    },
]


def _database() -> dict[str, Any]:
    database = OFFCUT.database
    if database.engine == "sqlite3":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": database.name,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database.name,
        "USER": database.user,
        "PASSWORD": database.password,
        "HOST": database.host,
        "PORT": database.port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **dict(database.options)},
    }


DATABASES = {"default": _database()}
ATOMIC_REQUESTS = False

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

CSRF_FAILURE_VIEW = "marketplace.web.views.problems.form_expired"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "marketplace" / "web" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = OFFCUT.home / "static"
STATICFILES_DIRS = [BASE_DIR / "marketplace" / "web" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SESSION_COOKIE_NAME = "__Host-sessionid" if OFFCUT.secure else "sessionid"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OFFCUT.secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_SSL_REDIRECT = OFFCUT.secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if OFFCUT.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = OFFCUT.secure
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"


def _parts_go_to() -> list[str]:
    """Where pages send parts of uploads, besides here: the object store's address, when there is one."""
    s3 = OFFCUT.keeping.s3
    if s3 is None:
        return []
    region = "" if s3.region == "us-east-1" else f".{s3.region}"
    parts = urlsplit(s3.public_endpoint or f"https://s3{region}.amazonaws.com")
    return [f"{parts.scheme}://{parts.netloc}"]


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "connect-src": ["'self'", *_parts_go_to()],
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.api.authentication.BearerKey", "core.api.authentication.Session"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.problems.exception_handler",
    "DEFAULT_THROTTLE_RATES": {"sign_in": "20/min", "estimate": "60/min", "proof": "240/min", "claim": "6/hour"},
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Offcut",
    "DESCRIPTION": "A marketplace where creators license unpublished footage to AI companies.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AgreementStateEnum": [str(state) for state in AgreementState],
        "CaseStateEnum": [str(state) for state in CaseState],
        "DecisionEnum": [str(decision) for decision in Decision],
        "ClauseStateEnum": [str(state) for state in ClauseState],
        "RateCardStateEnum": [str(state) for state in RateCardState],
        "ReleaseStateEnum": [str(state) for state in ReleaseState],
        "ConsentKindEnum": [str(kind) for kind in NodeKind],
        "NoReleaseReasonEnum": [str(reason) for reason in NoReleaseReason],
        "ClearedEnum": [str(step) for step in Cleared],
        "ProposalStateEnum": [str(state) for state in PolicyState],
        "ContractReasonEnum": [str(code) for code in CONTRACT_REASONS],
        "OutcomeEnum": [str(outcome) for outcome in OwnershipOutcome],
        "SecondLookOutcomeEnum": [str(outcome) for outcome in Outcome if outcome],
    },
}

LOGGING_CONFIG = None
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
