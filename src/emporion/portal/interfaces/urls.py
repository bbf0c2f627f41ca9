from django.urls import path

from emporion.portal.interfaces import (
    absent,
    delegation,
    directory,
    first,
    known,
    pages,
    people,
    posts,
    profile,
    team,
    who,
)
from emporion.portal.interfaces.desk.urls import urlpatterns as desk
from emporion.portal.interfaces.outside.urls import urlpatterns as outside
from emporion.portal.interfaces.privacy.urls import urlpatterns as privacy

app_name = "portal"
urlpatterns = [
    *desk,
    *outside,
    *privacy,
    path("", pages.home, name="home"),
    path("progress/", pages.progress, name="progress"),
    path("<slug:edition>/", pages.front, name="front"),
    path("<slug:edition>/search/", pages.search, name="search"),
    path("<slug:edition>/exhibitors/", directory.exhibitors, name="exhibitors"),
    path("<slug:edition>/pavilions/<str:letter>/", directory.pavilion, name="pavilion"),
    path("<slug:edition>/delegations/", directory.delegations, name="delegations"),
    path(
        "<slug:edition>/delegations/<slug:public_id>/",
        directory.delegation,
        name="public_delegation",
    ),
    path("<slug:edition>/exhibitors/<slug:public_id>/", pages.exhibitor, name="exhibitor"),
    path("<slug:edition>/who-to-meet/", who.who, name="who"),
    path("<slug:edition>/who-to-meet/why/", absent.why, name="why"),
    path("<slug:edition>/start/", first.start, name="start"),
    path("<slug:edition>/profile/", profile.profile, name="profile"),
    path("<slug:edition>/profile/about/", profile.about, name="profile_about"),
    path("<slug:edition>/profile/known/", known.known, name="known"),
    path("<slug:edition>/profile/suggestions/", known.suggestions, name="suggestions"),
    path("<slug:edition>/profile/proposed/<slug:side>/", known.proposed, name="proposed"),
    path("<slug:edition>/profile/hours/", profile.hours, name="profile_hours"),
    path("<slug:edition>/profile/<slug:side>/add/", profile.interest, name="add_interest"),
    path("<slug:edition>/profile/<slug:side>/<slug:key>/", profile.interest, name="interest"),
    path(
        "<slug:edition>/profile/<slug:side>/<slug:key>/remove/",
        profile.remove_interest,
        name="remove_interest",
    ),
    path("<slug:edition>/team/", team.team, name="team"),
    path("<slug:edition>/posts/", posts.posts, name="posts"),
    path("<slug:edition>/delegation/", delegation.delegation, name="delegation"),
    path("<slug:edition>/delegation/stop/", delegation.stop_acting, name="stop_acting"),
    path("<slug:edition>/delegation/<slug:public_id>/act/", delegation.act_for, name="act_for"),
    path("<slug:edition>/about-the-data/", pages.about_data, name="about_data"),
    path("<slug:edition>/two-people/", people.two_people, name="two_people"),
]
