"""Every change to an edition, one noun a file."""
