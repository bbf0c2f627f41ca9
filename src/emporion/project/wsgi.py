"""The WSGI entry that granian serves."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from emporion.core.postgresql import patience

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emporion.project.settings")
application = get_wsgi_application()
patience.limit(settings.DATABASE_SECONDS)

# What the program itself consists of lives as long as the process. Searching it for what nobody
# uses any more stopped a page for 50 to 70 ms, every seventy pages.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 100)
