from django.urls import path

from . import views

app_name = "member_relations"

CALL = "staff/member-relations/calls/<uuid:call>/"

urlpatterns = [
    path("staff/member-relations/", views.find, name="find"),
    path("staff/member-relations/calls/", views.begin, name="begin"),
    path(CALL, views.show, name="call"),
    path(CALL + "end/", views.end, name="end"),
    path(CALL + "username/", views.username, name="username"),
    path(CALL + "code/", views.channel, name="channel"),
    path(CALL + "email/", views.email, name="email"),
    path(CALL + "second-factor/", views.second_factor, name="second_factor"),
    path(CALL + "stop/", views.stop, name="stop"),
    path(CALL + "guesses/", views.guesses, name="guesses"),
    path(CALL + "activation/", views.activation, name="activation"),
    path(CALL + "correct/<slug:fact>/", views.correct, name="correct"),
]
