"""Reference data for the system administrator; the audit trail, read-only, for auditors and
inspectors. What other packages bring is taken out: it asks for Django's own permissions and writes
no audit event."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group

from deployments.admin import people, records, reference, trail

__all__ = ["people", "records", "reference", "trail"]

admin.site.unregister(
    [Group, EmailAddress, Authenticator, AccessAttempt, AccessFailureLog, AccessLog]
)
# Nothing is done to many rows at once: each change has its own form and its own audit event.
admin.site.disable_action("delete_selected")
