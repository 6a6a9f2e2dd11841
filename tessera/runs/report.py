"""A run as one HTML page that needs nothing else: `tessera report RUN`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from tessera.html import chart, page
from tessera.html.words import MISSING, clean, escape, interval, name, whole
from tessera.runs.checkpoints import Checkpoint
from tessera.runs.curves import MOST, charts
from tessera.runs.folder import Run
from tessera.runs.lines import JsonLines, Row, number_at

WARNINGS = 20
"""The newest that are shown."""
EVENTS = 50
"""Newest events of the supervisor on the page."""
HELD = b'"warnings": ["'
"""In a line of training.jsonl that tells a warning."""


def render(run: Run) -> str:
    """The page, to be written as UTF-8."""
    sections = {title: figures(found) for title, found in charts(run).items()}
    if len(run.supervisor):
        sections["Supervisor"] = supervisor_table(run)
    sections["Checkpoints"] = checkpoints_table(run, lineage([run]))
    sections["Settings"] = _settings(run)
    links = " ".join(f'<a href="#{title.lower()}">{title}</a>' for title in sections)
    parts = "\n".join(
        f'<section id="{title.lower()}" aria-labelledby="{title.lower()}-title">\n'
        f'<h2 id="{title.lower()}-title">{title}</h2>\n{content}\n</section>'
        for title, content in sections.items()
    )
    facts = "\n".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in tiles(run))
    body = (
        f"<header>\n<h1><bdi>{escape(run.name)}</bdi></h1>\n<p>{escape(subtitle(run))}</p>\n"
        f'<nav aria-label="Sections">{links}</nav>\n</header>\n<main>\n<dl class="tiles">\n{facts}\n</dl>\n'
        f"{warnings(run.training)}{parts}\n</main>\n<footer><p>{_drawn(run)}</p></footer>"
    )
    return page.document(run.name, body, css=chart.style())


def subtitle(run: Run) -> str:
    """Who learns what, in one line of plain text."""
    config = run.config
    words = [f"{config[key]} {word}" for key, word in (("network", "network"), ("trainer", "trainer")) if key in config]
    settings = config.get("trainer_settings")
    sizes = settings.get("sizes") if isinstance(settings, dict) else None
    if sizes:
        words.append(
            "boards " + (", ".join(f"{side}×{side}" for side in sizes) if isinstance(sizes, dict) else str(sizes))
        )
    return ", ".join(words) or "no config.toml"


def tiles(run: Run) -> list[tuple[str, str]]:
    """(label, value) of where the run stands, as HTML."""
    last = run.training.last
    elo = number_at(last, "elo")
    low, high = (number_at(last, key) for key in ("elo_low", "elo_high"))
    bounds = "" if low is None or high is None else f" <small>95%: {interval(low, high)}</small>"
    memory = number_at(last, "memory")
    return [
        ("Games", f"{_count(last, 'games')} <small>{_count(last, 'moves')} moves</small>"),
        ("Training steps", _count(last, "steps")),
        ("Time trained", duration(number_at(last, "seconds"))),
        ("Games an hour", _count(last, "games_per_hour")),
        ("Elo, random = 0", (MISSING if elo is None else whole(elo)) + bounds),
        ("Memory", MISSING if memory is None else f"{memory / 2**30:.2f} GiB"),
        ("Last line", _age(run)),
    ]


def duration(seconds: float | None) -> str:
    """'4 h 12 min', '3 min 5 s'."""
    if seconds is None:
        return MISSING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _age(run: Run) -> str:
    try:
        written = run.training.path.stat().st_mtime
    except FileNotFoundError:
        return "none yet"
    return time.strftime("%Y-%m-%d <small>%H:%M:%S UTC</small>", time.gmtime(written))


def _count(row: Row, key: str) -> str:
    value = number_at(row, key)
    return MISSING if value is None else f"{value:,.0f}"


def figures(found: Sequence[chart.Chart]) -> str:
    """Charts side by side, as HTML."""
    if not found:
        return "<p>Nothing was recorded.</p>"
    return '<div class="charts">\n' + "\n".join(map(chart.figure, found)) + "\n</div>"


def warnings(lines: JsonLines) -> str:
    """The newest warnings of training.jsonl; empty without one."""
    told = [(row, text) for row in lines.holding(HELD)[-WARNINGS:] for text in row.get("warnings") or ()]
    if not told:
        return ""
    items = "\n".join(
        f'<li class="warning"><b>Warning</b> after {_count(row, "games")} games: {escape(str(text))}</li>'
        for row, text in told[-WARNINGS:]
    )
    return f'<ul class="notices" aria-label="Warnings">\n{items}\n</ul>\n'


def supervisor_table(run: Run) -> str:
    """What `tessera supervise` noted, newest first."""
    rows = [row for row in run.supervisor[-EVENTS:] if row]
    lines = "\n".join(
        f'<tr><th scope="row">{escape(str(row.get("time", "")))}</th><td>{escape(str(row.get("kind", "")))}</td>'
        f'<td class="words">{escape(_told(row))}</td></tr>'
        for row in reversed(rows)
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Supervisor"><table class="figures">'
        '<thead><tr><th scope="col">Time, UTC</th><th scope="col">What</th><th scope="col">Details</th></tr></thead>\n'
        f"<tbody>\n{lines}\n</tbody></table></div>"
    )


def _told(row: Row) -> str:
    """The text of an event, else its numbers and names."""
    if text := row.get("text"):
        return str(text)
    details = {key: value for key, value in row.items() if key not in ("time", "kind", "command")}
    return ", ".join(f"{key} {value}" for key, value in details.items() if value is not None)


def lineage(runs: Sequence[Run]) -> dict[str, str]:
    """What the checkpoints of these runs are called, by digest: 'run2 / net-00001234'."""
    found = [(run.name, each) for run in runs for each in run.checkpoints() if each.digest]
    return {each.digest: f"{name} / {each.name}" for name, each in reversed(found)}


def checkpoints_table(run: Run, known: Mapping[str, str]) -> str:
    """The checkpoints of a run, newest first; `known` names networks that a run may have begun with."""
    found = run.checkpoints()
    if not found:
        return "<p>There is none.</p>"
    rated = {row.get("network"): row for row in run.elo}
    heads = "".join(
        f'<th scope="col">{each}</th>'
        for each in ("Checkpoint", "Games", "Moves", "Elo", "95%", "MiB", "Written, UTC", "Identity", "Began with")
    )
    lines = "\n".join(_checkpoint(each, rated.get(each.name, {}), known) for each in reversed(found))
    return (
        "<p>net: a network to play with; run: the same with all that the run needs to go on.</p>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="Checkpoints"><table class="figures">'
        f'<caption class="hidden">Checkpoints</caption><thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}\n'
        "</tbody></table></div>"
    )


def _checkpoint(each: Checkpoint, row: Row, known: Mapping[str, str]) -> str:
    elo, low, high = (number_at(row, key) for key in ("elo", "low", "high"))
    cells = [
        f"{each.games:,}",
        f"{each.moves:,}",
        MISSING if elo is None else whole(elo),
        MISSING if low is None or high is None else interval(low, high),
        f"{each.bytes / 2**20:,.1f}",
        time.strftime("%Y-%m-%d %H:%M", time.gmtime(each.written)),
        f"<code>{each.digest[:12]}</code>",
        _origin(each.parent, known),
    ]
    if each.problem:
        cells[-2:] = [f'<span title="{escape(each.problem)}">cannot be read</span>', MISSING]
    return f'<tr><th scope="row">{name(each.name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _origin(parent: str | None, known: Mapping[str, str]) -> str:
    if parent is None:
        return "random weights"
    return escape(known[parent]) if parent in known else f"<code>{escape(parent[:12])}</code>"


def _settings(run: Run) -> str:
    config = run.config
    if not config:
        return "<p>config.toml is missing, or no TOML.</p>"
    plain = {key: value for key, value in config.items() if not isinstance(value, dict)}
    groups = {
        "Run": plain,
        **{key.replace("_", " ").capitalize(): v for key, v in config.items() if isinstance(v, dict)},
    }
    return "\n".join(
        f"<details{' open' if title == 'Run' else ''}><summary>{escape(title)}</summary>"
        '<div class="scroll" tabindex="0"><table><tbody>'
        + "".join(
            f'<tr><th scope="row">{escape(str(key))}</th><td>{escape(clean(str(value)))}</td></tr>'
            for key, value in group.items()
        )
        + "</tbody></table></div></details>"
        for title, group in groups.items()
    )


def _drawn(run: Run) -> str:
    count = len(run.training)
    damaged = f" {run.training.damaged:,} damaged lines were passed over." if run.training.damaged else ""
    return f"Curves of {min(count, MOST):,} of the {count:,} lines of training.jsonl.{damaged}"
