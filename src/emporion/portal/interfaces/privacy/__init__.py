"""What is known of a person: seen, taken along and erased, on pages and by command."""
