"""What people record about an alert. The lifecycle refuses what these let through."""

from datetime import timedelta

from django import forms

from alerts.enums import DismissalReason, Outcome
from deployments.enums import SoughtSource

FACTORS = ("subject", "system", "environment")
YES_NO = (("yes", "Yes"), ("no", "No"))
FACTOR_LENGTH = 300


class JudgementForm(forms.Form):
    """What the operator compared: the person, the picture, the scene."""

    subject = forms.CharField(max_length=FACTOR_LENGTH, required=False)
    system = forms.CharField(max_length=FACTOR_LENGTH, required=False)
    environment = forms.CharField(max_length=FACTOR_LENGTH, required=False)

    @property
    def factors(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in FACTORS}


class DismissForm(JudgementForm):
    reason = forms.ChoiceField(
        choices=DismissalReason,
        error_messages={
            "required": "Choose why the alert is dismissed.",
            "invalid_choice": "Choose why the alert is dismissed.",
        },
    )


class SoughtForm(forms.Form):
    """Who was asked, just now, whether the person is still sought."""

    source = forms.ChoiceField(
        choices=SoughtSource,
        error_messages={
            "required": "Say who was asked whether the person is still sought.",
            "invalid_choice": "Say who was asked whether the person is still sought.",
        },
    )
    reference = forms.CharField(max_length=60, required=False)


class LateForm(forms.Form):
    """What was done without a signal says how long ago that was, by the phone's own clock: the
    difference of two of its times is right even where the clock is not."""

    ago_s = forms.FloatField(required=False, min_value=0, max_value=24 * 3600)

    @property
    def ago(self) -> timedelta:
        return timedelta(seconds=self.cleaned_data.get("ago_s") or 0)


class ResolveForm(LateForm):
    outcome = forms.ChoiceField(
        choices=Outcome,
        error_messages={
            "required": "Choose an outcome.",
            "invalid_choice": "Choose an outcome.",
        },
    )
    identity_confirmed = forms.ChoiceField(
        choices=YES_NO, error_messages={"required": "Say whether the identity was confirmed."}
    )
    notice_handed_over = forms.ChoiceField(
        choices=YES_NO, error_messages={"required": "Say whether a notice was handed over."}
    )

    def is_yes(self, name: str) -> bool:
        return bool(self.cleaned_data[name] == "yes")
