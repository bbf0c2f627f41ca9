"""Addresses of messages that belong to no edition."""

from django.urls import path

from emporion.messaging.interfaces import stopping

app_name = "messaging"
urlpatterns = [path("messages/stop/<str:token>/", stopping.stop, name="stop")]
