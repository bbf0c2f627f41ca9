"""Who signs in: users, and their sign-in by password or by a code that is sent."""
