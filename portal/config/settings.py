"""Every setting of the site. What differs between machines comes from the environment, nothing else does.

| variable | |
|---|---|
| DEPLOYMENT | development (default), demo, test or production |
| DATABASE_URL | postgresql://user:password@host:5432/name; unset: an embedded one (never in production) |
| DATABASE_OWNER_URL | the same database by the login that owns its tables, for the commands that change them |
| CACHE_URL | redis://host:6379/1; unset: a table of the database |
| EMAIL_URL | smtp://user:password@host:587?tls=yes, or folder:/path, mails as files; unset: a folder |
| EMAIL_FROM | the address that mails come from: no-reply@ the plan's website unless told |
| BROKER_URL | amqp://user:password@host:5672//, or redis://host:6379/2; unset: `outbox_worker` does the work |
| | EMAIL_URL and BROKER_URL are demanded in production |
| SECRET_KEY | signs sessions and codes; demanded in production. The first of several, set apart by commas, signs |
| ALLOWED_HOSTS | demanded in production |
| PLAN_FILE | plan.toml unless told |
| AUDIT_KEYS | signs the audit; demanded in production. The first of several, set apart by commas, signs |
| PASSWORD_MEMORY_MIB, PASSWORD_PASSES | what a check of a password costs: 46 and 2 unless told, no less than 19 and 2 |
| STAFF_PASSWORD_DAYS | how old a password of staff may get: 90 unless told |
| SECOND_FACTOR_KEYS | encrypts the secrets of second factors; demanded in production. The first of several encrypts |
| DEBUG | yes or no; yes in development only |
| TRUSTED_PROXY | yes when a proxy ends TLS in front of us and sets X-Forwarded-Proto |
| DATABASE_CONNECTION_SECONDS, PUBLIC_STATEMENT_SECONDS, LOG_LEVEL | 600, 5, INFO unless told |
| PUBLIC_FILES | the folder of the public files, which every web process reads: public-files unless told |
| LIST_UNCONTRACTED | yes: clinicians whom no roster names are listed too, after the others; no unless told |
| API_RATE | requests of one address to the JSON API: 300/min unless told |

This file starts nothing: tools read it too. ``manage.py``, ``wsgi.py`` and the tests see to a database first.
"""

import os
import re
from email.utils import formataddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from .brand import DARK, LIGHT, palette
from .embedded_postgres import default_home
from .environment import Environment
from .errors import SettingError
from .logging import logging_for
from .plan import read_plan

BASE_DIR = Path(__file__).resolve().parents[2]
environment = Environment(os.environ)

DEPLOYMENT = environment.choice("DEPLOYMENT", ["development", "demo", "test", "production"], "development")
PRODUCTION = DEPLOYMENT == "production"

# Secrets and hosts

DEVELOPMENT_KEY = "development-key-of-tessera-that-opens-nothing-anywhere-else"
SHORTEST_KEY = 50
NEW_KEY = '$(python -c "import secrets; print(secrets.token_urlsafe(50))")'

SECRET_KEY, *SECRET_KEY_FALLBACKS = secret_keys = environment.words("SECRET_KEY") or [DEVELOPMENT_KEY]
# Apart from SECRET_KEY, so that whoever may sign sessions cannot write the audit anew. The others signed earlier rows
AUDIT_KEYS = environment.words("AUDIT_KEYS") or [DEVELOPMENT_KEY]
# Apart from both, so that whoever has the database and one of those cannot make anybody's codes
SECOND_FACTOR_KEYS = environment.words("SECOND_FACTOR_KEYS") or [DEVELOPMENT_KEY]
DEBUG = environment.flag("DEBUG", DEPLOYMENT == "development")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")

