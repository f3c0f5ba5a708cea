from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from lfr_site.metrics import metrics
from lfr_site.views import SignIn, home, inactive

urlpatterns = [
    path("", include("deployments.urls_public")),
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-in/", SignIn.as_view(), name="account_login"),
    path("sign-in/inactive/", inactive, name="account_inactive"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("second-factor/", include("lfr_site.urls_second_factor")),
    path("home/", home, name="home"),
    path("deployments/", include("deployments.urls")),
    path("alerts/", include("alerts.urls")),
    path("cameras/", include("recognition.urls")),
    path("admin/", admin.site.urls),
    path("metrics", metrics, name="metrics"),
]
