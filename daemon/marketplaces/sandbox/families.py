"""The kinds of goods that sandbox shops sell, and the words their titles are made of."""

from dataclasses import dataclass

from daemon.marketplaces.sandbox.goods import Category

Word = tuple[str, str]
"""A word of a title and its short form in the seller's code."""


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of goods: every combination of ``words`` fills the ``title`` of one product.

    ``sizes`` are the variants: value, code, price in percent of the first. Prices are whole Rupiah.
    """

    prefix: str
    title: str
    words: tuple[tuple[Word, ...], ...]
    attribute: str
    sizes: tuple[tuple[str, str, int], ...]
    prices: tuple[int, int]
    description: str
    category: Category


COLOURS = (("Hitam", "HTM", 100), ("Bening", "BNG", 100), ("Navy", "NVY", 100), ("Merah Marun", "MRN", 100))
FAMILIES = (
    Family(
        prefix="KOPI",
        title="Kopi {0} {1} Biji Sangrai {2} Segar",
        words=(
            (("Arabika", "A"), ("Robusta", "R")),
            (("Gayo", "GAY"), ("Toraja", "TRJ"), ("Kintamani", "KTM"), ("Ijen", "IJN"), ("Flores Bajawa", "FLB")),
            (("Medium", "M"), ("Dark Roast", "D"), ("Honey Process", "H")),
        ),
        attribute="Berat",
        sizes=(("250 gram", "250", 100), ("500 gram", "500", 190), ("1 kg", "1000", 360)),
        prices=(48_000, 95_000),
        description="Disangrai mingguan, dikirim dalam kemasan berkatup.",
        category=Category("700437", "Makanan & Minuman", "914321", "Kopi"),
    ),
    Family(
        prefix="BTK",
        title="Kemeja Batik Pria {0} Motif {1} Katun Halus",
        words=(
            (("Lengan Panjang", "LP"), ("Lengan Pendek", "LD")),
            (
                ("Parang", "PRG"), ("Kawung", "KWG"), ("Mega Mendung", "MGM"), ("Sekar Jagad", "SKJ"),
                ("Truntum", "TRT"), ("Sidomukti", "SDM"),
            ),
        ),
        attribute="Ukuran",
        sizes=(("M", "M", 100), ("L", "L", 100), ("XL", "XL", 105), ("XXL", "XXL", 112)),
        prices=(129_000, 265_000),
        description="Batik cap, jahitan rapi, saku depan, tidak luntur.",
        category=Category("824328", "Pakaian Pria", "839816", "Kemeja Batik"),
    ),
    Family(
        prefix="CASE",
        title="Casing HP {0} Softcase {1} Pelindung Kamera",
        words=(
            (
                ("Galaxy A15", "GA15"), ("Galaxy A55", "GA55"), ("Redmi Note 13", "RN13"), ("Poco X6", "PX6"),
                ("Vivo Y28", "VY28"), ("Oppo A60", "OA60"), ("iPhone 13", "IP13"), ("iPhone 15", "IP15"),
            ),
            (("Anti Kuning", "AK"), ("Matte Lembut", "MT"), ("Anti Banting", "AB")),
        ),
        attribute="Warna",
        sizes=COLOURS,
        prices=(15_000, 45_000),
        description="Lentur, presisi, tombol tetap empuk.",
        category=Category("909064", "Telepon & Elektronik", "910216", "Casing & Pelindung"),
    ),
    Family(
        prefix="SMBL",
        title="Sambal {0} Khas {1} Tanpa Pengawet Siap Makan",
        words=(
            (("Cumi", "CMI"), ("Roa", "ROA"), ("Bawang", "BWG"), ("Matah", "MTH")),
            (("Rumahan", "RMH"), ("Manado", "MND"), ("Bali", "BLI")),
        ),
        attribute="Isi",
        sizes=(("Botol 135 gram", "135", 100), ("Botol 200 gram", "200", 138)),
        prices=(24_000, 42_000),
        description="Digoreng segar, tahan tiga bulan di kulkas.",
        category=Category("700437", "Makanan & Minuman", "914704", "Sambal"),
    ),
    Family(
        prefix="PSM",
        title="Pashmina {0} Premium {1} Jahit Tepi Rapi",
        words=(
            (("Ceruty", "CRT"), ("Katun Rayon", "KTR"), ("Silk Halus", "SLK")),
            (("Polos", "PLS"), ("Motif Daun", "MDN"), ("Plisket", "PLK")),
        ),
        attribute="Warna",
        sizes=(("Mocca", "MOC", 100), ("Sage", "SGE", 100), ("Dusty Pink", "DPK", 100)),
        prices=(32_000, 69_000),
        description="Ukuran 180 × 75 cm, adem, mudah dibentuk.",
        category=Category("601152", "Busana Muslim", "842376", "Hijab"),
    ),
    Family(
        prefix="ANY",
        title="{0} Anyaman {1} Kerajinan Tangan Asli",
        words=(
            (("Tas Belanja", "TAS"), ("Keranjang Serbaguna", "KRJ"), ("Tempat Tisu", "TTS"), ("Topi Pantai", "TPI")),
            (("Pandan", "PDN"), ("Rotan", "RTN"), ("Mendong", "MDG")),
        ),
        attribute="Ukuran",
        sizes=(("Kecil", "K", 100), ("Besar", "B", 155)),
        prices=(38_000, 120_000),
        description="Dianyam perajin desa; warna alami, tiap buah sedikit berbeda.",
        category=Category("600001", "Rumah Tangga", "851464", "Kerajinan Anyaman"),
    ),
)  # fmt: skip
