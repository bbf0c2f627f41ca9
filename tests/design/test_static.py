"""Hashed names: every address in what is served leads to a file."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from emporion.design.finders import OF_PACKAGES


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Path:
    from django.test import override_settings

    root = tmp_path_factory.mktemp("static")
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "emporion.design.storage.ManifestStorage"},
    }
    with override_settings(STATIC_ROOT=root, STORAGES=storages):
        call_command("collectstatic", interactive=False, stdout=StringIO())
    return root


def test_every_name_of_the_manifest_is_a_file(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert [served for served in names.values() if not (collected / served).exists()] == []
    assert {"emporion/emporion.css", "emporion/js/emporion.js", "emporion/mark.svg"} <= set(names)


def test_of_packages_only_what_a_page_names_is_served(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert {name for name in names if not name.startswith("emporion/")} == OF_PACKAGES
    kept = json.dumps([str(path.relative_to(collected)) for path in collected.rglob("*")])
    assert "redoc" not in kept and ".map" not in kept


def test_our_modules_import_hashed_names_that_exist(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    imported = 0
    for name, served in names.items():
        if not re.fullmatch(r"emporion/.*\.js", name):
            continue
        text = (collected / served).read_text()
        for target in re.findall(r"""from\s+["'](\./[^"']+)["']""", text):
            assert re.search(r"\.[0-9a-f]{12}\.js$", target), (name, target)
            assert (collected / served).parent.joinpath(target).exists(), (name, target)
            imported += 1
    assert imported >= 4


def test_the_combined_stylesheet_is_served_compressed(collected):
    name = json.loads((collected / "staticfiles.json").read_text())["paths"][
        "emporion/emporion.css"
    ]
    assert (collected / f"{name}.gz").exists()
    assert ":root" in (collected / name).read_text()
