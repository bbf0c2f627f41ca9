from django.urls import path

from emporion.accounts.interfaces import access, code_pages, pages

app_name = "accounts"
urlpatterns = [
    path("signin/", pages.sign_in, name="signin"),
    path("signin/demonstration/", pages.enter_demonstration, name="enter_demonstration"),
    path("signin/code/", code_pages.ask, name="ask_code"),
    path("signin/code/enter/", code_pages.enter, name="enter_code"),
    path("signin/link/<str:token>/", code_pages.link, name="link"),
    path("signout/", pages.sign_out, name="signout"),
    path("access/", access.access, name="access"),
    path("access/<slug:public_id>/end/", access.end, name="end_access"),
]
