"""What people record about an alert. The lifecycle refuses what these let through."""

from datetime import timedelta

from django import forms

from alerts.enums import DismissalReason, Factor, Outcome, Verdict
from alerts.findings import FACTORS, TEXT_LENGTH, Findings
from deployments.enums import SoughtSource
from deployments.forms.moments import LocalMoment
from deployments.forms.numbers import Number

YES_NO = (("yes", "Yes"), ("no", "No"))
NOT_LISTED = {"invalid_choice": "Choose what you compared from the list."}


class JudgementForm(forms.Form):
    """What the operator compared: the person, the picture, the scene."""

    in_favour = forms.MultipleChoiceField(choices=Factor, required=False, error_messages=NOT_LISTED)
    against = forms.MultipleChoiceField(choices=Factor, required=False, error_messages=NOT_LISTED)
    subject = forms.CharField(max_length=TEXT_LENGTH, required=False)
    system = forms.CharField(max_length=TEXT_LENGTH, required=False)
    environment = forms.CharField(max_length=TEXT_LENGTH, required=False)

    @property
    def findings(self) -> Findings:
        return Findings(
            in_favour=tuple(self.cleaned_data["in_favour"]),
            against=tuple(self.cleaned_data["against"]),
            texts={name: self.cleaned_data.get(name, "") for name in FACTORS},
        )


class DismissForm(JudgementForm):
    reason = forms.ChoiceField(
        choices=DismissalReason,
        error_messages={
            "required": "Choose why the alert is dismissed.",
            "invalid_choice": "Choose why the alert is dismissed.",
        },
    )


class DraftForm(JudgementForm):
    """A judgement as far as it has come."""

    reason = forms.ChoiceField(
        choices=[("", ""), *DismissalReason.choices],
        required=False,
        error_messages={"invalid_choice": "Choose why the alert is dismissed."},
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

    ago_s = Number(required=False, min_value=0, max_value=24 * 3600)

    @property
    def ago(self) -> timedelta:
        return timedelta(seconds=self.cleaned_data.get("ago_s") or 0)


def _said_moment() -> LocalMoment:
    """Sent only where somebody says it: what is not said is by the clock."""
    words = "Write the day and the time, as 31/12/2025 14:05."
    return LocalMoment(required=False, error_messages={"invalid": words})


class EngageForm(LateForm):
    engaged_from = _said_moment()


class SecondOpinionForm(JudgementForm):
    verdict = forms.ChoiceField(
        choices=Verdict,
        error_messages={
            "required": "Say whether it is likely the same person.",
            "invalid_choice": "Say whether it is likely the same person.",
        },
    )


class ResolveForm(EngageForm):
    engaged_to = _said_moment()
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
