"""Addresses of the organiser's desk; they belong to the namespace of the portal."""

from django.urls import path

from emporion.portal.interfaces.desk import (
    at_work,
    exports,
    imports,
    journal,
    officers,
    overview,
    participants,
    people,
    seeing,
    setup,
    staff,
    undoing,
)

urlpatterns = [
    path("<slug:edition>/organise/overview/", overview.overview, name="overview"),
    path("<slug:edition>/organise/unanswered/", overview.unanswered, name="unanswered"),
    path("<slug:edition>/organise/", setup.setup, name="setup"),
    path("<slug:edition>/organise/basics/", setup.basics, name="setup_basics"),
    path("<slug:edition>/organise/pavilions/", setup.pavilions, name="setup_pavilions"),
    path("<slug:edition>/organise/pavilions/<str:letter>/", setup.pavilion, name="setup_pavilion"),
    path("<slug:edition>/organise/slots/", setup.slots, name="setup_slots"),
    path("<slug:edition>/organise/new-edition/", setup.new_edition, name="new_edition"),
    path("<slug:edition>/organise/import/", imports.imports, name="imports"),
    path("<slug:edition>/organise/import/<slug:public_id>/", imports.one_list, name="list"),
    path("<slug:edition>/organise/import/<slug:public_id>/live/", at_work.live, name="list_live"),
    path("<slug:edition>/organise/imports/<slug:public_id>/", undoing.one_batch, name="batch"),
    path("<slug:edition>/organise/export/", exports.exports, name="exports"),
    path("<slug:edition>/organise/export/<slug:subject>/", exports.export, name="export"),
    path("<slug:edition>/organise/participants/", participants.participants, name="participants"),
    path("<slug:edition>/organise/participants/act/", participants.act, name="participants_act"),
    path("<slug:edition>/organise/participants/views/", participants.views, name="views"),
    path("<slug:edition>/organise/people/", people.find_people, name="find_people"),
    path("<slug:edition>/organise/staff/", staff.staff, name="staff"),
    path("<slug:edition>/organise/officers/", officers.officers, name="officers"),
    path("<slug:edition>/organise/see/<slug:public_id>/", seeing.see, name="see"),
    path("<slug:edition>/seeing/stop/", seeing.stop_seeing, name="stop_seeing"),
    path("<slug:edition>/organise/journal/", journal.journal, name="journal"),
]
