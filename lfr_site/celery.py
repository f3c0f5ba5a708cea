"""The Celery application of every process."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lfr_site.settings")

app = Celery("lfr")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# For every thread: views run in a pool of them.
app.set_default()
