"""The field for words of one line."""

from django import forms

from deployments.one_line import is_one_line


class OneLine(forms.CharField):
    default_validators = [is_one_line]
