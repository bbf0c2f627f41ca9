"""Everything that changes a user or lets somebody in."""

from emporion.accounts.domain.sign_in import TooManyTries, let_in, try_password
from emporion.accounts.domain.users import create_user, demonstration_user

__all__ = ["TooManyTries", "create_user", "demonstration_user", "let_in", "try_password"]
