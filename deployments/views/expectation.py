"""The false alerts to expect, asked for again as the threshold is changed on the page."""

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deployments.expectation_view import expected
from deployments.forms.numbers import Number
from deployments.views.access import visible_deployment


class Asked(forms.Form):
    profile = forms.CharField(max_length=40)
    threshold = Number(min_value=-0.99, max_value=0.999)


@login_required
@require_safe
@never_cache
def expected_alerts(request: HttpRequest, uuid: UUID) -> JsonResponse:
    deployment = visible_deployment(request, uuid)
    asked = Asked(request.GET)
    if not asked.is_valid():
        return JsonResponse({"error": "Write a threshold from −0.99 to 0.999."}, status=400)
    found = expected(deployment, **asked.cleaned_data)
    return JsonResponse(
        {
            "count": found.count,
            "low": found.low,
            "high": found.high,
            "is_measured": found.is_measured,
            "html": render_to_string("deployments/parts/expected.html", {"expected": found}),
        }
    )
