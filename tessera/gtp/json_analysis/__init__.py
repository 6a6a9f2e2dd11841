"""KataGo's JSON analysis protocol (its docs/Analysis_Engine.md), which KaTrain and review tools speak.

One JSON object on each line, in and out; answers come when they are ready. Start reading at service.py, which keeps the
queue; query.py checks what came in (fields.py one field, overrides.py KataGo's search parameters), report.py words what
goes out, reports.py says when. Boards are square; what KataGo has and we have not (human models, search parameters) is
answered with a warning and left out.
"""
