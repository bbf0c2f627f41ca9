"""What others may react to, in the same transaction."""

from emporion.core.events import declare

# A schedule becomes the one that people see: the edition and the number of the release.
release_published = declare("release.published", "edition", "release")
