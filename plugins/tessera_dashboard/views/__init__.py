"""One file for each page; `show` draws it. What refreshes is a fragment of its own, so the reader's place stays.

Start reading at `common`, which they share: `overview`, `curves`, `speed`, `checkpoints`, `league`, `games`, `play`.
"""