if PRODUCTION:
    environment.required("SECRET_KEY", why="sessions are signed with it", example=NEW_KEY)
    if DEVELOPMENT_KEY in secret_keys or len(min(secret_keys, key=len)) < SHORTEST_KEY:
        raise SettingError(
            f"SECRET_KEY is shorter than {SHORTEST_KEY} characters, or the one that development uses, which "
            f"everybody can read. For example: SECRET_KEY={NEW_KEY}"
        )
    environment.required("AUDIT_KEYS", why="the audit is signed with the first of them", example=NEW_KEY)
    if {*secret_keys, DEVELOPMENT_KEY} & set(AUDIT_KEYS) or len(min(AUDIT_KEYS, key=len)) < SHORTEST_KEY:
        raise SettingError(
            f"AUDIT_KEYS holds a key that is shorter than {SHORTEST_KEY} characters, or that something else uses too. "
            f"For example: AUDIT_KEYS={NEW_KEY}"
        )
    environment.required(
        "SECOND_FACTOR_KEYS", why="the secrets of second factors are encrypted with the first", example=NEW_KEY
    )
    if {*secret_keys, DEVELOPMENT_KEY, *AUDIT_KEYS} & set(SECOND_FACTOR_KEYS) or len(
        min(SECOND_FACTOR_KEYS, key=len)
    ) < SHORTEST_KEY:
        raise SettingError(
            f"SECOND_FACTOR_KEYS holds a key that is shorter than {SHORTEST_KEY} characters, or that something else "
            f"uses too. For example: SECOND_FACTOR_KEYS={NEW_KEY}"
        )
    environment.required("ALLOWED_HOSTS", why="it lists the site's names", example="care.lindenfield.example")
    environment.required(
        "DATABASE_URL",
        why="production does not run on the embedded PostgreSQL",
        example="postgresql://tessera:secret@db.internal:5432/tessera",
    )
    environment.required(
        "EMAIL_URL",
        why="it names the mail server that codes and notices are given to",
        example="smtp://tessera:secret@mail.internal:587?tls=yes",
    )
    environment.required(
        "BROKER_URL",
        why="workers are woken through it, and the clock runs on it",
        example="amqp://tessera:secret@broker.internal:5672//",
    )
elif not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

if DEBUG and DEPLOYMENT in ("demo", "production"):
    raise SettingError(f"DEBUG is on, and {DEPLOYMENT} never shows its insides. For example: DEBUG=no")

# The plan

PLAN_FILE = BASE_DIR / environment.text("PLAN_FILE", "plan.toml")
PLAN = read_plan(PLAN_FILE)

# Database and cache


def database(url: str) -> dict[str, Any]:
    example = "For example: DATABASE_URL=postgresql://tessera:secret@127.0.0.1:5432/tessera"
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url))
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError):
        raise SettingError(f"DATABASE_URL is no address of a database. {example}") from None
    if found["ENGINE"] != "django.db.backends.postgresql":
        raise SettingError(f"DATABASE_URL names another kind of database than PostgreSQL. {example}")
    if not found["NAME"]:
        raise SettingError(f"DATABASE_URL does not say which database. {example}")
    options = found.setdefault("OPTIONS", {})
    # A socket's directory cannot stand where a host's name does, so it comes as ?host=/its/path.
    found["HOST"] = options.pop("host", found["HOST"])
    options["server_side_binding"] = True  # values travel apart from statements: PostgreSQL's log has none
    return found | {
        "CONN_MAX_AGE": environment.count("DATABASE_CONNECTION_SECONDS", 600),
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(environment.text("DATABASE_URL", "postgresql:///tessera"))}
APPLICATION_LOGIN = DATABASES["default"]["USER"]


