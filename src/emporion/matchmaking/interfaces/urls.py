from django.urls import path

from emporion.matchmaking.interfaces import pages, running

app_name = "matchmaking"
urlpatterns = [
    path("<slug:edition>/wishes/<slug:public_id>/", pages.wish, name="wish"),
    path("<slug:edition>/organise/matching/", running.matching, name="runs"),
    path("<slug:edition>/organise/matching/live/", running.live, name="live"),
    path("<slug:edition>/organise/matching/stop/", running.stop, name="stop"),
    path("<slug:edition>/organise/matching/without/", running.without, name="without"),
]
