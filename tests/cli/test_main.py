"""The table of commands, plugins' commands beside it, and the error funnel."""

from __future__ import annotations

import importlib.util
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from tessera.cli import funnel, main
from tessera.errors import BadValue, EngineError, TesseraError


def run(*words: str, **keywords: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from tessera.cli.main import main; sys.exit(main())", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **keywords)  # type: ignore[call-overload,no-any-return]


def test_help_lists_the_present_commands_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from tessera.cli.main import main; main(['--help']);"
        "print([name for name in ('torch', 'numba', 'rich', 'sgfmill') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for name, entry in main.COMMANDS.items():
        present = importlib.util.find_spec(entry.target.partition(":")[0]) is not None
        assert (f"\n  {name} " in done.stdout) == present


def test_help_is_quick() -> None:
    """In CPU time, so that other work on the machine does not count."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.5


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_present_command_is_a_click_command_with_an_example(name: str) -> None:
    if importlib.util.find_spec(main.COMMANDS[name].target.partition(":")[0]) is None:
        pytest.skip("not part of this checkout")
    done = run(name, "--help")
    assert done.returncode == 0, done.stderr
    assert "Example" in done.stdout
    assert f"tessera {name}" in done.stdout or "tessera-gtp" in done.stdout


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command there is, groups and what is below them included."""
    yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group, obj=main.App())
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from commands(command, (*path, name))


def test_every_command_has_an_example_that_begins_with_its_name() -> None:
    found = dict(commands(main.cli))
    assert ("ckpt", "export") in found and ("league", "run") in found and ("bench", "selfplay") in found
    for path, command in found.items():
        words = " ".join(("tessera", *path))
        examples = (command.help or "").partition("Example")[2]
        assert words in examples or (path == ("gtp",) and "tessera-gtp" in examples), words


@pytest.mark.parametrize("words", [[], ["league"], ["ckpt"], ["engines"], ["bench"]])
def test_a_group_alone_shows_its_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = main.main(words)
    captured = capsys.readouterr()
    assert "\nCommands:\n" in captured.out + captured.err
    assert code in (0, 2)


BROKEN_PLUGIN = "raise ImportError('libfoo.so is missing')"


def test_a_plugin_that_failed_is_named(tmp_path: Path) -> None:
    """By every command that builds the plugin manager, and only once."""
    (tmp_path / "t_broken.py").write_text(BROKEN_PLUGIN)
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tessera]\nbroken = t_broken\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    line = "plugin 'broken' failed: ImportError: libfoo.so is missing"
    for words in (["--help"], ["ckpt", "show", "s3://a/b"], ["gtp", "--player", "x"], ["selfplay", "--player", "x"]):
        assert run(*words, env=environment).stderr.count(line) == 1, words
    gtp = [sys.executable, "-c", "from tessera.cli.gtp import main; main()"]
    done = subprocess.run(
        gtp, input="name\nquit\n", capture_output=True, text=True, timeout=60, env=environment, check=False
    )
    assert done.stderr.count(f"tessera-gtp: {line}") == 1
    assert done.stdout == "= Tessera\n\n= \n\n"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--version"], 0, ""),
        (["nonsense"], 2, "tessera: No such command 'nonsense'. See tessera --help\n"),
        (["trian"], 2, "tessera: No such command 'trian'. Did you mean 'train'? See tessera --help\n"),
        (["league", "runn"], 2, "tessera: No such command 'runn'. Did you mean 'run'? See tessera league --help\n"),
        (["demo", "--threads", "0"], 2, "0 is not in the range 1<=x<=1024. See tessera demo --help\n"),
        (["--nonsense"], 2, "No such option"),
        (["ckpt", "show"], 2, "Missing argument"),
        (["ckpt", "show", "/nope.pth"], 1, "tessera: /nope.pth: no such file; check the path\n"),
        (["ckpt", "show", "nobody://a/b"], 2, "tessera: store: got 'nobody'"),
    ],
)
def test_exit_codes(words: list[str], code: int, message: str) -> None:
    done = run(*words)
    assert done.returncode == code
    assert message in done.stderr
    assert done.stderr.count("\n") == (code != 0)


def raising(error: BaseException) -> Callable[[], object]:
    def body() -> object:
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (BadValue("komi", "x", "a number"), 2, "prog: komi: got 'x', allowed: a number\n"),
        (EngineError("two\nlines"), 1, "prog: two lines\n"),
        (TesseraError("x"), 1, "prog: x\n"),
        (KeyboardInterrupt(), 130, "prog: interrupted\n"),
        (click.Abort(), 130, "prog: interrupted\n"),
        (click.UsageError("bad"), 2, "prog: bad\n"),
        (click.exceptions.Exit(7), 7, ""),
    ],
)
def test_the_funnel(error: BaseException, code: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert funnel.guarded("prog", raising(error)) == code
    captured = capsys.readouterr()
    assert captured.err.endswith(message)
    assert captured.out == ""


def test_results_that_are_exit_codes() -> None:
    assert [funnel.guarded("prog", lambda it=it: it) for it in (None, 0, 1, True, "text")] == [0, 0, 1, 0, 0]


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        funnel.guarded("prog", raising(ZeroDivisionError()))
    with pytest.raises(OSError, match="disk"):
        funnel.guarded("prog", raising(OSError(5, "disk")))


def test_a_closed_pipe_is_silent() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    code = (
        "import sys; from tessera.cli.funnel import guarded;"
        "sys.exit(guarded('prog', lambda: [print('x' * 1000) for _ in range(1000)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 1


SLEEPY = """
import sys, time
import click
from tessera.cli.main import cli, main

@click.command()
def nap():
    print("asleep", flush=True)
    time.sleep(30)

cli.get_command = lambda ctx, name: nap
sys.exit(main(["nap"]))
"""


def test_interrupt_of_a_running_command(tmp_path: Path) -> None:
    (tmp_path / "sleepy.py").write_text(SLEEPY)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "sleepy.py")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "asleep\n"
    process.send_signal(2)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors.strip() == "tessera: interrupted"
