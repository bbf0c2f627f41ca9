"""Addresses of what leaves the house; they belong to the namespace of the portal."""

from django.urls import path

from emporion.portal.interfaces.outside import given_up, messages, webhooks

urlpatterns = [
    path("<slug:edition>/organise/webhooks/", webhooks.webhooks, name="webhooks"),
    path("<slug:edition>/organise/webhooks/<slug:public_id>/", webhooks.webhook, name="webhook"),
    path(
        "<slug:edition>/organise/webhooks/<slug:public_id>/act/",
        webhooks.act,
        name="webhook_act",
    ),
    path("<slug:edition>/organise/messages/", messages.sent, name="messages"),
    path("<slug:edition>/organise/given-up/", given_up.given_up, name="given_up"),
    path("<slug:edition>/organise/given-up/act/", given_up.act, name="given_up_act"),
]
