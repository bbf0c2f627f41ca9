"""Events of an edition that higher capabilities listen to."""

from emporion.core.events import declare

# Somebody needs or offers something else by now.
interests_changed = declare("interests.changed", "participation")
