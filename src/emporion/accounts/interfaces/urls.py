from django.urls import path

from emporion.accounts.interfaces import (
    access,
    account_pages,
    code_pages,
    factor_pages,
    outside_pages,
    pages,
    passkey_pages,
)

app_name = "accounts"
urlpatterns = [
    path("signin/", pages.sign_in, name="signin"),
    path("signin/demonstration/", pages.enter_demonstration, name="enter_demonstration"),
    path("signin/code/", code_pages.ask, name="ask_code"),
    path("signin/code/enter/", code_pages.enter_code, name="enter_code"),
    path("signin/link/<str:token>/", code_pages.link, name="link"),
    path("signin/second/", factor_pages.second, name="second"),
    path("signin/passkey/", passkey_pages.sign_in, name="passkey"),
    path("signin/with/<slug:provider>/", outside_pages.leave, name="outside"),
    path("account/outside/<slug:provider>/connect/", outside_pages.connect, name="connect"),
    path("account/outside/disconnect/", outside_pages.disconnect, name="disconnect"),
    path("account/app/", factor_pages.app, name="app"),
    path("account/app/remove/", factor_pages.remove_app, name="remove_app"),
    path("account/recovery/", factor_pages.new_recovery, name="new_recovery"),
    path("account/passkeys/add/", passkey_pages.add, name="add_passkey"),
    path("account/passkeys/remove/", passkey_pages.remove, name="remove_passkey"),
    path("account/", account_pages.account, name="account"),
    path("account/password/", account_pages.password, name="password"),
    path("account/sessions/end/", account_pages.end_sessions, name="end_sessions"),
    path("signout/", pages.sign_out, name="signout"),
    path("access/", access.access, name="access"),
    path("access/<slug:public_id>/end/", access.end, name="end_access"),
]
