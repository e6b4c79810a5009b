from service.fixtures import filled, house, market, markets, new_house, start

__all__ = ["filled", "house", "market", "markets", "new_house", "start"]
