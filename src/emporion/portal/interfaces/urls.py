from django.urls import path

from emporion.portal.interfaces import pages, people, who
from emporion.portal.interfaces.desk.urls import urlpatterns as desk

app_name = "portal"
urlpatterns = [
    *desk,
    path("", pages.home, name="home"),
    path("progress/", pages.progress, name="progress"),
    path("<slug:edition>/", pages.front, name="front"),
    path("<slug:edition>/search/", pages.search, name="search"),
    path("<slug:edition>/exhibitors/<slug:public_id>/", pages.exhibitor, name="exhibitor"),
    path("<slug:edition>/who-to-meet/", who.who, name="who"),
    path("<slug:edition>/about-the-data/", pages.about_data, name="about_data"),
    path("<slug:edition>/two-people/", people.two_people, name="two_people"),
]
