"""The pool in one reconcile: what holds of it, and what each listing shows now (decision 0011)."""

from collections.abc import Mapping
from hashlib import blake2b

from daemon.domain.allocation import not_yet_given_back
from daemon.domain.brakes import RULES_WAIT, plan_to_approve
from daemon.domain.deal import Deal
from daemon.domain.draft import Draft
from daemon.domain.messages import Message, message
from daemon.domain.overrides import OLD_FILE, OverrideSheet, overrides_of
from daemon.domain.plan import Target
from daemon.domain.rows import Field
from daemon.domain.snapshot import ListingState
from daemon.domain.values import ListingId, Sku


def take_overrides(draft: Draft) -> None:
    """Take over what the sheet ``Alokasi`` of the workbook itself says; what is not certain leaves the last rule.

    Copies and files older than the newest revision change no rule, and neither does a save that a brake stopped.
    """
    given = draft.given
    sheet = given.override_sheet
    if given.rows is None or given.copy or draft.is_scrambled:
        if given.old_overrides is not None:
            draft.hold(None, None, Field.STOCK, given.old_overrides)
    elif isinstance(sheet, Message):
        draft.hold(None, None, Field.STOCK, sheet)
    elif sheet is not None:
        _take(draft, sheet)
    elif given.allocations:
        draft.hold(None, None, Field.STOCK, message("allocation.no_sheet", count=len(given.allocations)))


def _take(draft: Draft, sheet: OverrideSheet) -> None:
    given = draft.given
    shops = {name: policy.rule for name, policy in given.shops.items()}
    known = {*draft.products, *draft.skus(), *given.in_step.skus}
    rules, refusals = overrides_of(sheet, given.allocations, shops=shops, known=known)
    for sku, reason in refusals:
        draft.hold(sku, None, Field.STOCK, reason)
    old = message(OLD_FILE, sheet=sheet.name, content=_content(sheet))
    # Our own next write makes an old file the newest: what stands in it is no news for that.
    if rules != given.allocations and (given.is_stale or old == given.old_overrides):
        draft.hold(None, None, Field.STOCK, old)
    else:
        draft.allocations = rules


def stop_suspicious(draft: Draft) -> None:
    """Keep the last rules as long as the new ones would sell out too many goods at once and nobody said yes to that."""
    rules, last, sheet = draft.allocations, draft.given.allocations, draft.given.override_sheet
    changed = rules.items() ^ last.items()
    if not changed or not isinstance(sheet, OverrideSheet):
        return
    new = Deal(draft)
    draft.allocations = last
    old = Deal(draft)
    skus = {each for (sku, _shop), _rule in changed for each in old.rivals(sku)} & draft.products.keys()
    sold_out = [sku for sku in skus if _is_sold_out(old.allotments(sku), new.allotments(sku))]
    known = len({*draft.skus(), *draft.given.in_step.skus})
    plan = plan_to_approve(
        rules.items() - last.items(),
        last.items() - rules.items(),
        sold_out=len(sold_out),
        known=known,
        limits=draft.given.limits,
    )
    if plan is None or plan in draft.given.approved:
        draft.allocations = rules
    else:
        reason = message(RULES_WAIT, sheet=sheet.name, count=len(sold_out), known=known, plan=plan)
        draft.hold(None, None, Field.STOCK, reason)


def _is_sold_out(old: Mapping[ListingId, int], new: Mapping[ListingId, int]) -> bool:
    return any(units and not new[listing] for listing, units in old.items())


def _content(sheet: OverrideSheet) -> str:
    return blake2b(repr(sheet.rows).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def to_show(deal: Deal, sku: Sku) -> dict[ListingId, int]:
    """Tell what every listing of ``sku`` is to show now: its allotment, in exclusive sharing as soon as it is free."""
    allotted = deal.allotments(sku)
    if not deal.is_exclusive:
        return allotted
    draft = deal.draft
    promised = {listing: deal.listings[listing].promised for listing in allotted}
    surely = {listing: _surely_shown(deal.listings[listing]) for listing in allotted}
    numbers = not_yet_given_back(deal.spare(sku), allotted, promised, surely)
    draft.awaiting |= {listing: units for listing, units in allotted.items() if units > numbers[listing]}
    draft.is_dealing |= numbers != allotted and any(_is_about_to_fall(deal, rival) for rival in deal.rivals(sku))
    return numbers


def _surely_shown(listing: ListingState) -> int:
    """The fewest units that buyers find there, by all that we know."""
    agreed = (listing.shown or 0) if listing.told is None else listing.told.quantity
    return max(0, min(agreed, listing.sending.target) if listing.sending else agreed)


def _is_about_to_fall(deal: Deal, sku: Sku) -> bool:
    """Whether a fall can be written soon; while its shop is silent or refuses it, looking again is of no use."""
    silent = deal.draft.silent_shops()
    found = ((deal.listings[id_], units) for id_, units in deal.allotments(sku).items())
    return any(
        units < listing.promised and listing.id.shop not in silent and Target.QUANTITY not in listing.refusals
        for listing, units in found
    )
