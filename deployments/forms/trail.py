"""What the audit trail is searched by, and why somebody takes a part of it away."""

from collections.abc import Mapping
from typing import Any

from django import forms

from deployments import audit_search
from deployments.enums import AuditKind, Status
from deployments.forms.moments import LocalMoment
from deployments.models import Deployment


class TrailFilter(forms.Form):
    use_required_attribute = False

    since = LocalMoment(label="From", required=False)
    until = LocalMoment(label="Until", required=False)
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Any kind"), *AuditKind.choices]
    )
    action = forms.ChoiceField(label="Action", required=False)
    actor = forms.CharField(label="Who", required=False, max_length=150, help_text="A user name.")
    deployment = forms.ModelChoiceField(
        Deployment.objects.order_by("-starts_at", "pk"),
        label="Deployment",
        required=False,
        empty_label="Any deployment",
        blank=True,
    )
    subject = forms.CharField(
        label="About", required=False, max_length=80, help_text="For example: alert 7."
    )

    def __init__(self, data: Mapping[str, Any] | None, *, names_people: bool) -> None:
        super().__init__(data, label_suffix="")
        found = [(action, action) for action in audit_search.actions()]
        self.fields["action"] = forms.ChoiceField(
            label="Action", required=False, choices=[("", "Any action"), *found]
        )
        if not names_people:
            del self.fields["actor"]
            among = self.fields["deployment"]
            assert isinstance(among, forms.ModelChoiceField)
            submitted = Deployment.objects.exclude(status=Status.DRAFT)
            among.queryset = submitted.order_by("-starts_at", "pk")

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until <= since:
            self.add_error("until", "It ends before it begins.")
        return found

    @property
    def search(self) -> audit_search.Search:
        return audit_search.Search(
            **{name: value or None for name, value in self.cleaned_data.items()}
        )


class ExportForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label="Why is it taken out?",
        max_length=300,
        error_messages={"required": "Say why it is taken out of the system."},
    )
    to = forms.CharField(
        label="Who gets it?",
        max_length=150,
        error_messages={"required": "Say who gets it."},
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="", prefix="export")
