"""The addresses of allauth that are used here, and no others: no sign-up, no e-mail, no password
reset. A change of a factor and its audit event are one transaction."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db.transaction import atomic
from django.urls import path
from django.views.decorators.cache import never_cache

urlpatterns = [
    path("", factors.index, name="mfa_index"),
    path("show/", factors.authenticate, name="mfa_authenticate"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/key/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("app/add/", never_cache(atomic(totp.activate_totp)), name="mfa_activate_totp"),
    path("app/remove/", atomic(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("keys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("keys/add/", atomic(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("keys/<int:pk>/", atomic(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("keys/<int:pk>/remove/", atomic(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path(
        "recovery-codes/",
        never_cache(atomic(recovery_codes.view_recovery_codes)),
        name="mfa_view_recovery_codes",
    ),
    path(
        "recovery-codes/new/",
        atomic(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]
