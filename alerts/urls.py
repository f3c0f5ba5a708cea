from django.urls import path, re_path
from django.urls.resolvers import URLPattern

from alerts.views import after, consultations, decisions, handheld, pages, supervision

app_name = "alerts"
urlpatterns: list[URLPattern] = [
    path("supervision/", supervision.supervision, name="supervision"),
    path("console/<uuid:uuid>/", pages.console, name="console"),
    path("handheld/shell/", handheld.shell, name="handheld_shell"),
    path("handheld/worker.js", handheld.worker, name="handheld_worker"),
    path("handheld/<uuid:uuid>/", handheld.page, name="handheld"),
    path("handheld/<uuid:uuid>/manifest.webmanifest", handheld.manifest, name="manifest"),
    path("timeline/<uuid:uuid>/", after.page, name="timeline"),
    path("timeline/<uuid:uuid>/timeline.csv", after.sheet, name="timeline_csv"),
    path("<uuid:uuid>/", consultations.detail, name="detail"),
    path("<uuid:uuid>/claim/", decisions.claim, name="claim"),
    path("<uuid:uuid>/release/", decisions.release, name="release"),
    path("<uuid:uuid>/look/", decisions.look, name="look"),
    path("<uuid:uuid>/draft/", decisions.draft, name="draft"),
    path("<uuid:uuid>/ask-second/", decisions.ask_second, name="ask_second"),
    path("<uuid:uuid>/answer-second/", decisions.answer_second, name="answer_second"),
    path("<uuid:uuid>/take-back-second/", decisions.take_back_second, name="take_back_second"),
    path("<uuid:uuid>/undo/", decisions.undo, name="undo"),
    path("<uuid:uuid>/dismiss/", decisions.dismiss, name="dismiss"),
    path("<uuid:uuid>/confirm/", decisions.confirm, name="confirm"),
    path("<uuid:uuid>/dispatch/", decisions.dispatch, name="dispatch"),
    path("<uuid:uuid>/not-sought/", decisions.not_sought, name="not_sought"),
    path("<uuid:uuid>/acknowledge/", decisions.acknowledge, name="acknowledge"),
    path("<uuid:uuid>/assess/", decisions.assess, name="assess"),
    path("<uuid:uuid>/engage/", decisions.engage, name="engage"),
    path("<uuid:uuid>/not-located/", decisions.not_located, name="not_located"),
    path("<uuid:uuid>/resolve/", decisions.resolve, name="resolve"),
    path("<uuid:uuid>/image/other/<int:rank>/", consultations.other_image, name="other_image"),
    re_path(
        r"^(?P<uuid>[0-9a-f-]{36})/image/(?P<which>probe|candidate|context)/$",
        consultations.image,
        name="image",
    ),
]
