"""A text column that is compared byte by byte on every database."""

from __future__ import annotations

from typing import Any

from django.db import models


class BytesOrderField(models.CharField):  # type: ignore[type-arg]
    """CharField with ``COLLATE "C"`` on PostgreSQL; SQLite compares bytes anyway.

    For stored sort keys and search terms: their order must not depend on a database's locale.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = dict(super().db_parameters(connection))
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
