from django.urls import path

from emporion.meetings.interfaces import (
    audit,
    day,
    desk,
    links,
    notices,
    personal,
    pins,
    releases,
    requests,
    sheets,
    standing,
    told,
    walking,
)

app_name = "meetings"
urlpatterns = [
    path("<slug:edition>/ask/<slug:public_id>/", requests.ask, name="ask"),
    path("<slug:edition>/requests/", requests.requests, name="requests"),
    path("<slug:edition>/requests/<slug:public_id>/answer/", requests.answer, name="answer"),
    path("<slug:edition>/requests/rule/", standing.standing, name="standing"),
    path("<slug:edition>/requests/rule/stop/", standing.stop, name="stop_standing"),
    path("<slug:edition>/notices/", notices.notices, name="notices"),
    path("<slug:edition>/notices/read/", notices.read, name="notices_read"),
    path("<slug:edition>/my-link/", links.link, name="link"),
    path("<slug:edition>/my-link/make/", links.make, name="make_link"),
    path("<slug:edition>/my-link/stop/", links.revoke, name="revoke_link"),
    path("<slug:edition>/personal/", personal.personal, name="personal"),
    path("<slug:edition>/personal/<slug:public_id>/", personal.answer, name="personal_answer"),
    path("<slug:edition>/day/", day.day, name="day"),
    path("<slug:edition>/day/print/", day.day_print, name="day_print"),
    path("<slug:edition>/day/sheet.pdf", sheets.day_pdf, name="day_pdf"),
    path("<slug:edition>/day.ics", day.day_ics, name="day_ics"),
    path("<slug:edition>/organise/releases/", releases.releases, name="releases"),
    path("<slug:edition>/organise/releases/<int:number>/", releases.release, name="release"),
    path(
        "<slug:edition>/organise/releases/<int:number>/publish/", releases.publish, name="publish"
    ),
    path("<slug:edition>/organise/releases/<int:number>/changes/", releases.changes, name="diff"),
    path(
        "<slug:edition>/organise/releases/<int:number>/refusals/",
        releases.refusals,
        name="refusals",
    ),
    path(
        "<slug:edition>/organise/releases/<int:number>/unserved/",
        releases.unserved,
        name="unserved",
    ),
    path("<slug:edition>/organise/releases/<int:number>/told/", told.told, name="told"),
    path("<slug:edition>/organise/desk/", desk.desk, name="desk"),
    path("<slug:edition>/organise/desk/<slug:public_id>/live/", desk.live, name="desk_live"),
    path("<slug:edition>/organise/desk/<slug:public_id>/stop/", desk.stop, name="desk_stop"),
    path("<slug:edition>/organise/desk/<slug:public_id>/keep/", desk.keep, name="desk_keep"),
    path("<slug:edition>/organise/desk/<slug:public_id>/remove/", desk.remove, name="desk_remove"),
    path("<slug:edition>/organise/audit/of/<slug:public_id>/", audit.audit_of, name="audit_of"),
    path("<slug:edition>/organise/audit/<slug:public_id>/", audit.audit, name="audit"),
    path("<slug:edition>/organise/audit/<slug:public_id>/pin/", pins.pin, name="pin"),
    path("<slug:edition>/organise/audit/<slug:public_id>/unpin/", pins.unpin, name="unpin"),
    path("<slug:edition>/organise/walking/", walking.walking, name="walking"),
]
