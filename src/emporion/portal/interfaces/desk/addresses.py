"""The numbers in the desk's addresses."""


def key_of(value: str) -> int:
    """Return a primary key from an address; 0 for what is none."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0
