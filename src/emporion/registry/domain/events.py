"""What others may react to, in the same transaction."""

from emporion.core.events import declare

# What belongs to a person is collected: everybody adds to `owner`, a `core.privacy.owners.Owner`.
person_traced = declare("person.traced", "person", "owner")
# The account of a person is about to be closed: who needs it in another expo adds why to `needs`.
account_closing = declare("account.closing", "person", "needs")
# A person is about to be erased: everybody does what the register cannot do by itself.
person_erased = declare("person.erased", "person", "owner")
