"""Statements about one listing. They are built once, with parameters, and run with what :func:`of_listing` gives."""

from sqlalchemy import ColumnElement, Table, and_, bindparam, update

from daemon.domain.values import ListingId
from daemon.mirror.schema import listings


def is_of_listing(table: Table) -> ColumnElement[bool]:
    """The condition that picks the rows of ``table`` that belong to the listing of the parameters."""
    return and_(
        table.c.shop == bindparam("in_shop"),
        table.c.product_id == bindparam("of_product"),
        table.c.sku_id == bindparam("of_sku"),
    )


def of_listing(listing: ListingId) -> dict[str, object]:
    """Give the parameters that :func:`is_of_listing` asks for; more may be added."""
    return {"in_shop": listing.shop, "of_product": listing.product_id, "of_sku": listing.sku_id}


CHANGE_LISTING = update(listings).where(is_of_listing(listings))
"""Sets the columns that are among the parameters."""
