"""Addresses of people's own data; they belong to the namespace of the portal."""

from django.urls import path

from emporion.portal.interfaces.privacy import account, choices, erasures, pages

urlpatterns = [
    path("account/data/", account.own_account, name="own_account"),
    path("<slug:edition>/your-data/", pages.own_data, name="own_data"),
    path("<slug:edition>/your-data/file/", pages.take_along, name="take_along"),
    path("<slug:edition>/your-data/uses/", pages.say_use, name="say_use"),
    path("<slug:edition>/your-messages/", choices.choices, name="message_choices"),
    path("<slug:edition>/your-data/erasure/", pages.ask_erasure, name="ask_erasure"),
    path("<slug:edition>/organise/erasures/", erasures.erasures, name="erasures"),
    path(
        "<slug:edition>/organise/erasures/<slug:public_id>/",
        erasures.end_erasure,
        name="end_erasure",
    ),
]
