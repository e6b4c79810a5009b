"""A stand-in for TikTok Shop on 127.0.0.1: demo, test bench and a rehearsal room for sellers.

``world`` holds shops, stock and orders and their rules, ``gate`` decides who may call, ``wire`` and
``wire_orders`` say it in the marketplace's JSON, ``api`` serves it, ``control`` lets a person or a test play
the rest of the world, ``buyers`` order while you sync, ``server`` runs it all. Time, trouble and limits are
``conditions``, and a ``scenario`` plays a whole day.
"""
