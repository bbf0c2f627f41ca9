"""`emporion match` on files."""

import json
import os
import subprocess
import sys

import pytest

from emporion.engines import matching
from emporion.engines.matching.command import main
from tests.engines.matching.markets import made_up


def written(market, path):
    """Write a market as an instance file."""

    def person(one):
        known = {
            "id": one.id,
            "capacity": one.capacity,
            "offers": list(one.offers),
            "needs": list(one.needs),
            "texts": dict(one.texts),
            "markets": list(one.markets),
            "languages": list(one.languages),
        }
        if one.country:
            known["country"] = one.country
        return known | ({"size": one.size} if one.size else {})

    path.write_text(
        json.dumps(
            {
                "format": "emporion-match-instance/1",
                "taxonomy": [
                    {"code": c.code, "parent": c.parent or None, "labels": dict(c.labels)}
                    for c in market.taxonomy
                ],
                "exhibitors": [person(one) for one in market.exhibitors],
                "buyers": [person(one) for one in market.buyers],
                "signals": [
                    {"from": s.sender, "to": s.receiver, "kind": s.kind, "value": s.value}
                    for s in market.signals
                ],
                "exclusions": [list(pair) for pair in market.exclusions],
                "list_length": {
                    "buyer": market.buyer_list_length,
                    "exhibitor": market.exhibitor_list_length,
                },
            },
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    return path


def test_the_lists_file_holds_what_the_engine_found(tmp_path, capsys):
    instance = written(made_up(1), tmp_path / "instance.json")
    lists = tmp_path / "lists.json"
    assert main([str(instance), "-o", str(lists), "--seed", "3"]) == 0
    assert "12 exhibitors, 40 buyers" in capsys.readouterr().out
    data = json.loads(lists.read_text(encoding="utf-8"))
    assert list(data) == ["format", "lists", "market", "seconds", "seed"]
    assert data["format"] == "emporion-match-lists/1"
    assert data["seed"] == 3
    assert sorted(data["market"]) == [
        "expected_matches",
        "exposure_gini_per_slot",
        "over_capacity_share",
        "unseen_exhibitors",
        "x-fewest-missing",
        "x-floor",
        "x-short-of-floor",
    ]
    result = matching.match(matching.read_market(instance), seed=3)
    assert (data["market"]["x-floor"], data["market"]["x-short-of-floor"]) == (result.floor, {})
    for side in (result.buyers, result.exhibitors):
        for owner, entries in side:
            for entry, line in zip(entries, data["lists"].pop(owner), strict=True):
                assert list(line) == ["id", "rank", "score", "p", "q", "reasons"]
                assert (line["id"], line["rank"]) == (entry.id, entry.rank)
                assert line["p"] == pytest.approx(entry.p, abs=1e-5)
                assert line["score"] == pytest.approx(entry.score, rel=1e-6)
                assert [(r["code"], r["detail"]) for r in line["reasons"]] == entry.reasons
    assert data["lists"] == {}


def test_the_same_input_gives_the_same_bytes_in_another_process(tmp_path):
    instance = written(made_up(2, exhibitors=30, buyers=200), tmp_path / "instance.json")
    outputs = []
    for seed in ("1", "2"):
        target = tmp_path / f"lists{seed}.json"
        subprocess.run(
            [sys.executable, "-m", "emporion.cli", "match", str(instance), "-o", str(target)],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": "src", "PYTHONHASHSEED": seed},
        )
        lines = target.read_text(encoding="utf-8").splitlines()
        assert lines[-1].startswith('"seconds": ')
        outputs.append(lines[:-1])
    assert outputs[0] == outputs[1]


def test_a_mistake_writes_nothing_and_keeps_what_was_there(tmp_path, capsys):
    instance = tmp_path / "instance.json"
    instance.write_text(
        '{"format": "emporion-match-instance/1", "exhibitors": [{"id": "e"}], "buyers": []}'
    )
    lists = tmp_path / "lists.json"
    lists.write_text("earlier")
    assert main([str(instance), "-o", str(lists)]) == 2
    assert capsys.readouterr().err == (
        f"emporion match: {instance}: exhibitors[0] 'e'.capacity: is missing\n"
    )
    assert lists.read_text() == "earlier"
    assert sorted(os.listdir(tmp_path)) == ["instance.json", "lists.json"]


def test_files_that_are_not_there(tmp_path, capsys):
    assert main([str(tmp_path / "no.json"), "-o", str(tmp_path / "lists.json")]) == 2
    missing = tmp_path / "no.json"
    said = f"emporion match: {missing}: there is no such file or folder\n"
    assert capsys.readouterr().err == said
    instance = written(made_up(1), tmp_path / "instance.json")
    assert main([str(instance), "-o", str(tmp_path / "no" / "lists.json")]) == 2
    assert "there is no such file or folder" in capsys.readouterr().err


def test_a_failure_while_writing_leaves_no_half_file(tmp_path, monkeypatch):
    from emporion.engines.matching import format as files

    result = matching.match(made_up(1))

    def breaks(matching, stream):
        stream.write("half")
        raise OSError("disk full")

    monkeypatch.setattr(files, "dump_lists", breaks)
    with pytest.raises(OSError, match="disk full"):
        files.write_lists(result, tmp_path / "lists.json")
    assert os.listdir(tmp_path) == []


def test_codes_outside_the_taxonomy_are_told(tmp_path, capsys):
    from dataclasses import replace

    market = made_up(1)
    market = replace(market, buyers=[replace(market.buyers[0], needs=("zz",))])
    market = replace(market, signals=())
    instance = written(market, tmp_path / "instance.json")
    assert main([str(instance), "-o", str(tmp_path / "lists.json")]) == 0
    assert "1 codes are not in the taxonomy and match only themselves: zz" in (
        capsys.readouterr().err
    )


def test_help_does_not_wait_for_numpy():
    program = (
        "import sys\nfrom emporion.engines.matching.command import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n"
        "    print([m for m in ('numpy', 'scipy', 'django') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "src"},
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("seed", ["-1", "9" * 23, "1.5", "٣"])
def test_a_seed_that_is_none_is_refused_and_nothing_written(tmp_path, capsys, seed):
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "i.json"), "-o", str(tmp_path / "o.json"), f"--seed={seed}"])
    assert ended.value.code == 2
    assert f"a whole number from 0 to 4294967295, not {seed}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
