"""Events of an edition that higher capabilities listen to."""

from emporion.core.events import declare

# What decides who fits somebody, and what they say of themselves does not.
WEIGHED = frozenset(
    {
        "needs", "offers", "markets", "languages", "country", "size", "tables", "max_meetings",
    }
)  # fmt: skip
# Something that is weighed is another by now.
interests_changed = declare("interests.changed", "participation")
