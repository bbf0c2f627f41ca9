"""Why a backup or a restore could not be done, and how to mend it, for who runs the machine."""

from __future__ import annotations

import errno

from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError

_SAID = {
    errno.ENOSPC: "there is no room. Make room, or name a place on another disk.",
    errno.EDQUOT: "there is no room. Make room, or name a place on another disk.",
    errno.EACCES: "nobody but its owner may write there. Let this user write, or name another"
    " place.",
    errno.EPERM: "nobody but its owner may write there. Let this user write, or name another"
    " place.",
    errno.EROFS: "nobody may write there. Name another place.",
    errno.ENOTDIR: "that is no folder. Name one that is, or that can be made.",
    errno.EISDIR: "that is a folder. Name a file.",
    errno.ENOENT: "there is no such place. Make it, or name another.",
}


def why(error: OSError | DatabaseError | InterfaceError) -> str:
    """Return in sentences what is wrong and what to do; of a database only its first line, which
    names no values."""
    if isinstance(error, OSError):
        other = f"{error.strerror or type(error).__name__}. Look at the disk and at its log."
        return _SAID.get(error.errno or 0, other)
    line = str(error).strip().partition("\n")[0][:200]
    if isinstance(error, (OperationalError, InterfaceError)):
        return f"the database does not answer ({line}). See what emporion doctor says of it."
    if isinstance(error, ProgrammingError):
        return f"the tables are not those of this program. Run emporion upgrade ({line})."
    return f"the database refused a row ({line}). Restore on the kind of database it came from."
