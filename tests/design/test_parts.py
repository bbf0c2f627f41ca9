"""Every part as it was approved; a changed drawing shows as a changed snapshot.

EMPORION_APPROVE=1 writes the snapshots anew; look at /_parts/ before it is committed.
"""

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from emporion.design.agenda import Between, Entry, Mending

SNAPSHOTS = Path(__file__).parent / "snapshots"


class Asked(forms.Form):
    company = forms.CharField(label="Company", help_text="As registered")
    pieces = forms.IntegerField(label="Pieces")
    agree = forms.BooleanField(label="I agree", required=False)


ENTRIES = [
    Entry(dt.time(11), dt.time(11, 30), "Aava <Oy>", href="/aava", with_line="with Elina",
          letter="F", number="214", pavilion="Smart Living", mark="confirmed",
          after=Between(8, 5, mending=Mending("Short.", "Free at 11:50.", "/move", "Move to 11:50",
                                              "/keep", "Keep 11:35", (("to", "11:50"),)))),
    Entry(dt.time(11, 35), dt.time(12, 5), "A talk", state="saved", letter="B", number="Stage",
          room=True, after=Between(text="free")),
]  # fmt: skip
DAYS = [{"date": dt.date(2023, 11, 24), "href": "?day=24", "current": True, "note": "today"}]

PARTS = {
    "sign": '{% sign "F" 40 %}',
    "sign_named": '{% sign "E" 24 "Digital Content" %}',
    "sign_unknown": '{% sign "Z" 24 %}',
    "sign_large": '{% sign_large "C" %}',
    "plate": '{% plate "F" "214" name="Smart Living" %}',
    "plate_room": '{% plate "A" "Hall 1" 40 room=True href="/hall" %}',
    "plate_without_letter": '{% plate "" "W-1044" %}',
    "plate_without_number": '{% plate "F" "" %}[{% plate "" "" %}]',
    "pavilion_entry": '{% pavilion_entry "A" "Comprehensive" "164 exhibitors" 2 "/a" %}',
    "minutes": "{% minutes 7 %}",
    "minutes_spare": "{% minutes 7 10 %}",
    "minutes_short": "{% minutes 8 5 %}",
    "minutes_long": "{% minutes 24 40 %}",
    "minutes_unknown": "[{% minutes None %}{% minutes missing %}]",
    "figure": '{% figure 826 "" "exhibitors" "Counted here" "recomputed_demo" "/proof" %}',
    "figure_quoted": '{% figure "2.51" "trillion" "trade" "Ministry" %}',
    "proof_key": "{% proof_key %}",
    "ruler": '{% ruler 99.81 361892 99.74 "release 8" "release 7" %}',
    "fit": "{% fit 8 7 62 %}",
    "chip": '{% chip "against" "a <b> contract" %}',
    "mark": "{% for kind in kinds %}{% mark kind %}{% endfor %}",
    "section_head": '{% section_head "Not granted" 374 "/all" "All" id="x" level=3 %}',
    "monogram": '{% monogram "Aava" %}{% monogram "灵境" 88 %}{% monogram "أمواج" %}{% monogram "" %}',
    "agenda": "{% agenda entries %}",
    "day_tabs": "{% day_tabs days %}",
    "job": '{% job "Matching" "running" "Step 3" share=0.62 %}{% job "Plan" "stopped" "No door" share=0.3 href="/a" link="Show" href2="/b" link2="again" %}{% job "Mail" "waiting" %}{% job "Import" "done" "409 taken" %}',
    "nothing": '{% nothing "No meetings" "They will stand here." "/who" "See who" %}',
    "problem": '{% problem "Not sent" "Nothing was changed." "/a" "One" "/b" "two" %}',
    "passing": '{% passing "Off your list." "/undo" "Undo" %}',
    "acting": '{% include "design/acting.html" with plain=True %}',
    "offline": '{% offline "As of 10:42." %}',
    "made_up": "{% made_up %}",
    "bar": '{% bar 0.5 "jade" %}{% bar 7 %}',
    "bars": "{% bars rows %}",
    "histogram": '{% histogram columns "Meetings per buyer" %}',
    "load_table": '{% load_table "Friday" hours load %}',
    "pager": '{% pager 2 5 "q=a" %}{% pager 1 1 %}',
    "fields": "{% form_errors form %}{% fields form %}",
    "search_field": '{% search_field value="<x>" placeholder="Exhibitor" %}',
    "breakable": '{{ "数字|贸易"|breakable }}',
}


