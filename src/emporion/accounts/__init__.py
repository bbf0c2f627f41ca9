"""Who signs in: users, and the plain sign-in by phone number or e-mail and password."""
