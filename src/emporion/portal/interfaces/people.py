"""The day of two people: stand-in until the page lands."""
from django.http import HttpRequest, HttpResponse

from emporion.edition.queries import Edition


def two_people(request: HttpRequest, edition: Edition) -> HttpResponse:
    return HttpResponse()
