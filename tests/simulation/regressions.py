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
    "units that came back hide an order that we cannot see yet": (
        Kind(skus=6),
        1027,
        [
            (0, "cycle", 0),
            (0, "order", 449, ((405, 4), (35, 2)), 2, 26),
            (0, "trouble", "lose", "read"),
            (0, "type_stock", 34, 3),
            (0, "trouble", "cut", "read"),
            (0, "wait", 5),
            (0, "cycle", 1),
            (0, "trouble", "500", "any"),
            (1, "advance", 683),
            (0, "jump", -600),
            (3, "type_count", 764, -2),
            (0, "trouble", "429", "write"),
            (0, "order", 39, ((91, 4), (251, 1)), 1, 0),
            (0, "order", 670, ((631, 4),), 0, 0),
            (0, "advance", 112),
            (0, "type_count", 612, -2),
            (0, "cancel", 825, True),
            (0, "cancel", 83, True),
            (0, "empty", 114, "Stok"),
            (0, "empty", 100, "Harga"),
            (0, "wait", 1),
            (0, "type_stock", 47, -2),
            (0, "order", 959, ((621, 4), (759, 2)), 0, 35),
            (0, "cycle", 1),
            (0, "order", 713, ((333, 4),), 2, 0),
        ],
    ),
}
