"""The application, step by step. Any field of a draft may be left empty; what is given must make
sense, and `application_steps` says what is missing before it may be submitted."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone

from deployments import policy_documents, recognition_profiles
from deployments.enums import RELIED_ON, Category, PlaceGround
from deployments.forces import own_force
from deployments.forms.lines import OneLine
from deployments.forms.moments import LocalMoment
from deployments.forms.numbers import Number, WholeNumber
from deployments.models import Camera, Deployment, Force, PolicyDocument

RECORDING_WORDS = (
    "Only where recording is needed in itself: recognition does without. It is decided for each "
    "camera, encrypted as it comes, without sound, and erased when its period is over."
)
NOT_CHOSEN = "Only a camera that is chosen above can record."


class CameraChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Camera) -> str:
        return f"{obj.name}: {obj.location}"


class DocumentChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: PolicyDocument) -> str:
        return f"{obj.title}, version {obj.version}"


def long_text(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=8000, widget=forms.Textarea(attrs={"rows": 4})
    )


class StepForm(forms.Form):
    """One step. `optional` are the fields that even a complete application may leave empty."""

    use_required_attribute = False  # a draft may be saved unfinished
    optional: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, data: Mapping[str, Any] | None, *, deployment: Deployment | None) -> None:
        super().__init__(data, initial=self.initial_of(deployment), label_suffix="")
        for name, field in self.fields.items():
            field.required = False
            # Asked for all the same, only not yet: the page does not call it optional.
            field.is_asked_for = name not in self.optional  # type: ignore[attr-defined]
        self.prepare()

    def prepare(self) -> None:
        """Fill in what the settings decide."""

    def initial_of(self, deployment: Deployment | None) -> dict[str, Any]:
        if deployment is None:
            return {}
        return {name: getattr(deployment, name) for name in self.base_fields}

    def values(self) -> dict[str, object]:
        """The deployment's columns, as `applications.write` takes them."""
        return dict(self.cleaned_data)


class WhoForm(StepForm):
    title = OneLine(label="Title", max_length=120, help_text="Short, for lists and notices.")
    controller_force = forms.ModelChoiceField(
        label="Controller force",
        queryset=Force.objects.all(),
        empty_label=None,
        to_field_name="name",
        help_text="The force that answers for the personal data, also where equipment is shared.",
    )
    categories = forms.MultipleChoiceField(
        label="Who is sought",
        choices=Category,
        widget=forms.CheckboxSelectMultiple,
        help_text="The only categories there are. Nobody may be sought for any other purpose.",
    )

    def initial_of(self, deployment: Deployment | None) -> dict[str, Any]:
        if deployment is None:
            return {"controller_force": own_force()}
        return super().initial_of(deployment)

    def values(self) -> dict[str, object]:
        force = self.cleaned_data["controller_force"] or own_force()
        return {
            "title": self.cleaned_data["title"],
            "controller_force": force,
            "categories": self.cleaned_data["categories"],
        }


class WhereForm(StepForm):
    place = OneLine(label="Place", max_length=200, help_text="As the public notice names it.")
    place_ground = forms.ChoiceField(
        label="Ground for this place", choices=PlaceGround, widget=forms.RadioSelect
    )
    place_intelligence = long_text(
        "What supports this ground", "The crime figures, the event or the intelligence relied on."
    )