def owner(url: str) -> dict[str, Any]:
    if not url:
        return {}
    found = database(url)
    if found["NAME"] != DATABASES["default"]["NAME"] or found["USER"] in ("", APPLICATION_LOGIN):
        raise SettingError(
            "DATABASE_OWNER_URL does not name the database of DATABASE_URL by another login. For example: "
            "DATABASE_OWNER_URL=postgresql://tessera_owner:secret@127.0.0.1:5432/tessera"
        )
    return {key: found[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}


# The login of the commands that change tables, where it is another than that of the site: accounts/public_role
DATABASE_OWNER = owner(environment.text("DATABASE_OWNER_URL"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The role that public pages read as: accounts/public_role
PUBLIC_ROLE = f"{DATABASES['default']['NAME']}_public"
PUBLIC_STATEMENT_TIMEOUT = f"{environment.count('PUBLIC_STATEMENT_SECONDS', 5, least=1)}s"


def cache(url: str) -> dict[str, Any]:
    if not url:
        return {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingError("CACHE_URL is no address of a Redis. For example: CACHE_URL=redis://127.0.0.1:6379/1")
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}


CACHES = {"default": cache(environment.text("CACHE_URL"))}

# Mail: accounts/outbox hands it over


def mail(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "folder" and not PRODUCTION and parts.path.startswith("/") and not parts.netloc:
        return {"EMAIL_BACKEND": "accounts.outbox.folder.FolderBackend", "EMAIL_FILE_PATH": unquote(parts.path)}
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    tls = options.pop("tls", "no")
    try:
        port = parts.port or 25
    except ValueError:
        port = 0
    if PRODUCTION and not here and tls == "no":
        raise SettingError(
            "EMAIL_URL names a mail server that codes would travel to in clear, or none. For example: "
            "EMAIL_URL=smtp://tessera:secret@mail.internal:587?tls=yes"
        )
    if parts.scheme != "smtp" or not parts.hostname or not port or options or tls not in ("yes", "no", "implicit"):
        raise SettingError(
            "EMAIL_URL is no address of a mail server. For example: "
            "EMAIL_URL=smtp://tessera:secret@mail.internal:587?tls=yes (or tls=implicit, on port 465)"
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "yes",
        "EMAIL_USE_SSL": tls == "implicit",
    }


EMAIL_FILE_PATH: str = ""
globals().update(mail(environment.text("EMAIL_URL", f"folder:{default_home('tessera-mail', BASE_DIR)}")))
EMAIL_TIMEOUT = 20  # seconds for each answer of the mail server; accounts/outbox counts on it

EMAIL_FROM = environment.text("EMAIL_FROM", f"no-reply@{PLAN.website.removeprefix('www.')}")
if not re.fullmatch(r"[A-Za-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", EMAIL_FROM):
    raise SettingError("EMAIL_FROM is no address alone. For example: EMAIL_FROM=no-reply@lindenfield.example")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = formataddr((PLAN.name, EMAIL_FROM))
EMAIL_COLOURS = {
    ground: {name.replace("-", "_"): colour for name, colour in palette(tokens, PLAN.hue).items()}
    for ground, tokens in (("light", LIGHT), ("dark", DARK))
}

# Work beside the requests: Celery takes every setting that begins with CELERY_


def broker(url: str) -> str:
    if url and not re.match(r"(amqps?|rediss?)://[^/]", url):
        raise SettingError(
            "BROKER_URL is no address of a RabbitMQ or a Redis. For example: "
            "BROKER_URL=amqp://tessera:secret@broker.internal:5672//"
        )
    return url


CELERY_BROKER_URL = broker(environment.text("BROKER_URL"))
CELERY_TASK_DEFAULT_QUEUE = "tessera"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = PLAN.time_zone
# A task that a killed worker had begun is begun again by another: each may be run twice
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Whoever reaches the broker commands no worker, and one that comes back at once finds no queue of commands still shut
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for as long as it takes
# Our own log, which tells no argument of a task
CELERY_WORKER_HIJACK_ROOT_LOGGER = CELERY_WORKER_REDIRECT_STDOUTS = False

# What the site is made of, in the order of ARCHITECTURE: each may know those above it

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "accounts",
    "accounts.public_role",
    "accounts.audit",
    "accounts.outbox",
    "accounts.ingest",
    "accounts.codes",
    "accounts.password",
    "accounts.email_change",
    "accounts.sign_in",
    "accounts.registration",
    "accounts.letters",
    "accounts.staff",
    "directory.code_sets",
    "directory.network",
    "directory.self_description",
    "directory.listing",
    "directory.publication",
    "directory.search",
    "directory.intake",
    "portal.members",
    "portal.member_relations",
    "portal.home",
]
if not PRODUCTION:
    INSTALLED_APPS.append("portal.demo")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.config.middleware.PermissionsPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.config.middleware.LanguageOfTheAddress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.DenyByDefault",
]

ROOT_URLCONF = "portal.config.urls"
WSGI_APPLICATION = "portal.config.wsgi.application"
CSRF_FAILURE_VIEW = "portal.config.views.refused"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "portal.config.context.site"],
            "libraries": {"find_care": "directory.search.tags"},
        },
    }
]

