"""The user: somebody who can sign in. What they are at a fair is said in `registry`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext as _

from emporion.core.ids import new_id
from emporion.core.text.addresses import as_email


class UserManager(BaseUserManager["User"]):
    """Makes users; `createsuperuser` calls it as well."""

    def create_user(
        self,
        email: str | None = None,
        phone: str | None = None,
        password: str | None = None,
        **values: Any,
    ) -> User:
        user = self.model(email=email, phone=phone or None, **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **values: Any) -> User:
        return self.create_user(
            email=email, password=password, is_superuser=True, is_staff=True, **values
        )

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=as_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """Many people have a phone number and no habit of e-mail: each is optional, one is needed."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    # In its one form (`core.text.addresses`): found by equality, and once.
    email = models.EmailField(null=True, blank=True, unique=True)
    phone = models.CharField(max_length=20, null=True, blank=True, unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # May be entered from the sign-in page without a password, under the heading of this role;
    # only the demonstration makes them.
    is_demonstration = models.BooleanField(default=False)
    demonstration_role = models.CharField(max_length=20, blank=True)
    # From when on a second factor is needed by somebody who runs an expo, where it is asked for.
    factor_due_at = models.DateTimeField(null=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the address in its one form, whoever writes the row; None for one that has none."""
        if self.email is not None:
            self.email = as_email(self.email) or None
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        # Never an address: this is what others read.
        return self.name or self.by_id

    @property
    def by_id(self) -> str:
        """How those who may not know the name, or where there is none, read of this user."""
        return _("user %(id)s") % {"id": self.public_id}

    @property
    def greeted_as(self) -> str:
        """What the user reads of themself: the name, else what they sign in with."""
        return self.name or self.email or self.phone or self.by_id

    @property
    def actor(self) -> str:
        """How the journal names this user."""
        return f"user:{self.public_id}"


class SignInTries(models.Model):
    """When somebody lately tried to sign in under one name, or from one address.

    One row a key and not one a try: locking it makes the count exact. The key is a keyed digest:
    what people mistype is no one's business, and may be a password.
    """

    key = models.CharField(max_length=64, unique=True)
    times = models.JSONField(default=list)
    latest = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "sign-in tries"

    def __str__(self) -> str:
        return f"{len(self.times)} tries"


class SignInCode(models.Model):
    """A code that somebody asked for, by phone or mail; without a user nobody has that address."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    kind = models.CharField(max_length=10)
    # Empty as soon as it was sent: what people mistype is kept no longer than needed.
    to = models.CharField(max_length=254, blank=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="codes")
    digest = models.CharField(max_length=64, blank=True)
    link_digest = models.CharField(max_length=64, blank=True)
    wrong = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class AccessToken(models.Model):
    """Lets a program act as its user, as far as `scopes` go. Only a digest of it is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="access_tokens")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    name = models.CharField(max_length=80)
    # What people tell tokens apart by; not secret, and not enough to use one.
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    # Whether its maker had proved both factors: otherwise it does nothing of a post that needs two.
    both = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # To the minute: no read of a program writes a row each time.
    last_used_at = models.DateTimeField(null=True)
    # How many calls were counted in which minute (since 1970), by all processes together.
    minute = models.PositiveBigIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class UserSession(models.Model):
    """A session of a user as they see it: a device, since when, last used when."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    user = models.ForeignKey(User, models.CASCADE, related_name="signed_in")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=60, blank=True)
    way = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user} on {self.device}"


class Authenticator(models.Model):
    """The app of a user that shows codes. Its secret is sealed with the server's."""

    user = models.OneToOneField(User, models.CASCADE, related_name="authenticator")
    secret = models.CharField(max_length=200)
    # The step of the last code that was taken: none is taken twice.
    last_step = models.PositiveBigIntegerField(default=0)
    # When wrong ones were typed by strangers in the last weeks, and where (`domain.guesses`).
    wrong = models.JSONField(default=list)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"app of {self.user}"


class RecoveryCode(models.Model):
    """A code on paper, in place of the app; used once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")
        ]

    def __str__(self) -> str:
        return f"code of {self.user}"


class Passkey(models.Model):
    """A key on a device of a user: the public half, by which its answers are checked."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    user = models.ForeignKey(User, models.CASCADE, related_name="passkeys")
    credential_id = models.CharField(max_length=1400, unique=True)
    data = models.TextField()
    counter = models.PositiveBigIntegerField(default=0)
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class OutsideAccount(models.Model):
    """An account elsewhere that lets a user in: OpenID Connect, Weixin, DingTalk, Feishu.

    `issuer` says who named `subject`: the server of OpenID Connect, or our app there. Nothing else
    of what the other side tells is kept.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    user = models.ForeignKey(User, models.CASCADE, related_name="outside_accounts")
    provider = models.CharField(max_length=20)
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "issuer", "subject"], name="outside_account_once"
            ),
            models.UniqueConstraint(
                fields=["user", "provider", "issuer"], name="outside_account_one_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} of {self.user}"
