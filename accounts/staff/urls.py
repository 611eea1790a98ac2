from django.urls import path

from . import views

app_name = "staff"

urlpatterns = [
    path("staff/people/", views.people, name="people"),
    path("staff/people/<uuid:person>/", views.person, name="person"),
    path("staff/people/<uuid:person>/posts/", views.give, name="give"),
    path("staff/people/<uuid:person>/posts/<uuid:post>/", views.end, name="end"),
    path("staff/people/<uuid:person>/left/", views.leave, name="leave"),
    path("staff/people/<uuid:person>/activation/", views.activation, name="activation"),
    path("staff/people/<uuid:person>/second-factor/", views.second_factor, name="second_factor"),
    path("staff/people/<uuid:person>/second-factor/keep/", views.keep_second_factor, name="keep_second_factor"),
    path("staff/okays/", views.okays, name="okays"),
    path("staff/okays/<uuid:removal>/", views.okay, name="okay"),
]