class WhenForm(StepForm):
    starts_at = LocalMoment(label="Start", help_text="London time. No recognition before it.")
    ends_at = LocalMoment(label="End", help_text="London time. Recognition stops by itself.")
    expected_footfall = WholeNumber(
        label="People expected to pass in a day",
        min_value=1,
        max_value=10_000_000,
        help_text="From counts or past events. The false alerts to expect are worked out from it.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "The end must be after the start.")
        elif end and end <= timezone.now():
            self.add_error("ends_at", "This window is already over.")
        return cleaned


class CamerasForm(StepForm):
    optional = frozenset({"recorded"})

    cameras = CameraChoice(
        label="Cameras",
        queryset=Camera.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Those that the administrator has set up. Their zones are drawn next.",
    )
    recorded = CameraChoice(
        label="Cameras that record CCTV",
        queryset=Camera.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        help_text=RECORDING_WORDS,
    )

    def initial_of(self, deployment: Deployment | None) -> dict[str, Any]:
        if deployment is None:
            return {}
        recorded = Camera.objects.filter(
            deploymentcamera__deployment=deployment, deploymentcamera__records_cctv=True
        )
        return {"cameras": deployment.cameras.all(), "recorded": recorded}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if set(cleaned.get("recorded") or ()) - set(cleaned.get("cameras") or ()):
            self.add_error("recorded", NOT_CHOSEN)
        return cleaned


class WatchlistForm(StepForm):
    watchlist_criteria = long_text(
        "Watchlist criteria", "Who may be put on the list, and who decides that they fit."
    )
    watchlist_cap = WholeNumber(label="Most people on the watchlist", min_value=1)

    def prepare(self) -> None:
        self.fields[
            "watchlist_cap"
        ].help_text = f"No more than the purpose needs; policy allows {settings.WATCHLIST_CAP:,}."

    def clean_watchlist_cap(self) -> int | None:
        cap: int | None = self.cleaned_data["watchlist_cap"]
        if cap is not None and cap > settings.WATCHLIST_CAP:
            raise forms.ValidationError(f"Policy allows at most {settings.WATCHLIST_CAP:,} people.")
        return cap


class RecognitionForm(StepForm):
    profile = forms.ChoiceField(
        label="Model profile",
        help_text="Detector and recognition model. Similarities of two profiles do not compare.",
    )
    threshold = Number(
        label="Face-match threshold",
        min_value=-0.99,
        max_value=0.999,
        widget=forms.NumberInput(attrs={"step": "0.001", "inputmode": "decimal"}),
        help_text="The similarity at which an alert is raised. Higher: fewer false alerts, and "
        "more of those sought are missed. It belongs to the profile; a change needs a new "
        "authority.",
    )

    def prepare(self) -> None:
        profile = self.fields["profile"]
        assert isinstance(profile, forms.ChoiceField)
        profile.choices = [(each.name, each.words) for each in recognition_profiles.installed()]

    def initial_of(self, deployment: Deployment | None) -> dict[str, Any]:
        """Until it is chosen: the site's profile at the threshold that was measured for it."""
        profile = (deployment and deployment.profile) or settings.RECOGNITION_PROFILE
        threshold = deployment.threshold if deployment else None
        if threshold is None:
            threshold = recognition_profiles.default_threshold(profile)
        return {"profile": profile, "threshold": threshold}


class WhyForm(StepForm):
    necessity = long_text("Why it is necessary", "And why less intrusive means would not do.")
    proportionality = long_text(
        "Why it is proportionate", "What is gained, against what everyone who passes by bears."
    )
    alternatives = long_text(
        "Alternatives considered", "What else was tried or thought of, and why it would not do."
    )
    community_impact = long_text(
        "Community impact", "Who lives, works, protests or worships there, and whom you asked."
    )


class PublicForm(StepForm):
    optional = frozenset({"withholding_proposed"})

    signs_plan = long_text(
        "Signs", "Where they will stand: at the zone and about 100 m out, seen before the cameras."
    )
    notice_plan = long_text("Notice", "How the public will be told beforehand, and when.")
    withholding_proposed = long_text(
        "Or: why the notice should be withheld",
        "In very exceptional circumstances only. The authorising officer decides, in writing; the "
        "deployment is still published afterwards.",
    )


class DocumentsForm(StepForm):
    dpia = DocumentChoice(
        label="Data protection impact assessment", queryset=PolicyDocument.objects.none()
    )
    appropriate_policy_document = DocumentChoice(
        label="Appropriate policy document", queryset=PolicyDocument.objects.none()
    )
    equality_assessment = DocumentChoice(
        label="Equality impact assessment", queryset=PolicyDocument.objects.none()
    )

    def prepare(self) -> None:
        """Only what is in force may be relied on; with the version, which never changes."""
        for name, kind in RELIED_ON.items():
            choice = self.fields[name]
            assert isinstance(choice, DocumentChoice)
            choice.queryset = policy_documents.in_force().filter(kind=kind)
            choice.empty_label = "Choose the version relied on"
            if not choice.queryset.exists():
                choice.help_text = "None is in force. An authorising officer publishes one first."

    def initial_of(self, deployment: Deployment | None) -> dict[str, Any]:
        there = policy_documents.relied_on()
        return {
            name: (deployment and getattr(deployment, f"{name}_id")) or there.get(name)
            for name in RELIED_ON
        }

    def values(self) -> dict[str, object]:
        return {
            f"{name}_id": document.pk if document else None
            for name, document in self.cleaned_data.items()
        }


FORMS: dict[str, type[StepForm]] = {
    "who": WhoForm,
    "where": WhereForm,
    "when": WhenForm,
    "cameras": CamerasForm,
    "watchlist": WatchlistForm,
    "recognition": RecognitionForm,
    "why": WhyForm,
    "public": PublicForm,
    "documents": DocumentsForm,
}
