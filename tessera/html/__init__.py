"""What every page of ours is made of: words that are safe in HTML, the style, charts as inline SVG.

Numbers and text in, text out; no file is touched, no script needed, nothing fetched. Start reading at page.py.

    words.py    foreign text and numbers, escaped and spelled
    chart.py    lines over a named axis, with bands; ticks.py: round values for its marks
    page.py     the frame of a page that stands alone
"""
