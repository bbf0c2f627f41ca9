from django.urls import path

from emporion.accounts.interfaces import pages

app_name = "accounts"
urlpatterns = [
    path("signin/", pages.sign_in, name="signin"),
    path("signin/demonstration/", pages.enter_demonstration, name="enter_demonstration"),
    path("signout/", pages.sign_out, name="signout"),
]
