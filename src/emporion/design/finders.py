"""Serves the one stylesheet that is put together from its parts."""

from django.contrib.staticfiles.finders import BaseFinder


class StylesheetFinder(BaseFinder):
    """Stand-in until the design lands."""

    def check(self, **kwargs):
        return []

    def find(self, path, find_all=False, **kwargs):
        return []

    def list(self, ignore_patterns):
        return iter(())
