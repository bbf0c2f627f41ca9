"""Pages that join capabilities: home, search, exhibitor, the day of two people."""
