"""KataGo's JSON analysis protocol (its docs/Analysis_Engine.md), which KaTrain and review tools speak.

One JSON object on each line, in and out; answers come when they are ready. query.py checks what came in,
report.py words what goes out, service.py keeps the queue. Boards are square; what KataGo has and we have
not (human models, search parameters) is answered with a warning and left out.
"""
