"""The addresses of design alone: its pages need no other capability."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = i18n_patterns(path("_parts/", include("emporion.design.interfaces.urls")))
