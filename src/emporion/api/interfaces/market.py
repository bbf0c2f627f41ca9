"""What one who takes part reads and does: profile, suggestions, day."""

from __future__ import annotations

from typing import Any

from ninja import Router

from emporion.api.interfaces.gates import TAKES_PART
from emporion.api.interfaces.shapes.edition import MeShape, me_shape
from emporion.api.interfaces.shapes.wire import EditionName
from emporion.edition.gates import acting

router = Router(tags=["taking part"])


@router.get("/editions/{slug:edition}/me", auth=TAKES_PART, response=MeShape, operation_id="get_me")
def get_me(request: Any, edition: EditionName) -> Any:
    """Who the caller is in an edition, with what they need and offer."""
    return me_shape(acting(request), is_acting=bool(request.acting_for))
