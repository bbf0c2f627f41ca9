"""What programs meet: addresses, gates, shapes, errors."""
