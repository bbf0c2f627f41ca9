"""Search and order in one table: our own terms in plain SQL, the same hits on both databases."""
