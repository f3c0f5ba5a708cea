"""System checks of the machine: warnings before a deployment, as `manage.py check --deploy`."""

from typing import Any

from django.conf import settings
from django.core.checks import Warning as CheckWarning
from django.core.checks import register

from lfr_site import swap


@register(deploy=True)
def check_swap(**_: Any) -> list[CheckWarning]:
    places = swap.places_in_clear()
    if not places or settings.SWAP_ENCRYPTED:
        return []
    return [
        CheckWarning(
            f"Memory of this machine is swapped to {', '.join(places)}, which is not known to be "
            "encrypted: faces of passers-by could come to lie on a disk.",
            hint="Turn swap off (swapoff -a), encrypt it with a key made at boot, or set "
            "LFR_SWAP_ENCRYPTED=1 where it lies on an encrypted disk.",
            id="lfr_site.W001",
        )
    ]