def drawn(source: str, language: str = "en") -> str:
    form = Asked({"pieces": "many"})
    context = {
        "kinds": ["confirmed", "waits", "open", "held", "needs", "declined", "cancelled"],
        "entries": ENTRIES, "days": DAYS, "form": form, "hours": ["9", "10"],
        "acting": {"name": ("fi", "Aava <Oy>"), "body": "Finland", "stop_href": "/stop"},
        "load": [("A", (71, 97)), ("B", (None, 0))],
        "columns": [("1", 148), ("2", 1129)],
        "rows": [{"label": "Full", "sub": "all taken", "value": 1210, "share": 1, "href": "/r"},
                 {"letter": "A", "label": "Hall", "value": 3, "share": 0}],
    }  # fmt: skip
    with translation.override(language):
        html = Template("{% load parts words charts forms shell %}" + source).render(
            Context(context)
        )
    return re.sub(r">(?=<)", ">\n", re.sub(r"\s+", " ", html)).strip() + "\n"


@pytest.mark.parametrize("name", PARTS)
def test_part_is_as_approved(name):
    html = drawn(PARTS[name])
    approved = SNAPSHOTS / f"{name}.html"
    if os.environ.get("EMPORION_APPROVE"):
        approved.write_text(html, encoding="utf-8")
    assert html == approved.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PARTS)
def test_part_turns_into_arabic_without_losing_its_words(name):
    html = drawn(PARTS[name], "ar")
    assert "style=" not in html
    # A number left in Latin digits belongs to a code, a drawing or an attribute.
    if name == "figure":
        assert "٨٢٦" in html


@pytest.mark.parametrize("source", [
    "{% chip 'need' evil %}", "{% plate 'F' evil name=evil %}", "{% figure evil evil evil evil %}",
    "{% nothing evil evil evil evil %}", "{% problem evil evil evil evil %}", "{% passing evil %}",
    "{% section_head evil %}", "{% monogram evil %}", "{% search_field value=evil %}",
    "{% mark 'open' evil %}", "{{ evil|breakable }}", "{{ evil|num }}", "{% job evil 'running' evil %}",
    "{% sign 'F' 24 evil %}", "{% pager 1 2 evil %}",
])  # fmt: skip
def test_words_of_others_are_escaped_in_every_part(source):
    evil = "<script>\"'</script>"
    html = Template("{% load parts words charts forms shell %}" + source).render(
        Context({"evil": evil})
    )
    assert "<script>" not in html
    assert 'value="<' not in html


def test_no_snapshot_is_left_over():
    assert sorted(path.stem for path in SNAPSHOTS.glob("*.html")) == sorted(PARTS)


@pytest.mark.parametrize("source", [
    '{% sign "F" 25 %}', '{% plate "F" "1" 30 %}', '{% mark "maybe" %}', '{% job "x" "asleep" %}',
    '{% figure 1 rule="guessed" %}', '{% figure 1 size="huge" %}', '{% bar 1 "green" %}',
    '{% section_head "x" level=1 %}', "{% fit 11 0 %}",
])  # fmt: skip
def test_a_part_refuses_what_it_does_not_know(source):
    with pytest.raises(ValueError, match="is no|between"):
        drawn(source)


def test_a_part_refuses_arguments_it_does_not_have():
    with pytest.raises(TemplateSyntaxError):
        drawn('{% sign "F" colour="blue" %}')


def test_an_entry_in_no_known_state_is_refused():
    with pytest.raises(ValueError, match="is no state"):
        Entry(dt.time(9), dt.time(10), "x", state="maybe")
