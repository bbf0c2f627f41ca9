from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "emporion.design"
    label = "design"
