"""The table of contents of the site. Slices are named by string.

What people read stands under `/` in English and `/es/` in Spanish; what programs read has one address.
"""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from portal.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/", include("directory.search.api_urls")),
]

urlpatterns += i18n_patterns(
    path("", include("portal.home.urls")),
    path("", include("directory.search.urls")),
    path("", include("accounts.session_limits.urls")),
    path("", include("accounts.password.urls")),
    path("", include("accounts.email_change.urls")),
    path("", include("accounts.sign_in.urls")),
    path("", include("accounts.registration.urls")),
    path("", include("accounts.letters.urls")),
    path("", include("accounts.staff.urls")),
    path("", include("portal.members.urls")),
    path("", include("portal.member_relations.urls")),
    prefix_default_language=False,
)

# They show mails and codes of the fictional: nothing that a copy of a real site may show.
if settings.DEPLOYMENT in ("demo", "test"):
    urlpatterns += i18n_patterns(path("", include("portal.demo.urls")), prefix_default_language=False)

handler400 = "portal.config.views.unreadable"
handler403 = "portal.config.views.refused"
handler404 = "portal.config.views.not_found"
handler500 = "portal.config.views.failed"
