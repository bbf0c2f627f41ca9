"""What outlives an edition: the expo, organisations, people, bodies, and our taxonomy."""
