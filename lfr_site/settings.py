"""Settings of the site. Safe defaults: no DEBUG, no default secret, no default database."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

from deployments.enums import Rank
from lfr_site import env
from recognition.profiles import load_profile

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("LFR_DATA_DIR", default=str(BASE_DIR / "var")))

# The demo relaxes what a newcomer cannot have: HTTPS, long retention, notice days ahead.
DEMO = env.boolean("LFR_DEMO", default=False)
DEBUG = env.boolean("LFR_DEBUG", default=False)
SECRET_KEY = env.secret("LFR_SECRET_KEY")
ALLOWED_HOSTS = env.words("LFR_ALLOWED_HOSTS", default="localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = env.words("LFR_TRUSTED_ORIGINS")

# Wraps the data key of each deployment: 32 bytes, base64. Kept apart from database backups. Another
# provider, of a key management service, may hold it instead (deployments/key_providers.py).
KEY_PROVIDER = env.text(
    "LFR_KEY_PROVIDER",
    default="deployments.key_providers."
    + ("FileKeys" if env.is_in_file("LFR_MASTER_KEY") else "EnvironmentKeys"),
)
IS_OWN_PROVIDER = KEY_PROVIDER.startswith("deployments.key_providers.")
MASTER_KEY = env.secret("LFR_MASTER_KEY", default=None if IS_OWN_PROVIDER else "")
# They open what was wrapped by them until manage.py rotate-master-key has gone through.
OTHER_MASTER_KEYS = env.secret("LFR_OTHER_MASTER_KEYS", default="").replace(",", " ").split()
# Signs checkpoints of the audit trail and what is exported: an Ed25519 seed, 32 bytes, base64.
AUDIT_KEY = env.secret("LFR_AUDIT_KEY", default="")
# Public keys of those that signed before this one: the middle line of each PEM, in base64.
AUDIT_EARLIER_KEYS = env.words("LFR_AUDIT_EARLIER_KEYS")
# Where they are written besides the database, to be copied off the host.
AUDIT_CHECKPOINTS = Path(
    env.text("LFR_AUDIT_CHECKPOINTS", default=str(DATA_DIR / "audit-checkpoints"))
)
AUDIT_CHECKPOINT_MINUTES = env.integer("LFR_AUDIT_CHECKPOINT_MINUTES", default=5, minimum=1)
FILE_STORE = Path(env.text("LFR_FILE_STORE", default=str(DATA_DIR / "files")))

INSTALLED_APPS = [
    "daphne",
    "lfr_site.apps.RoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "channels",
    "deployments",
    "alerts",
    "recognition",
    "lfr_site.apps.SiteConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lfr_site.middleware.RestoringMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lfr_site.middleware.StaffMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "lfr_site.urls"
ASGI_APPLICATION = "lfr_site.asgi.application"

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
                "lfr_site.context.site",
            ],
        },
    },
]


def _postgres(url: str) -> dict[str, object]:
    """Turn postgresql://user:password@host:port/name?host=/socket/dir into Django's settings."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": query.get("port", str(parts.port or "")),
        "OPTIONS": {"pool": False, "connect_timeout": 5},
        "CONN_HEALTH_CHECKS": True,
    }


