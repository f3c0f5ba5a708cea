"""The authorising officer's decision."""

from django import forms

DECISIONS = (
    ("authorise", "Authorise"),
    ("return", "Return to the applicant, to be changed"),
    ("refuse", "Refuse"),
)
# Returning and refusing are for the officers who decide the ordinary way.
URGENT_DECISIONS = (("authorise_urgently", "Authorise on the urgent route"),)


class DecisionForm(forms.Form):
    use_required_attribute = False

    decision = forms.ChoiceField(
        label="Your decision",
        choices=DECISIONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you decide."},
    )
    reasons = forms.CharField(
        label="Reasons",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Necessity, proportionality and alternatives, in your own words. They are kept "
        "with the authority.",
        error_messages={"required": "A decision needs its reasons."},
    )
    conditions = forms.CharField(
        label="Conditions",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What the authority depends on, such as hours, places or numbers. They are part "
        "of the written authority.",
    )
    withhold_notice_reason = forms.CharField(
        label="Withhold the public notice, because",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In very exceptional circumstances only. The deployment is still published "
        "afterwards, with the fact that its notice was withheld.",
    )

    def __init__(self, data: object = None, *, is_urgent: bool = False) -> None:
        super().__init__(data, label_suffix="")  # type: ignore[arg-type]
        if is_urgent:
            decision = self.fields["decision"]
            assert isinstance(decision, forms.ChoiceField)
            decision.choices = URGENT_DECISIONS
            del self.fields["withhold_notice_reason"]
