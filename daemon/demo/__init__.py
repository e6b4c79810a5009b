"""The main job as a story, for ``selaras demo``: a sandbox, the real service, and people who act.

people    a seller at a spreadsheet program, buyers, and what everybody can see
expected  what all of them must see in the end
play      the story itself
"""

from daemon.demo.play import Demo

__all__ = ["Demo"]
