"""What the seals of the journal hold of people: nothing but digests; see `core.privacy`."""

from emporion.core.privacy import not_of_people

not_of_people("sealing.JournalSeal", "checkpoint signature ids leaves checks")
