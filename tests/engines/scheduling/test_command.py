"""The commands on files, in processes of their own where that matters."""

import json
import resource
import subprocess
import sys
from pathlib import Path

from emporion.engines.scheduling.command import generate_main, main

from . import tiny

SRC = Path(__file__).parents[3] / "src"
SMALL = ["--exhibitors", "12", "--buyers", "80", "--requests", "400", "--walking"]


def _made(tmp_path):
    path = tmp_path / "instance.json"
    assert generate_main(["-o", str(path), *SMALL]) == 0
    return path


def test_command_schedules_and_checks(tmp_path, capsys):
    instance, solution = _made(tmp_path), tmp_path / "solution.json"
    assert main([str(instance), "-o", str(solution), "--work-limit", "2000"]) == 0
    assert main(["--check", str(instance), str(solution)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == "valid"
    data = json.loads(solution.read_text("utf-8"))
    data["meetings"].append(data["meetings"][0])
    solution.write_text(json.dumps(data), "utf-8")
    assert main(["--check", str(instance), str(solution)]) == 1
    assert "is held twice" in capsys.readouterr().out


def test_command_same_seed_and_work_gives_the_same_bytes(tmp_path):
    instance = _made(tmp_path)
    texts = []
    for name in ("one.json", "two.json"):
        path = tmp_path / name
        subprocess.run(
            [sys.executable, "-m", "emporion.engines.scheduling.command", str(instance), "-o",
             str(path), "--seed", "3", "--work-limit", "3000"],
            env={"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            check=True, capture_output=True,
        )  # fmt: skip
        data = json.loads(path.read_text("utf-8"))
        data.pop("seconds")
        texts.append(json.dumps(data))
    assert texts[0] == texts[1]


def test_command_bad_input_says_so_and_writes_nothing(tmp_path, capsys):
    path, out = tmp_path / "i.json", tmp_path / "s.json"
    path.write_text(json.dumps(tiny.instance(requests=[("x", "e", "zoe", 1)])), "utf-8")
    assert main([str(path), "-o", str(out)]) == 2
    assert capsys.readouterr().err == (
        'emporion schedule: request "x": unknown participant "zoe"\n'
    )
    assert main([str(tmp_path / "missing.json"), "-o", str(out)]) == 2
    assert main([str(path), "-o", str(tmp_path / "no" / "folder.json")]) == 2
    assert main([str(path)]) == 2
    assert main(["--check", str(path)]) == 2
    path.write_text(json.dumps(tiny.instance(requests=[("x", "e", "a", 1)])), "utf-8")
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 200_000, "utf-8")
    assert main([str(path), "-o", str(out), "--seed", "-1"]) == 2
    assert main([str(path), "-o", str(out), "--keep", str(deep)]) == 2
    assert main([str(path), "-o", str(tmp_path / "kept.json")]) == 0
    kept = ["--keep", str(tmp_path / "kept.json"), "--move-price"]
    assert main([str(path), "-o", str(out), *kept, "nan"]) == 2
    assert main([str(path), "-o", str(out), *kept, "-1"]) == 2
    assert not out.exists()


def test_command_contradiction_is_written_as_infeasible(tmp_path, capsys):
    path, out = tmp_path / "i.json", tmp_path / "s.json"
    people = [{"id": "e", "min_meetings": 2, "max_meetings": 1}, "a", "b"]
    rows = [("x", "e", "a", 1), ("y", "e", "b", 1)]
    path.write_text(json.dumps(tiny.instance(people=people, requests=rows)), "utf-8")
    assert main([str(path), "-o", str(out)]) == 3
    written = json.loads(out.read_text("utf-8"))
    assert written["status"] == "infeasible"
    assert written["meetings"] == []
    assert "min_meetings 2 is more than max_meetings 1" in capsys.readouterr().err
    assert main(["--check", str(path), str(out)]) == 0


def test_command_generate_is_seeded(tmp_path):
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    for path in (first, second):
        assert generate_main(["-o", str(path), *SMALL, "--seed", "4"]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert generate_main(["-o", str(first), "--requests", "999999999"]) == 2


def test_command_help_loads_nothing_heavy():
    code = (
        "import sys\n"
        "from emporion.engines.scheduling import command\n"
        "try:\n    command.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'numpy', 'numba', 'ortools', 'django'} & set(sys.modules)\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(SRC)}, check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3
