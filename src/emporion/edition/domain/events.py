"""Events of an edition that higher capabilities listen to."""

from emporion.core.events import declare

# What decides who fits somebody is another by now: needs, offers, markets, languages, the limit.
interests_changed = declare("interests.changed", "participation")
