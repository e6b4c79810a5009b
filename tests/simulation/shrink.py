"""Makes a list of moves that ends badly as short as it can be, by leaving moves out."""


def shrunk(moves, is_bad):
    """Leave out whatever need not be there: first the end, then ever smaller pieces (delta debugging)."""
    moves = _shortest_beginning(moves, is_bad)
    size = max(len(moves) // 2, 1)
    while True:
        start, has_changed = 0, False
        while start < len(moves):
            fewer = moves[:start] + moves[start + size :]
            if is_bad(fewer):
                moves, has_changed = fewer, True
            else:
                start += size
        if size == 1 and not has_changed:
            return moves
        size = max(size // 2, 1)


def _shortest_beginning(moves, is_bad):
    """Find a short beginning that ends badly already, by halving."""
    good, bad = 0, len(moves)
    while bad - good > 1:
        middle = (good + bad) // 2
        if is_bad(moves[:middle]):
            bad = middle
        else:
            good = middle
    return moves[:bad]
