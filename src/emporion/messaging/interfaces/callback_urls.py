"""Addresses that carriers call; they have no language."""

from django.urls import path

from emporion.messaging.interfaces import callbacks, wechat_callback

urlpatterns = [
    path("sms/", callbacks.sms, name="carrier_sms"),
    path("mail/", callbacks.mail, name="carrier_mail"),
    path("whatsapp/", callbacks.whatsapp, name="carrier_whatsapp"),
    path("wechat/", wechat_callback.wechat, name="carrier_wechat"),
]
