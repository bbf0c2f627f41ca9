"""The page of parts, the shell round it, and the choice of light or dark."""

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from emporion.design import formats
from emporion.design.appearance import DigitsMiddleware
from emporion.design.interfaces import pages
from emporion.design.templatetags.shell import language_links

pytestmark = pytest.mark.urls("tests.design.urls")
LANGUAGES = ["en", "zh-hans", "ar"]


def opened(view, path: str, **cookies: str):
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies)
    with translation.override(path.split("/")[1]):
        return view(request)


def shown(language: str, query: str = "", **cookies: str) -> BeautifulSoup:
    """The page of parts without the database: its shell then has no edition."""
    request = RequestFactory().get(f"/{language}/_parts/{query}")
    request.COOKIES.update(cookies)
    from emporion.design.appearance import chosen_theme
    from emporion.design.interfaces.showcase import showcase

    with translation.override(language):
        context = showcase(chosen_theme(request) or "light") | {
            "request": request,
            "edition": {
                "name": "Fair",
                "line": "23–27 Nov",
                "href": "/e",
                "is_demonstration": True,
            },
            "navigation": [{"key": "find", "label": "Find", "href": "/find"}],
            "bottom_bar": [{"key": "find", "label": "Find", "href": "/find"}],
            "nav_current": "find",
            "account": {"name": "Sita", "href": "/me", "out_href": "/out"},
        }
        return BeautifulSoup(render_to_string("design/show.html", context), "html.parser")


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("zh-hans", "ltr"), ("ar", "rtl")]
)
def test_page_says_its_language_and_direction(language, direction):
    html = shown(language).html
    assert (html["lang"], html["dir"]) == (language, direction)


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_unique_and_references_find_their_target(language):
    page = shown(language)
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for attribute in ("aria-labelledby", "aria-describedby", "for"):
        for tag in page.find_all(attrs={attribute: True}):
            assert set(tag[attribute].split()) <= set(ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_leave_no_step_out(language):
    levels = [int(tag.name[1]) for tag in shown(language).find_all(["h1", "h2", "h3", "h4"])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))


def test_every_control_has_a_name():
    page = shown("en")
    for control in page.find_all(["a", "button", "summary"]):
        assert control.get_text(strip=True) or control.get("aria-label"), control
    for control in page.find_all("input", type=lambda kind: kind != "hidden"):
        assert (
            control.get("aria-label")
            or page.find("label", attrs={"for": control["id"]})
            or (control.find_parent("label"))
        )


def test_current_item_is_marked_in_head_and_bottom_bar():
    current = shown("en").select('[aria-current="page"][href="/find"]')
    assert [tag.find_parent("nav")["class"] for tag in current if tag.find_parent("nav").get("class")] == [
        ["head-navigation"], ["bottom-bar"],
    ]  # fmt: skip


def test_theme_of_the_address_wins_over_the_kept_one():
    assert "data-theme" not in shown("en").html.attrs
    assert shown("en", theme="dark").html["data-theme"] == "dark"
    assert shown("en", "?theme=light", theme="dark").html["data-theme"] == "light"
    assert "data-theme" not in shown("en", "?theme=<script>", theme="x").html.attrs


def test_chosen_theme_is_kept_and_the_reader_goes_back():
    response = opened(pages.appearance, "/en/_parts/appearance?theme=dark&next=/en/model/%3Fq%3Dvr")
    assert (response.status_code, response.url) == (302, "/en/model/?q=vr")
    assert response.cookies["theme"].value == "dark"


def test_as_the_device_forgets_the_choice():
    response = opened(
        pages.appearance, "/en/_parts/appearance?theme=device&next=/en/", theme="dark"
    )
    assert response.cookies["theme"]["max-age"] == 0


def test_latin_digits_are_kept_and_given_back():
    kept = opened(pages.appearance, "/ar/_parts/appearance?digits=latin&next=/ar/")
    own = opened(pages.appearance, "/ar/_parts/appearance?digits=own&next=/ar/")
    assert (kept.cookies["digits"].value, own.cookies["digits"]["max-age"]) == ("latin", 0)
    assert "theme" not in kept.cookies


@pytest.mark.parametrize(("cookie", "said"), [("latin", "1,240.5 %"), ("other", "١٬٢٤٠٫٥٪")])
def test_digits_follow_the_choice_for_one_request_only(cookie, said):
    request = RequestFactory().get("/ar/")
    request.COOKIES["digits"] = cookie
    seen = []
    with translation.override("ar"):
        DigitsMiddleware(lambda _: seen.append(formats.percent(1240.5)))(request)
        assert seen == [said.replace(" ", "")]
        assert formats.number(1) == "١"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""]
)
def test_nobody_is_sent_to_another_site(elsewhere):
    response = opened(pages.appearance, f"/en/_parts/appearance?theme=dark&next={elsewhere}")
    assert response.url == "/"


def test_languages_keep_path_and_query():
    request = RequestFactory().get("/en/model/search?q=vr&page=2")
    with translation.override("en"):
        links = language_links({"request": request})["languages"]
    assert [(link["href"], link["current"]) for link in links] == [
        ("/en/model/search?q=vr&page=2", True),
        ("/zh-hans/model/search?q=vr&page=2", False),
        ("/ar/model/search?q=vr&page=2", False),
    ]


def test_languages_without_a_request_lead_to_the_front():
    with translation.override("ar"):
        links = language_links({})["languages"]
    assert [link["href"] for link in links] == ["/en/", "/zh-hans/", "/ar/"]


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "411", "413", "500"])
def test_pages_of_errors_need_neither_request_nor_database(name):
    page = BeautifulSoup(render_to_string(f"{name}.html"), "html.parser")
    assert len(page.find_all("h1")) == 1
    assert "Nothing was changed" in page.get_text() or name == "500"


def test_demonstration_says_so_first():
    body = shown("en").body
    assert body.find(["aside", "header"]).name == "aside"
    assert "made up" in body.aside.get_text()


def test_sheet_carries_the_tag_of_made_up_data():
    html = render_to_string(
        "design/print.html", {"edition": {"name": "Fair", "is_demonstration": True}}
    )
    assert "made up" in BeautifulSoup(html, "html.parser").main.get_text()


def test_choice_of_look_is_kept_under_a_name_that_no_other_host_sets(settings):
    settings.THEME_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-theme", True
    assert shown("en", **{"__Host-theme": "dark"}).html["data-theme"] == "dark"
    assert "data-theme" not in shown("en", theme="dark").html.attrs
    kept, gone = (
        opened(pages.appearance, f"/en/_parts/appearance?theme={choice}&next=/en/")
        for choice in ("dark", "device")
    )
    for response, age in ((kept, 31_536_000), (gone, 0)):
        cookie = response.cookies["__Host-theme"]
        assert (cookie["max-age"], cookie["secure"], cookie["path"]) == (age, True, "/")
        assert cookie["domain"] == ""
    # The script, which changes it without loading the page again, is told the name.
    assert shown("en").find(attrs={"data-theme-cookie": "__Host-theme"}) is not None
