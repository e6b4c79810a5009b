"""TikTok Shop by Tokopedia through the TikTok Shop Open API."""

from daemon.marketplaces.tiktok_shop.client import Credentials
from daemon.marketplaces.tiktok_shop.connector import TikTokShop
from daemon.marketplaces.tiktok_shop.tokens import Tokens, TokenStore

__all__ = ["Credentials", "TikTokShop", "TokenStore", "Tokens"]
