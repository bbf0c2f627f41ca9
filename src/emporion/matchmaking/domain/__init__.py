"""Every change to wishes and ranked lists, one noun a file."""
