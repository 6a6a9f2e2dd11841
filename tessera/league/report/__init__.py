"""What a league shows of itself: one HTML page that needs nothing else, and two tables as CSV.

    html = render(summary, records)      # a whole page: ladder, tables, every game on a board
    ratings_csv(summary)                 # a line for each player, best first
    games_csv(records)                   # a line for each game, voids too

All three return text and touch no file. Names, notes and titles may hold anything: they are escaped here. Start reading
in page.py: notices.py, ladder.py, tables.py and games.py are its parts, sheets.py is the CSV; the browser's half is in
assets/.
"""

from __future__ import annotations

from tessera.league.report.page import render
from tessera.league.report.sheets import games_csv, ratings_csv

__all__ = ["games_csv", "ratings_csv", "render"]
