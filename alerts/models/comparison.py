"""What an operator compared, in the form that every judgement has: findings of a closed list for
and against, and a free text on each of the three subjects."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from alerts.enums import Factor


def _findings() -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=20, choices=Factor), default=list, blank=True)


class Comparison(models.Model):
    in_favour = _findings()
    against = _findings()
    subject_factors = models.CharField(max_length=300, blank=True)
    system_factors = models.CharField(max_length=300, blank=True)
    environment_factors = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def in_favour_words(self) -> list[str]:
        return [str(Factor(each).label) for each in self.in_favour]

    @property
    def against_words(self) -> list[str]:
        return [str(Factor(each).label) for each in self.against]


def of_closed_lists(name: str) -> list[models.CheckConstraint]:
    """No finding outside the list, and none that speaks both for and against."""
    return [
        models.CheckConstraint(
            condition=Q(in_favour__contained_by=Factor.values)
            & Q(against__contained_by=Factor.values),
            name=f"{name}_findings_of_the_list",
        ),
        models.CheckConstraint(
            condition=~Q(in_favour__overlap=F("against")),
            name=f"{name}_findings_do_not_contradict",
        ),
    ]
