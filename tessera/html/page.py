"""The frame of a page that stands alone: one file, nothing fetched, no script."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from tessera.html.words import escape

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@cache
def style() -> str:
    """The rules that all our pages share."""
    return (files("tessera.html") / "style.css").read_text(encoding="utf-8")


def document(title: str, body: str, *, css: str = "") -> str:
    """A whole page; `title` is foreign text, `body` is HTML."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{style()}{css}</style>
</head>
<body>
{body}
</body>
</html>
"""
