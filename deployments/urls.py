"""Addresses of the staff's pages. Deployments go by uuid; no name or reference stands in one."""

from django.urls import path, re_path

from deployments.views.application import apply, edit, review, step, submit
from deployments.views.authority import authority, authority_file
from deployments.views.briefing import briefing
from deployments.views.checks import check_cameras, checks
from deployments.views.decision import decide
from deployments.views.detail import detail, progress
from deployments.views.documents import document_list, draft, publish
from deployments.views.erasure import annex, erasure
from deployments.views.expectation import expected_alerts
from deployments.views.footage import footage, review_hold
from deployments.views.footage_video import footage_export, footage_player, footage_video
from deployments.views.ledger import ask as ask_the_ledger
from deployments.views.listing import deployment_list
from deployments.views.moves import explain_stop, make_move
from deployments.views.rules import lifecycle_rules
from deployments.views.signs import remove_sign, sign_list, sign_picture
from deployments.views.still import camera_still
from deployments.views.subject_access import open_request, subject_access
from deployments.views.subject_access_files import (
    subject_access_export,
    subject_access_file,
    subject_access_state,
)
from deployments.views.subject_access_request import subject_access_request
from deployments.views.urgent import review_urgent
from deployments.views.variations import variation, vary, withdraw_variation
from deployments.views.watchlist import add, entry, entry_image, entry_list, withdraw
from deployments.views.watchlist_import import (
    decide as decide_import,
)
from deployments.views.watchlist_import import (
    import_watchlist,
    refused_rows,
    report,
    state,
)
from deployments.views.watchlist_review import (
    approve_under_18,
    keep_both,
    review_watchlist,
    send_back,
    sought,
)

app_name = "deployments"
urlpatterns = [
    path("", deployment_list, name="list"),
    path("new/", apply, name="apply"),
    path("rules/", lifecycle_rules, name="rules"),
    path("erasure/", erasure, name="erasure"),
    path("erasure/annex/", annex, name="retention_annex"),
    path("documents/", document_list, name="documents"),
    path("documents/<int:pk>/", draft, name="document_draft"),
    path("documents/<int:pk>/publish/", publish, name="publish_document"),
    path("cameras/<int:pk>/still/", camera_still, name="camera_still"),
    path("<uuid:uuid>/", detail, name="detail"),
    path("<uuid:uuid>/edit/", edit, name="edit"),
    path("<uuid:uuid>/apply/review/", review, name="review"),
    path("<uuid:uuid>/apply/expected/", expected_alerts, name="expected"),
    path("<uuid:uuid>/apply/<slug:name>/", step, name="step"),
    path("<uuid:uuid>/submit/", submit, name="submit"),
    path("<uuid:uuid>/decide/", decide, name="decide"),
    path("<uuid:uuid>/authority/<int:pk>/", authority, name="authority"),
    path("<uuid:uuid>/authority/<int:pk>/<str:form>/", authority_file, name="authority_file"),
    path("<uuid:uuid>/briefing/", briefing, name="briefing"),
    path("<uuid:uuid>/move/<slug:name>/", make_move, name="move"),
    path("<uuid:uuid>/urgent-review/", review_urgent, name="review_urgent"),
    path("<uuid:uuid>/vary/", vary, name="vary"),
    path("<uuid:uuid>/variation/<int:pk>/", variation, name="variation"),
    path("<uuid:uuid>/variation/<int:pk>/withdraw/", withdraw_variation, name="withdraw_variation"),
    path("<uuid:uuid>/explain-stop/", explain_stop, name="explain_stop"),
    path("<uuid:uuid>/progress/", progress, name="progress"),
    path("<uuid:uuid>/checks/", checks, name="checks"),
    path("<uuid:uuid>/cameras/check/", check_cameras, name="check_cameras"),
    path("<uuid:uuid>/signs/", sign_list, name="signs"),
    path("<uuid:uuid>/signs/<int:pk>/picture/", sign_picture, name="sign_picture"),
    path("<uuid:uuid>/signs/<int:pk>/remove/", remove_sign, name="remove_sign"),
    path("<uuid:uuid>/footage/", footage, name="footage"),
    path("<uuid:uuid>/footage/play/", footage_player, name="footage_player"),
    path("<uuid:uuid>/footage/play/<uuid:segment>/", footage_video, name="footage_video"),
    path("<uuid:uuid>/footage/holds/<int:pk>/", review_hold, name="review_hold"),
    path("<uuid:uuid>/footage/disclosures/<int:pk>.zip", footage_export, name="footage_export"),
    path("subject-access/", subject_access, name="subject_access"),
    path("<uuid:uuid>/subject-access/open/", open_request, name="open_subject_access"),
    path(
        "<uuid:uuid>/subject-access/<int:pk>/",
        subject_access_request,
        name="subject_access_request",
    ),
    path(
        "<uuid:uuid>/subject-access/<int:pk>/state/",
        subject_access_state,
        name="subject_access_state",
    ),
    path(
        "<uuid:uuid>/subject-access/<int:pk>/files/<uuid:file>/",
        subject_access_file,
        name="subject_access_file",
    ),
    path(
        "<uuid:uuid>/subject-access/<int:pk>/export.zip",
        subject_access_export,
        name="subject_access_export",
    ),
    path("ledger/", ask_the_ledger, name="ledger"),
    path("<uuid:uuid>/watchlist/", entry_list, name="watchlist"),
    path("<uuid:uuid>/watchlist/add/", add, name="add_entry"),
    path("<uuid:uuid>/watchlist/import/", import_watchlist, name="import"),
    path("<uuid:uuid>/watchlist/import/<int:pk>/", report, name="import_report"),
    path("<uuid:uuid>/watchlist/import/<int:pk>/state/", state, name="import_state"),
    path("<uuid:uuid>/watchlist/import/<int:pk>/refused.csv", refused_rows, name="import_refused"),
    re_path(
        r"^(?P<uuid>[0-9a-f-]{36})/watchlist/import/(?P<pk>\d+)/(?P<name>confirm|discard|forget)/$",
        decide_import,
        name="import_decide",
    ),
    path("<uuid:uuid>/watchlist/<int:pk>/", entry, name="entry"),
    path("<uuid:uuid>/watchlist/<int:pk>/image/", entry_image, name="entry_image"),
    path("<uuid:uuid>/watchlist/<int:pk>/withdraw/", withdraw, name="withdraw"),
    path("<uuid:uuid>/watchlist/review/", review_watchlist, name="review_watchlist"),
    path("<uuid:uuid>/watchlist/sought/", sought, name="sought"),
    path("<uuid:uuid>/watchlist/<int:pk>/sought/", sought, name="entry_sought"),
    path("<uuid:uuid>/watchlist/<int:pk>/send-back/", send_back, name="send_back"),
    path("<uuid:uuid>/watchlist/<int:pk>/approve/", approve_under_18, name="approve_under_18"),
    path("<uuid:uuid>/watchlist/<int:pk>/keep-both/<int:pair>/", keep_both, name="keep_both"),
]