# The application's role cannot alter the audit trail; migrations run as the owner.
DATABASES = {"default": _postgres(env.secret("LFR_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "deployments.User"

REDIS_URL = env.secret("LFR_REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "lfr"},
    },
}

CELERY_BROKER_URL = env.secret("LFR_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True  # nothing about a person waits in a result backend
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"recognition.*": {"queue": "recognition"}}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/London"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "end-expired-deployments": {"task": "deployments.end_expired", "schedule": 1.0},
    "reconcile-cameras": {"task": "recognition_control.reconcile", "schedule": 1.0},
    "check-cameras": {"task": "recognition_control.request_camera_checks", "schedule": 5.0},
    "rebuild-galleries": {"task": "recognition_control.rebuild_galleries", "schedule": 10.0},
    "housekeeping": {"task": "site.housekeeping", "schedule": 3.0 if DEMO else 30.0},
    "continue-imports": {"task": "deployments.continue_imports", "schedule": 10.0},
    "recover-footage": {"task": "deployments.recover_footage", "schedule": 10.0},
    "sign-audit-checkpoint": {
        "task": "deployments.sign_audit_checkpoint",
        "schedule": 60.0 * AUDIT_CHECKPOINT_MINUTES,
    },
    "verify-audit": {"task": "deployments.verify_audit", "schedule": crontab(hour=3, minute=20)},
    "alerts-clock": {"task": "alerts.tick", "schedule": 1.0},
}

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "public:home"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_RESET_ON_SUCCESS = True

# Every person shows a second factor. Off in the demo, which says so on every page.
SECOND_FACTOR = env.boolean("LFR_SECOND_FACTOR", default=True)
# A decision asks for it again unless it was shown this recently; an image after this long idle.
STEP_UP_S = 60 * env.integer("LFR_STEP_UP_MINUTES", default=5, minimum=1)
IMAGE_IDLE_S = 60 * env.integer("LFR_IMAGE_IDLE_MINUTES", default=15, minimum=1)
ACCOUNT_ADAPTER = "lfr_site.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "lfr_site.accounts.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # until the session's own age, as the retention table says
ACCOUNT_REAUTHENTICATION_TIMEOUT = STEP_UP_S
# Wrong passwords are django-axes' to count; these count wrong codes, by person.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/5m/key", "reauthenticate": "20/m/user"}
MFA_ADAPTER = "lfr_site.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "lfr_site.codes.AuthenticateForm",
    "reauthenticate": "lfr_site.codes.ReauthenticateForm",
    "activate_totp": "lfr_site.codes.ActivateTOTPForm",
}
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are not used

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (DEMO or DEBUG)
SECURE_SSL_REDIRECT = env.boolean("LFR_SSL_REDIRECT", default=not (DEMO or DEBUG))
SECURE_REDIRECT_EXEMPT = [r"^metrics$"]  # scraped inside the force's own network
# Who may read /metrics: whoever sends it as a bearer token; without one, this machine alone.
METRICS_TOKEN = env.secret("LFR_METRICS_TOKEN", default="")
SECURE_HSTS_SECONDS = 0 if DEMO or DEBUG else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not (DEMO or DEBUG)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("LFR_BEHIND_PROXY", default=False) else None
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEMO or DEBUG

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 20 * 2**20  # single images never touch a disk unencrypted
# A watchlist import: what is uploaded at once, and what its zip file may unpack to.
IMPORT_MAX_BYTES = env.integer("LFR_IMPORT_MAX_MB", default=4096, minimum=1) * 2**20
# Larger files are taken by those views only that encrypt them as they arrive.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# Seconds in which a decision on an alert can be taken back; officers are told after them.
UNDO_S = env.integer("LFR_UNDO_S", default=5)
# A console that was not heard of for so long gives its alerts back.
CONSOLE_GONE_S = env.integer("LFR_CONSOLE_GONE_S", default=8, minimum=4)
# The force's policy: may shorten a retention period, never lengthen it beyond its maximum.
RETENTION_PERIODS_S: dict[str, int] = env.numbers("LFR_RETENTION_S")
NOTICE_LEAD_DAYS = env.integer("LFR_NOTICE_LEAD_DAYS", default=0 if DEMO else 3)
# The urgent route: a lower rank authorises for a limited time, and a superintendent or above
# reviews it by a deadline. Off unless the force's policy has one.
URGENT_ROUTE = env.boolean("LFR_URGENT_ROUTE", default=False)
URGENT_RANK = env.choice("LFR_URGENT_RANK", Rank, default="INSPECTOR")
URGENT_REVIEW_HOURS = env.integer("LFR_URGENT_REVIEW_HOURS", default=4, minimum=1)
URGENT_WINDOW_HOURS = env.integer("LFR_URGENT_WINDOW_HOURS", default=12, minimum=1)
WATCHLIST_CAP = env.integer("LFR_WATCHLIST_CAP", default=20_000, minimum=1)
# Sightings of one person by one camera closer together than this are one alert.
ALERT_MERGE_S = env.integer("LFR_ALERT_MERGE_S", default=60, minimum=1)
# CCTV, where it is authorised: how long a segment is, and what of its disk is left to the rest.
CCTV_SEGMENT_S = env.integer("LFR_CCTV_SEGMENT_S", default=60, minimum=2)
CCTV_MIN_FREE_BYTES = env.integer("LFR_CCTV_MIN_FREE_MB", default=2048, minimum=1) * 2**20
# The longest that a hold on footage lasts before it is reviewed.
CCTV_REVIEW_DAYS = env.integer("LFR_CCTV_REVIEW_DAYS", default=92, minimum=1)
# "memory": a mirror of the partition in the worker; "database": searched in pgvector.
GALLERY = env.text("LFR_GALLERY", default="memory")
# Pictures a second that are looked at of one camera; what is left of the machine is for the rest.
MAX_FPS = env.integer("LFR_MAX_FPS", default=15, minimum=1)
# Profiles whose weights may not be used live as they come, with the reference of the licence that
# the force holds.
MODEL_LICENCES: dict[str, str] = {
    name: reference.strip()
    for name, _, reference in (pair.partition("=") for pair in env.words("LFR_MODEL_LICENCES"))
    if reference.strip()
}
# Where a recognition worker offers its live pictures, without faces, to the web process: an address
# of a network that nothing else is on.
LIVE_VIEW_HOST = env.text("LFR_LIVE_VIEW_HOST", default="127.0.0.1")
RECOGNITION_PROFILE = env.text("LFR_PROFILE", default="embedded")
# The similarity that an application starts from: the profile's measured operating point.
DEFAULT_THRESHOLD = load_profile(RECOGNITION_PROFILE).threshold
FORCE_NAME = env.text("LFR_FORCE_NAME", default="Seed Constabulary" if DEMO else "")
# What the public's pages, signs and leaflets say of whom to ask. 101 reaches every UK force.
PUBLIC_URL = env.text("LFR_PUBLIC_URL", default="").rstrip("/")
CONTACT_PHONE = env.text("LFR_CONTACT_PHONE", default="101")
CONTACT_EMAIL = env.text("LFR_CONTACT_EMAIL", default="")
CONTACT_ADDRESS = env.text("LFR_CONTACT_ADDRESS", default="")
DPO_EMAIL = env.text("LFR_DPO_EMAIL", default="")
COMPLAINTS_URL = env.text("LFR_COMPLAINTS_URL", default="")
MFA_TOTP_ISSUER = FORCE_NAME

# What was erased, by its number, where backups are not restored over it.
ERASURE_JOURNAL = Path(env.text("LFR_ERASURE_JOURNAL", default=str(DATA_DIR / "erasures.jsonl")))
# Where pg_dump and pg_restore are, if not on the path.
PG_BIN = env.text("LFR_PG_BIN", default="")
# Errors are told by place and kind: their words and variables may hold a person's data, a face.
DEFAULT_EXCEPTION_REPORTER = "lfr_site.error_reports.WithoutValues"
DEFAULT_EXCEPTION_REPORTER_FILTER = "lfr_site.error_reports.NothingShown"
# Swap that lies on an encrypted disk, where the kernel does not say so (`check --deploy`).
SWAP_ENCRYPTED = env.boolean("LFR_SWAP_ENCRYPTED", default=False)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "lfr_site.error_traces.WithoutValues",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # A request line holds no personal data, but it holds every address an operator opens.
    "loggers": {
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
    },
}
