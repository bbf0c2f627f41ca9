"""What an answer tells: its text, also that of files which are packed (zip, and XLSX, which is one)."""

from __future__ import annotations

import io
import zipfile
from typing import Any


def text_of(answer: Any) -> str:
    """Return all text of an answer; of a packed file that of everything in it, also of packed ones."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return _text(content)


def _text(content: bytes) -> str:
    if not content.startswith(b"PK\x03\x04"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(f"{name}\n{_text(packed.read(name))}" for name in packed.namelist())
