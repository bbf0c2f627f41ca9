"""All second factors forgotten, of somebody who has lost them: whoever keeps the machine does it.

No owner of an expo may: the account may have a post in another one. Who it is has to be proved as
well as when the first one was set up, so the operator asks; then a code to the user's own address
lets them set up another.
"""

from __future__ import annotations

from django.db import transaction

from emporion.accounts.domain import sessions, telling
from emporion.accounts.domain.tokens import end_tokens
from emporion.accounts.models import Authenticator, Passkey, RecoveryCode, User


def forget_factors(user: User) -> int:
    """Forget the app, the passkeys and the codes on paper of `user`; return how many factors.

    All sessions and tokens end: one of them may be a finder's. Without a factor nothing happens.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        gone = sum(kind.objects.filter(user=user).delete()[0] for kind in (Authenticator, Passkey))
        if gone:
            RecoveryCode.objects.filter(user=user).delete()
            sessions.end_all(user)
            end_tokens(user)
            telling.record(user, "user.lose_factors")
    return gone
