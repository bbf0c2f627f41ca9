"""What the engines write: whole, behind links, into what is no file, and what an error names."""

import json
import os
import threading

import pytest

from emporion.engines import matching, scheduling
from emporion.engines.files import whole
from emporion.engines.matching import command as match_command
from emporion.engines.scheduling import command as schedule_command
from tests.engines.matching.markets import made_up
from tests.engines.matching.test_command import written
from tests.engines.scheduling import tiny


def write_lists(path):
    matching.write_lists(matching.match(made_up(1), readers=()), path)


def write_instance(path):
    data = tiny.instance(requests=[("x", "e", "a", 1)])
    scheduling.write_instance(path, scheduling.instance_from_json(data))


WRITERS = [write_lists, write_instance]


@pytest.mark.parametrize("write", WRITERS)
def test_the_target_of_a_link_is_written_and_the_link_stays(tmp_path, write):
    folder = tmp_path / "kept"
    folder.mkdir()
    for name, earlier in (("old.json", "earlier"), ("new.json", None)):
        target, link = folder / name, tmp_path / f"link-{name}"
        if earlier:
            target.write_text(earlier)
        link.symlink_to(target)
        write(link)
        assert link.is_symlink()
        assert json.loads(target.read_text(encoding="utf-8"))["format"]
    assert sorted(os.listdir(folder)) == ["new.json", "old.json"]


@pytest.mark.parametrize("write", WRITERS)
def test_a_pipe_is_written_and_not_replaced(tmp_path, write):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    # Open before the writer comes, so that nobody waits for one that does not.
    reader = os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), encoding="utf-8")
    os.set_blocking(reader.fileno(), True)
    thread = threading.Thread(target=lambda: read.append(reader.read()), daemon=True)
    keep = os.open(pipe, os.O_WRONLY)
    thread.start()
    write(pipe)
    os.close(keep)
    thread.join(timeout=20)
    reader.close()
    assert json.loads(read[0])["format"]
    assert pipe.is_fifo()
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.parametrize("where", ["no/x.json", "folder", "file/x.json"])
def test_an_error_names_what_was_asked_for(tmp_path, where):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    path = tmp_path / where
    for write in WRITERS:
        with pytest.raises(OSError) as caught:
            write(path)
        assert caught.value.filename == str(path)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


def test_both_commands_name_a_folder_that_is_not_there(tmp_path, capsys):
    out = str(tmp_path / "no" / "x.json")
    instance = written(made_up(1), tmp_path / "i.json")
    assert match_command.main([str(instance), "-o", out, "--readers", "none"]) == 2
    assert capsys.readouterr().err == (f"emporion match: {out}: there is no such file or folder\n")
    assert schedule_command.generate_main(["-o", out, "--buyers=5", "--requests=5"]) == 2
    assert capsys.readouterr().err == (
        f"emporion schedule-generate: [Errno 2] No such file or directory: '{out}'\n"
    )


def test_a_full_device_is_told_by_its_name():
    with pytest.raises(OSError) as caught, whole("/dev/full") as stream:
        stream.write("much")
    assert caught.value.filename == "/dev/full"


def test_a_name_of_the_greatest_length_can_be_written(tmp_path):
    path = tmp_path / ("n" * 250 + ".json")
    with whole(path) as stream:
        stream.write("{}")
    assert path.read_text() == "{}"
