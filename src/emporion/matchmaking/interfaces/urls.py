from django.urls import path

from emporion.matchmaking.interfaces import pages

app_name = "matchmaking"
urlpatterns = [
    path("<slug:edition>/wishes/<slug:public_id>/", pages.wish, name="wish"),
]
