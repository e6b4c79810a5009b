from service.fixtures import filled, house, market, new_house, start

__all__ = ["filled", "house", "market", "new_house", "start"]
