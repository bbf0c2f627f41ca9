from django.urls import path

from emporion.design.interfaces import pages

urlpatterns = [
    path("", pages.parts, name="parts"),
    path("appearance", pages.appearance, name="appearance"),
    path("sheet", pages.sheet, name="parts_sheet"),
]
