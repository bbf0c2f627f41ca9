"""Every change to requests, slots and releases, one noun a file."""
