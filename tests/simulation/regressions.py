"""Days that went wrong once, made short: ``name: (kind, seed, moves)``."""

from tests.simulation.house import Kind

REGRESSIONS = {
    "what is cancelled is on sale again before we can know": (
        Kind(skus=3),
        1008,
        [
            (0, "order", 1, ((2, 1), (1, 1)), 0, 0),
            (0, "type_stock", 1, -7),
            (0, "cycle", 0),
            (0, "cancel", 0, True),
            (0, "order", 1, ((1, 1),), 1, 0),
        ],
    ),
    "a lag passes while a cycle reads: the hidden order counts as an edit in Seller Center, and then as an order": (
        Kind(skus=3),
        2000,
        [
            (2, "order", 0, ((1, 1),), 2, 39),
            (0, "cycle", 0),
            (0, "cycle", 0),
            (3, "wait", 61),
            (0, "type_count", 1, 5),
        ],
    ),
    "an editor's next save comes after we died: it corrects its own last one": (
        Kind(skus=4),
        2001,
        [
            (0, "type_stock", 570, 3),
            (0, "open"),
            (0, "cycle", 1),
            (0, "type_stock", 242, -1),
            (0, "die", 3),
            (0, "cycle", 0),
        ],
    ),
}
