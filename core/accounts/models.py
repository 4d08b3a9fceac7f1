"""People, the organisations they belong to, and the tokens that act for them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from typing_extensions import override

from core.accounts.actions import OrganisationKind, Role
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person; without a password they cannot sign in with one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an operator who may open the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin, Record):
    """A person, known by an e-mail address."""

    PREFIX = Prefix.USER

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        """One account per address, whatever its capitals."""

        constraints = (
            models.UniqueConstraint(Lower("email"), name="core_user_email_case"),
            models.CheckConstraint(condition=models.Q(language__in=["en", "fr"]), name="core_user_language"),
        )

    @override
    def __str__(self) -> str:
        """Show the name."""
        return self.name


class Organisation(Record):
    """A creator's studio, a buyer company, or the platform itself."""

    PREFIX = Prefix.ORGANISATION

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)

    class Meta:
        """The kind is one of three."""

        constraints = (check_in("kind", OrganisationKind, "core_organisation_kind"),)

    @override
    def __str__(self) -> str:
        """Show the name."""
        return self.name


class Membership(Record):
    """A person's role in an organisation."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16)

    class Meta:
        """One role per person and organisation."""

        constraints = (
            models.UniqueConstraint(fields=["user", "organisation"], name="core_membership_once"),
            check_in("role", Role, "core_membership_role"),
        )

    @override
    def __str__(self) -> str:
        """Show who is what, where."""
        return f"{self.user_id} {self.role} {self.organisation_id}"


class ApiToken(Record):
    """A key for programs. Only its SHA-256 is stored: the key itself is shown once."""

    PREFIX = Prefix.TOKEN

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=80)
    lookup = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Found by the public part of the key."""

        constraints = (models.CheckConstraint(condition=~models.Q(digest=""), name="core_apitoken_digest_present"),)

    @override
    def __str__(self) -> str:
        """Show the label, never the key."""
        return self.label
