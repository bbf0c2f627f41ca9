"""The model edition as plain data: no Django, no clock, one seed.

    >>> from emporion.demo import generator
    >>> edition = generator.generate(scale=0.02)
    >>> requests = generator.make_requests(edition, edition.seed)

All companies, people, needs, offers and requests are made up; only `edition.facts` are published
figures, each with its source. The loader writes the records to the tables.
"""

from emporion.demo.generator.affinity import Shown
from emporion.demo.generator.digest import digest
from emporion.demo.generator.edition import (
    SEED,
    ModelEdition,
    duplicate_share,
    generate,
    profile_texts,
)
from emporion.demo.generator.guests import Guests, make_guests
from emporion.demo.generator.near_duplicates import NearDuplicates, near_duplicates
from emporion.demo.generator.requests import ACCEPTED, DECLINED, OPEN, Requests, make_requests

__all__ = [
    "ACCEPTED",
    "DECLINED",
    "OPEN",
    "SEED",
    "Guests",
    "ModelEdition",
    "NearDuplicates",
    "Requests",
    "Shown",
    "digest",
    "duplicate_share",
    "generate",
    "make_guests",
    "make_requests",
    "near_duplicates",
    "profile_texts",
]
