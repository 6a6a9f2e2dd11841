"""Running the page's own JavaScript, in node and in a browser, where there is one."""

from __future__ import annotations

import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tessera.league import report

ASSETS = Path(report.__file__).parent / "assets"
VOID_ELEMENTS = {"meta", "input", "br", "hr", "img", "link"}
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--dump-dom",
)

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium is installed")


def node(files: tuple[str, ...], expression: str, data: object, folder: Path) -> Any:
    """The value of a JavaScript expression in which the assets' functions are known and `input` is `data`."""
    source = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in files)
    script = folder / "script.js"
    script.write_text(
        f'"use strict";\n{source}\n'
        'const input = JSON.parse(require("fs").readFileSync(0, "utf8"));\n'
        f"console.log(JSON.stringify({expression}));\n",
        encoding="utf-8",
    )
    done = subprocess.run(["node", script], input=json.dumps(data), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def browse(page: str, folder: Path, *, fragment: str = "") -> Page:
    """The page after its script ran, opened as a file."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, *FLAGS, f"--user-data-dir={folder / 'profile'}", file.as_uri() + fragment],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return Page(done.stdout)


class Page(HTMLParser):
    """A page read by a parser that counts its elements and complains of tags that do not match.

    elements    every (tag, attributes)
    texts       {id: text inside that element}
    problems    tags closed that were not open, or left open
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.problems: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        self.problems += [f"<{tag}> left open" for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [key for key, _ in attrs]
        if len(set(names)) < len(names):
            self.problems.append(f"<{tag}> names an attribute twice")
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID_ELEMENTS:
            self._open.append((tag, dict(attrs).get("id") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.problems.append(f"</{tag}> closes {self._open[-1:]}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data

    def count(self, tag: str, **attributes: str) -> int:
        """Elements of that tag with exactly these attribute values; `class_` is class."""
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        return sum(
            tag == found and all(values.get(key) == value for key, value in wanted.items())
            for found, values in self.elements
        )
