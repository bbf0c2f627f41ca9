"""Static files under hashed names, also those that our modules import."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites imports in our own modules only: others' comments are not ours to mend."""

    patterns = (
        *HashedFilesMixin.patterns,
        ("emporion/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),
    )
