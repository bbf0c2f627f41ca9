"""For what people's data may be used, and what counts where nobody has said anything; no Django.

The wording of each stands in `portal.interfaces.privacy.words`; a change of what it means raises
the version. Where consent is the ground, what was said to an earlier version allows nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class Purpose(NamedTuple):
    """A use of data: on which ground ("consent", "contract", "interest"), in which wording."""

    ground: str
    version: int = 1

    @property
    def without_a_word(self) -> bool:
        """Whether it is allowed as long as the person has said nothing: never by consent."""
        return self.ground != "consent"

    def allows(self, given: bool, version: int) -> bool:
        """Whether a word about `version` allows the use as it is today."""
        return given and (self.ground != "consent" or version == self.version)


PURPOSES = {
    # What people do teaches the matching; they may object.
    "matching": Purpose("interest", version=2),
    # What happens to their requests and meetings; they may object.
    "messages": Purpose("contract"),
    # Address and number for those they have agreed to meet.
    "contact": Purpose("consent"),
    # What an exhibitor gets who scans a badge. Nothing scans badges yet.
    "leads": Purpose("consent"),
}
