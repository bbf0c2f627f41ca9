"""Addresses that carriers call; they have no language."""

from django.urls import path

from emporion.messaging.interfaces import callbacks, wechat_callback

app_name = "carriers"
urlpatterns = [
    path("sms/", callbacks.sms, name="sms"),
    path("mail/", callbacks.mail, name="mail"),
    path("whatsapp/", callbacks.whatsapp, name="whatsapp"),
    path("wechat/", wechat_callback.wechat, name="wechat"),
]
