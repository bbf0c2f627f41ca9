"""Settings, all from the environment; secure unless told otherwise.

Every variable is listed in docs/operators/settings.md. Nothing here reads a secret from a file in
the repository: a missing EMPORION_SECRET_KEY is made once and kept in the data folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from emporion.project.mail import mail_server

PACKAGE = Path(__file__).resolve().parent.parent


def _flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def _seconds(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} is a whole number, 0 or more, not {value!r}.")
    return int(value)


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


DATA_DIR = Path(os.environ.get("EMPORION_DATA_DIR", "var")).resolve()
DEBUG = _flag("EMPORION_DEBUG")
# A demonstration on this machine speaks plain HTTP; nothing else may.
INSECURE_LOCAL = _flag("EMPORION_INSECURE_LOCAL")
PLAIN_HTTP = DEBUG or INSECURE_LOCAL
# The page with every part of the design in its states is for whoever works on it.
SHOWCASE = PLAIN_HTTP


def _secret_key() -> str:
    if key := os.environ.get("EMPORION_SECRET_KEY"):
        return key
    kept = DATA_DIR / "secret-key"
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(kept, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(get_random_secret_key())
        except FileExistsError:
            pass
        return kept.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"No EMPORION_SECRET_KEY is set and none can be kept in {DATA_DIR}: {error}. "
            "Set EMPORION_SECRET_KEY, or EMPORION_DATA_DIR to a folder that can be written."
        ) from error


SECRET_KEY = _secret_key()
# Keys of before: what they signed and sealed is still read.
SECRET_KEY_FALLBACKS = _list("EMPORION_SECRET_KEY_FALLBACKS")
# Signs the journal's checkpoints; without one it is made once and kept in the data folder. The
# others are public keys that signed before.
JOURNAL_KEY = os.environ.get("EMPORION_JOURNAL_KEY", "").strip()
JOURNAL_KEYS = _list("EMPORION_JOURNAL_KEYS")
# Who may read /metrics; without a token only this machine itself.
METRICS_TOKEN = os.environ.get("EMPORION_METRICS_TOKEN", "").strip()
ALLOWED_HOSTS = _list("EMPORION_HOSTS", "localhost,127.0.0.1,[::1]" if PLAIN_HTTP else "")
CSRF_TRUSTED_ORIGINS = _list("EMPORION_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "emporion.core.apps.CoreConfig",
    "emporion.core.searchindex.apps.SearchIndexConfig",
    "emporion.core.sealing.apps.SealingConfig",
    "emporion.design.apps.DesignConfig",
    "emporion.accounts.apps.AccountsConfig",
    "emporion.registry.apps.RegistryConfig",
    "emporion.messaging.apps.MessagingConfig",
    "emporion.edition.apps.EditionConfig",
    "emporion.matchmaking.apps.MatchmakingConfig",
    "emporion.meetings.apps.MeetingsConfig",
    "emporion.portal.apps.PortalConfig",
    "emporion.api.apps.ApiConfig",
    # Its page that shows the interface for programs comes from here and not from a CDN.
    "ninja",
    "emporion.demo.apps.DemoConfig",
]

MIDDLEWARE = [
    "emporion.core.middleware.RequestLogMiddleware",
    "emporion.core.middleware.KnownMethodsMiddleware",
    "emporion.core.middleware.EncryptedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "emporion.core.kept_pages.KeptPagesMiddleware",
    # Above what receives a form and may refuse it: that page is guarded and has a language.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "emporion.core.middleware.ProbesMiddleware",
    # Above what speaks to readers: a program is told everything in its own form.
    "emporion.api.interfaces.middleware.ProgramsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "emporion.core.bodies.BodiesMiddleware",
    "emporion.core.places.PlacesMiddleware",
    "emporion.core.turns.TurnsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "emporion.design.appearance.DigitsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "emporion.accounts.interfaces.tokens.TokenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "emporion.accounts.interfaces.middleware.SessionUseMiddleware",
    "emporion.accounts.interfaces.middleware.SignInAgainMiddleware",
    "emporion.meetings.interfaces.remembered.ForgetLinksMiddleware",
    "emporion.design.interfaces.methods.FormsOnlyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last: it calls the page itself, inside the tenant's scope.
    "emporion.edition.interfaces.middleware.EditionMiddleware",
]

ROOT_URLCONF = "emporion.project.urls"
WSGI_APPLICATION = "emporion.project.wsgi.application"
FORM_RENDERER = "emporion.design.widgets.FormRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "emporion.portal.interfaces.context.shell",
            ],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'emporion.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL and FULL: what was acknowledged survives a power cut. IMMEDIATE: a writer waits at its
    # start instead of failing in the middle.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728; "
            "PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY"
        ),
    }
else:
    # Pages repeat the same statements: the server plans each once a connection, which halves what
    # a page costs it, and compiles none. A pooler that hands one connection to several can do
    # neither. What the address itself asks for, such as sslmode, stays.
    DATABASES["default"]["ENGINE"] = "emporion.core.postgresql"
    asked = DATABASES["default"].setdefault("OPTIONS", {})
    # A cable that is pulled and a firewall that drops say nothing: the system finds out, at our end
    # within half a minute, and what a vanished machine had locked is free as soon.
    for _name, _value in {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }.items():
        asked.setdefault(_name, _value)
    asked.setdefault("server_side_binding", True)
    if _flag("EMPORION_DATABASE_POOLED"):
        asked.setdefault("prepare_threshold", None)
        DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        asked.setdefault("prepare_threshold", 5)
        _told = "-c jit=off -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5"
        _told = f"{_told} -c tcp_keepalives_count=3 -c tcp_user_timeout=20000"
        # What the address asks for comes last and is what holds.
        asked["options"] = f"{_told} {asked.get('options', '')}".strip()
# So long a page waits for an answer of PostgreSQL to one statement; 0: for ever.
DATABASE_SECONDS = _seconds("EMPORION_DATABASE_SECONDS", 15)
# Statements that take so many milliseconds are named in the log; 0: none is.
SLOW_QUERY_MS = _seconds("EMPORION_SLOW_QUERY_MS", 0)
# So old may a page be that somebody reads without a sign-in (`core.kept_pages`); 0: none is kept.
KEPT_PAGES_SECONDS = _seconds("EMPORION_KEPT_PAGES_SECONDS", 30)
# Jobs wait in the database; `emporion worker` does them.
TASKS = {"default": {"BACKEND": "emporion.core.jobs.backend.LeaseBackend"}}
# Hosts of the own network, "host" or "host:port", that may be asked, also without https.
OUTGOING_PRIVATE = _list("EMPORION_OUTGOING_PRIVATE")
OUTGOING_ONLY = _list("EMPORION_OUTGOING_ONLY")
# What links in messages begin with.
PUBLIC_ADDRESS = (
    os.environ.get("EMPORION_PUBLIC_ADDRESS", "").rstrip("/")
    or f"{'http' if PLAIN_HTTP else 'https'}://{(ALLOWED_HOSTS or ['localhost'])[0]}"
)
# Carriers of messages, in the order in which they are tried; one that lacks a setting is left out.
MESSAGING: dict[str, Any] = {
    "order": _list("EMPORION_CARRIERS", "wechat,whatsapp,mail,sms,site"),
    "quiet": os.environ.get("EMPORION_QUIET_HOURS", "21:00-08:00"),
    "sms": {
        "url": os.environ.get("EMPORION_SMS_URL", ""),
        "token": os.environ.get("EMPORION_SMS_TOKEN", ""),
        "sender": os.environ.get("EMPORION_SMS_FROM", ""),
        "callback": os.environ.get("EMPORION_SMS_CALLBACK_SECRET", ""),
    },
    "mail": {"callback": os.environ.get("EMPORION_MAIL_CALLBACK_SECRET", "")},
    "wechat": {
        "url": os.environ.get("EMPORION_WECHAT_URL", "https://api.weixin.qq.com"),
        "app": os.environ.get("EMPORION_WECHAT_APP", ""),
        "secret": os.environ.get("EMPORION_WECHAT_SECRET", ""),
        "template": os.environ.get("EMPORION_WECHAT_TEMPLATE", ""),
        "fields": _list("EMPORION_WECHAT_FIELDS", "thing1,thing2"),
        "callback": os.environ.get("EMPORION_WECHAT_CALLBACK_TOKEN", ""),
        "callback_key": os.environ.get("EMPORION_WECHAT_CALLBACK_KEY", ""),
        "name": os.environ.get("EMPORION_WECHAT_NAME", ""),
    },
    "whatsapp": {
        "url": os.environ.get("EMPORION_WHATSAPP_URL", "https://graph.facebook.com/v21.0"),
        "phone_id": os.environ.get("EMPORION_WHATSAPP_PHONE_ID", ""),
        "token": os.environ.get("EMPORION_WHATSAPP_TOKEN", ""),
        "template": os.environ.get("EMPORION_WHATSAPP_TEMPLATE", ""),
        "callback": os.environ.get("EMPORION_WHATSAPP_APP_SECRET", ""),
        "callback_word": os.environ.get("EMPORION_WHATSAPP_VERIFY_TOKEN", ""),
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["emporion.accounts.backends.IdentifierBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "emporion.accounts.domain.guessing.GuessingValidator"},
]
# PBKDF2 with SHA-256 over codes on paper: about a seventh of a second each.
PAPER_CODE_ROUNDS = 600_000
# The roles of the demonstration may be entered without a password; `emporion demo` sets it.
DEMO_SIGNIN = _flag("EMPORION_DEMO_SIGNIN")
# Codes to sign in are sent by mail through this server; without it none are.
MAIL_URL = os.environ.get("EMPORION_MAIL_URL", "").strip()
MAIL = mail_server(MAIL_URL)
MAIL_FROM = os.environ.get("EMPORION_MAIL_FROM", "").strip() or "emporion@localhost"
# "staff": those who run an expo, and officers of delegations, need a second factor, after so many
# days; "none": nobody does, as in a demonstration.
SECOND_FACTOR = os.environ.get("EMPORION_SECOND_FACTOR", "").strip() or (
    "none" if DEMO_SIGNIN else "staff"
)
if SECOND_FACTOR not in ("staff", "none"):
    raise ImproperlyConfigured(
        f'EMPORION_SECOND_FACTOR is "staff" or "none", not {SECOND_FACTOR!r}.'
    )
SECOND_FACTOR_GRACE_DAYS = _seconds("EMPORION_SECOND_FACTOR_GRACE_DAYS", 0)
# Accounts elsewhere that let somebody in; one without its id is left out. `url` and `page` are
# where programs and readers find the other side.
OUTSIDE_ACCOUNTS: dict[str, dict[str, str]] = {
    "openid": {
        "id": os.environ.get("EMPORION_OPENID_ID", "").strip(),
        "secret": os.environ.get("EMPORION_OPENID_SECRET", "").strip(),
        "issuer": os.environ.get("EMPORION_OPENID_ISSUER", "").strip(),
        "name": os.environ.get("EMPORION_OPENID_NAME", "").strip(),
    },
    "weixin": {
        "id": os.environ.get("EMPORION_WEIXIN_ID", "").strip(),
        "secret": os.environ.get("EMPORION_WEIXIN_SECRET", "").strip(),
        "page": "https://open.weixin.qq.com",
        "url": "https://api.weixin.qq.com",
    },
    "dingtalk": {
        "id": os.environ.get("EMPORION_DINGTALK_ID", "").strip(),
        "secret": os.environ.get("EMPORION_DINGTALK_SECRET", "").strip(),
        "page": "https://login.dingtalk.com",
        "url": "https://api.dingtalk.com",
    },
    "feishu": {
        "id": os.environ.get("EMPORION_FEISHU_ID", "").strip(),
        "secret": os.environ.get("EMPORION_FEISHU_SECRET", "").strip(),
        "page": "https://open.feishu.cn",
        "url": "https://open.feishu.cn",
    },
}
for _key, _set in OUTSIDE_ACCOUNTS.items():
    if _set["id"] and not (_set["secret"] and _set.get("issuer", "-")):
        raise ImproperlyConfigured(
            f"EMPORION_{_key.upper()}_ID is set: set its SECRET as well"
            + (", and its ISSUER." if "issuer" in _set else ".")
        )
LOGIN_URL = "accounts:signin"
LOGIN_REDIRECT_URL = "portal:home"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "中文"), ("ar", "العربية")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("EMPORION_STATIC_ROOT", DATA_DIR / "static"))
STATICFILES_FINDERS = [
    "emporion.design.finders.ServedFinder",
    "emporion.design.finders.StylesheetFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Hashed names need a manifest: `emporion prepare` writes it, tests do without.
        "BACKEND": "emporion.design.storage.ManifestStorage"
        if (STATIC_ROOT / "staticfiles.json").exists() and not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = STORAGES["staticfiles"]["BACKEND"].endswith("StaticFilesStorage")
MEDIA_ROOT = DATA_DIR / "media"

# What compares texts by meaning: "auto" (the universal encoder where it is installed), "none", or
# names with commas: universal, e5, endpoint.
TEXT_READERS = _list("EMPORION_TEXT_READERS", "auto")
# Any server of the OpenAI embeddings API.
EMBEDDINGS = {
    "url": os.environ.get("EMPORION_EMBEDDINGS_URL", ""),
    "name": os.environ.get("EMPORION_EMBEDDINGS_MODEL", ""),
    "dimension": int(os.environ.get("EMPORION_EMBEDDINGS_DIMENSION") or 0),
    "key": os.environ.get("EMPORION_EMBEDDINGS_KEY", ""),
    "private": _flag("EMPORION_EMBEDDINGS_PRIVATE"),
    "prefixes": (
        os.environ.get("EMPORION_EMBEDDINGS_NEED_PREFIX", ""),
        os.environ.get("EMPORION_EMBEDDINGS_OFFER_PREFIX", ""),
    ),
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Lax and not Strict: a personal link opened from a chat must find its session.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_HTTPONLY = True
# Browsers take such a name from this very host alone, over HTTPS: no other host sets it for us.
_HOST = "" if PLAIN_HTTP else "__Host-"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HOST}sessionid", f"{_HOST}csrftoken"
PASSKEY_COOKIE_NAME, DEVICE_COOKIE_NAME = f"{_HOST}passkey", f"{_HOST}device"
LANGUAGE_COOKIE_NAME, MESSAGES_COOKIE_NAME = f"{_HOST}language", f"{_HOST}messages"
MESSAGE_STORAGE = "emporion.core.passing_messages.PassingMessages"
THEME_COOKIE_NAME, DIGITS_COOKIE_NAME = LOOK_COOKIES = (f"{_HOST}theme", f"{_HOST}digits")
# With the slug of an edition behind it: the personal link that was opened on this phone.
LINK_COOKIE = f"{_HOST}link_"
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else _seconds("EMPORION_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = _flag("EMPORION_BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# No body is longer: a file of 20 MB on a page, a list of 32 MB that a program sends, and what they
# are wrapped in. A proxy that asks for the whole body first has the same limit.
MOST_BODY_BYTES = 34 << 20

LOGGING_CONFIG = "emporion.core.logs.configure"
LOGGING = {
    "level": os.environ.get("EMPORION_LOG_LEVEL", "INFO"),
    "json": _flag("EMPORION_LOG_JSON", not PLAIN_HTTP),
}
