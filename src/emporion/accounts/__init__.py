"""Who signs in: users, and their sign-in by password, code or passkey."""
