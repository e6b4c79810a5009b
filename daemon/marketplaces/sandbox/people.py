"""Invented people, streets and couriers. None of them exists."""

from dataclasses import dataclass
from random import Random

from daemon.marketplaces.sandbox.goods import Place

FIRST_NAMES = (
    "Ayu", "Bagas", "Citra", "Damar", "Endah", "Fajar", "Gita", "Hendra", "Intan", "Joko", "Kirana", "Laras",
    "Made", "Nadia", "Oka", "Puspa", "Raka", "Sekar", "Tirta", "Umar", "Vina", "Wahyu", "Yanti", "Zaki",
)  # fmt: skip
LAST_NAMES = (
    "Adiwangsa", "Brataningrum", "Cakrabumi", "Danuwirya", "Ekawarna", "Girilaya", "Hastabumi", "Jatiwening",
    "Kertalangit", "Mandalasari", "Padmalaya", "Rengganila", "Sukmajati", "Tejalaras", "Wanasembada",
)  # fmt: skip
STREETS = (
    "Jl. Kenanga Dalam", "Jl. Bukit Awan", "Gg. Lentera", "Jl. Pasar Embun", "Jl. Tiga Beringin", "Gg. Kopi Pahit",
    "Jl. Layang Biru", "Jl. Sumur Tujuh", "Jl. Rembulan Timur", "Gg. Senja", "Jl. Pelita Kembar", "Jl. Akar Wangi",
)  # fmt: skip
TOWNS = (
    ("Sukasari", "Kota Bandung", "Jawa Barat", "401"),
    ("Gubeng", "Kota Surabaya", "Jawa Timur", "602"),
    ("Tebet", "Kota Jakarta Selatan", "DKI Jakarta", "128"),
    ("Tembalang", "Kota Semarang", "Jawa Tengah", "502"),
    ("Mergangsan", "Kota Yogyakarta", "DI Yogyakarta", "551"),
    ("Medan Baru", "Kota Medan", "Sumatera Utara", "201"),
    ("Panakkukang", "Kota Makassar", "Sulawesi Selatan", "902"),
    ("Denpasar Utara", "Kota Denpasar", "Bali", "801"),
)
PAYMENTS = ("Transfer Bank", "Dompet Digital", "Kartu Debit", "COD (Bayar di Tempat)")
NOTES = (
    "",
    "",
    "",
    "",
    "Mohon dibungkus tebal, terima kasih",
    "Titip ke pos satpam kalau tidak ada orang",
    "Untuk kado",
)


@dataclass(frozen=True, slots=True)
class Courier:
    """A parcel service; ``tracking_prefix`` starts its tracking numbers."""

    id: str
    name: str
    tracking_prefix: str


COURIERS = (
    Courier("6850417302294411201", "Kilat Nusa", "KNS"),
    Courier("6850417302294411202", "Lintas Pulau", "LPL"),
    Courier("6850417302294411203", "Antar Cepat", "ACP"),
)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who ordered, and how it is to be paid and sent. ``shipping_fee`` is whole Rupiah."""

    user_id: str
    name: str
    phone_number: str
    place: Place
    payment: str
    note: str
    courier: Courier
    shipping_fee: int


def invent_name(rng: Random) -> str:
    """Invent a person's name."""
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def invent_place(rng: Random) -> Place:
    """Invent an address in a real town."""
    district, city, province, postal_prefix = rng.choice(TOWNS)
    return Place(
        street=f"{rng.choice(STREETS)} No. {rng.randrange(1, 180)}",
        district=district,
        city=city,
        province=province,
        postal_code=f"{postal_prefix}{rng.randrange(11, 99)}",
    )


def invent_buyer(rng: Random, user_id: str) -> Buyer:
    """Invent a buyer."""
    return Buyer(
        user_id=user_id,
        name=invent_name(rng),
        phone_number=f"8{rng.randrange(11, 60)}{rng.randrange(10**7, 10**8)}",
        place=invent_place(rng),
        payment=rng.choice(PAYMENTS),
        note=rng.choice(NOTES),
        courier=rng.choice(COURIERS),
        shipping_fee=rng.randrange(8, 26) * 1000,
    )
