"""The open interface: what programs can read and do, by the same gates as the pages."""
