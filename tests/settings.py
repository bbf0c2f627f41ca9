"""The product's settings, in a folder of their own and quick where nothing is tested by it.

The database is the one of DATABASE_URL, else a real SQLite file: in memory there is no WAL, and
what two connections do to each other could not be tested.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "EMPORION_DATA_DIR" not in os.environ:
    _folder = tempfile.mkdtemp(prefix="emporion-tests-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    # Set for the processes that tests and pytest-xdist start.
    os.environ["EMPORION_DATA_DIR"] = _folder
os.environ.setdefault("EMPORION_INSECURE_LOCAL", "1")
os.environ.setdefault("EMPORION_LOG_LEVEL", "WARNING")

from emporion.project.messages import compile_catalogues

# Django reads settings off this module: all of the product's are to stand in it.
from emporion.project.settings import *  # noqa: F403
from emporion.project.settings import DATA_DIR, DATABASES, STATIC_ROOT

# A fresh clone holds the words, not what is read at run time.
compile_catalogues()
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(DATA_DIR) / "test.sqlite3")}
# Whitenoise warns of a folder that is not there.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
ALLOWED_HOSTS = ["*"]
# A real hash costs a quarter of a second a user.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PAPER_CODE_ROUNDS = 1
# Most tests sign somebody in by one factor; those of the second one ask for it.
SECOND_FACTOR = "none"
# Hashed names need a manifest, which only browser tests and the static tests make.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Every client of a test would list all static files anew, a hundredth of a second; no test asks one
# for any.
WHITENOISE_USE_FINDERS = False
# A test changes something and reads it again; those of what is kept say how long.
os.environ["EMPORION_KEPT_PAGES_SECONDS"] = "0"
KEPT_PAGES_SECONDS = 0
# An encoder takes a second to load; the tests that want one name it.
TEXT_READERS = ["none"]