# People

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [{"NAME": "accounts.password.validators.TheRules"}]
PASSWORD_HASHERS = ["accounts.password.hashers.Argon2id"]
# As dear as a sign-in may be on the machine at hand: docs/performance.md. Tests that are not about it pay less
PASSWORD_MEMORY_MIB, PASSWORD_PASSES = (
    (1, 1)
    if DEPLOYMENT == "test"
    else (environment.count("PASSWORD_MEMORY_MIB", 46, least=19), environment.count("PASSWORD_PASSES", 2, least=2))
)
# At their next request staff whose password is older choose another: accounts/access.py
STAFF_PASSWORD_DAYS = environment.count("STAFF_PASSWORD_DAYS", 90, least=1)
SESSION_ENGINE = "accounts.session_store"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # no session is answered for longer: accounts.rules.longest
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION

# Sign-in: django-allauth has the stages of it, passkeys, recovery codes and the list of sessions. Its pages, its mails
# and its counting of guesses are ours: accounts/sign_in

ACCOUNT_ADAPTER = "accounts.sign_in.adapter.Accounts"
MFA_ADAPTER = "accounts.sign_in.adapter.Factors"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_USER_VERIFICATION = "required"
ALLAUTH_TRUSTED_PROXY_COUNT = int(environment.flag("TRUSTED_PROXY", default=False))

# Languages and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "portal.config.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = PLAN.time_zone

# Whom the directory lists: taken up by the next publish_listing

LIST_UNCONTRACTED = environment.flag("LIST_UNCONTRACTED", default=False)

# The directory as files

PUBLIC_FILES = BASE_DIR / environment.text("PUBLIC_FILES", "public-files")
if environment.text("PUBLIC_FILES") and not PUBLIC_FILES.is_dir():
    raise SettingError(
        "PUBLIC_FILES names no folder that is there. For example: PUBLIC_FILES=/srv/tessera/public-files"
    )

# Static files: hashed and compressed once they are served to others than ourselves

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "portal.config.stylesheet.PlanFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
]
SERVES_COLLECTED_FILES = DEPLOYMENT in ("demo", "production")
STATIC_ROOT = BASE_DIR / "staticfiles" if SERVES_COLLECTED_FILES else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if SERVES_COLLECTED_FILES
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not SERVES_COLLECTED_FILES
WHITENOISE_AUTOREFRESH = DEPLOYMENT == "development"

# What a browser may do with a page

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "upgrade-insecure-requests": PRODUCTION,
    }
}
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]  # asked from inside, without TLS
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
if environment.flag("TRUSTED_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The API of the directory: anyone's, JSON only, and it asks nobody who they are

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": int(environment.flag("TRUSTED_PROXY", default=False)),  # whose word on the address is taken
    "URL_FORMAT_OVERRIDE": None,
}
# How often one address may ask it. An address is remembered for that time, so for an hour at most
API_RATE = environment.text("API_RATE", "300/min")
if not re.fullmatch(r"[1-9]\d*/(second|minute|min|hour)", API_RATE):
    raise SettingError("API_RATE is not a number for a second, a minute or an hour. For example: API_RATE=300/min")
SPECTACULAR_SETTINGS = {
    "TITLE": f"{PLAN.name} provider directory",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

LOGGING = logging_for(environment.choice("LOG_LEVEL", ["INFO", "DEBUG", "WARNING", "ERROR"], "INFO"))
