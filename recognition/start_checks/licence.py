"""Weights that came for research are not used on the street without a licence."""

from django.conf import settings

from deployments.models import Deployment
from deployments.start_checks import Check
from recognition.profiles import load_profile


def licence_check(deployment: Deployment) -> Check:
    name = "Licence of the model"
    profile = load_profile(deployment.profile)
    licences = f"{profile.detector.licence}; {profile.embedder.licence}"
    if not profile.needs_licence:
        return Check(name, True, f"{profile.title}: {licences}. Live use is allowed.")
    if reference := settings.MODEL_LICENCES.get(profile.name):
        return Check(name, True, f"{profile.title}: the force holds a licence, “{reference}”.")
    return Check(
        name,
        False,
        f"{profile.title} may not be used live as it comes: {profile.live_use_note}",
        f"Obtain a licence and have the system administrator record it "
        f"(LFR_MODEL_LICENCES={profile.name}=its reference), or apply with another profile.",
    )
