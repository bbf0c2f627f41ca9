"""A made-up fair in three scripts, for the search benchmark and its tests. Seeded.

Nothing in it is real except, where a list of texts is handed in, those texts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from emporion.core.searchindex.index import Doc

TOPICS = [
    ("sauna", "桑拿", "السَّاونا"),
    ("artificial intelligence", "人工智能", "الذكاء الاصطناعي"),
    ("cross-border e-commerce", "跨境电子商务", "التجارة الإلكترونية عبر الحدود"),
    ("virtual reality", "虚拟现实", "الواقع الافتراضي"),
    ("cloud services", "云服务", "الخدمات السحابية"),
    ("smart logistics", "智能物流", "الخدمات اللوجستية الذكية"),
    ("well-being", "健康生活", "الصحة والرفاه"),
    ("data security", "数据安全", "أمن البيانات"),
    ("robots", "机器人", "الروبوتات"),
    ("digital culture", "数字文化", "الثقافة الرقمية"),
    ("payment", "支付", "الدفع"),
    ("game software", "游戏软件", "برمجيات الألعاب"),
    ("semiconductors", "半导体", "أشباه الموصلات"),
    ("new energy vehicles", "新能源汽车", "مركبات الطاقة الجديدة"),
    ("education", "教育", "التعليم"),
    ("food trade", "食品贸易", "تجارة الأغذية"),
]
_FILL = (
    ("looking for partners in", "我们寻找合作伙伴", "نبحث عن شركاء في"),
    ("we design and build", "设计并生产", "نصمم وننتج"),
    ("for small and large firms", "服务中小企业", "للشركات الصغيرة والكبيرة"),
    ("with customers in", "客户遍布", "مع عملاء في"),
    ("founded in", "成立于", "تأسست عام"),
    ("quality and service since", "质量与服务", "الجودة والخدمة"),
)
_PLACES = [
    ("FI", "Finland", "芬兰", "فنلندا"), ("CN", "Zhejiang", "浙江", "تشجيانغ"),
    ("ZA", "Cape Town", "开普敦", "كيب تاون"), ("NP", "Nepal", "尼泊尔", "نيبال"),
    ("AE", "Dubai", "迪拜", "دبي"), ("FR", "Île-de-France", "法国", "فرنسا"),
    ("DE", "Düsseldorf", "德国", "ألمانيا"), ("EG", "Cairo", "埃及", "مصر"),
    ("PL", "Łódź", "波兰", "بولندا"), ("BR", "São Paulo", "巴西", "البرازيل"),
]  # fmt: skip
_SYLLABLES = "ba ce di fo gu ha ji ko lu me no pa qi ro su te va wi xo zu lan mer tor vis".split()  # noqa: SIM905
_HAN = "华星海天云龙金光明东方国新力科达远通信安泰和美佳宝鑫博瑞启航智慧联创未来"
_ARABIC = "نور الفجر النخيل البحر الشرق الواحة الريادة المستقبل الأمل الجسر".split()  # noqa: SIM905


def corpus(
    seed: int = 7,
    exhibitors: int = 826,
    offers: int = 5_000,
    organisations: int = 10_400,
    texts: Sequence[str] = (),
) -> Iterator[Doc]:
    """Documents of a fair: about half in English, 30 % in Chinese, the rest in Arabic."""
    chance = random.Random(seed)
    rare = ["".join(chance.choice(_SYLLABLES) for _ in range(4)) for _ in range(20_000)]
    for kind, count, length in (
        ("exhibitor", exhibitors, 6), ("offer", offers, 3), ("organisation", organisations, 1),
    ):  # fmt: skip
        for number in range(count):
            yield _doc(chance, kind, number, length, rare, texts)


def _doc(
    chance: random.Random,
    kind: str,
    number: int,
    length: int,
    rare: Sequence[str],
    texts: Sequence[str],
) -> Doc:
    language = chance.choices((0, 1, 2), (5, 3, 2))[0]
    topics = chance.sample(range(len(TOPICS)), 1 + chance.randrange(3))
    place = chance.choice(_PLACES)
    latin = " ".join(chance.choice(rare).title() for _ in range(2)) + chance.choice((" Ltd", " Oy"))
    han = "".join(chance.choice(_HAN) for _ in range(4)) + "有限公司"
    arabic = "شركة " + " ".join(chance.sample(_ARABIC, 2))
    body: list[str] = []
    for _ in range(length):
        filler = chance.choice(_FILL)[language]
        body.append(f"{filler} {place[1 + language]} {TOPICS[chance.choice(topics)][language]}")
        body.append(f"{chance.choice(rare)} {chance.randrange(1980, 2024)}")
    if language == 0 and texts and kind != "organisation":
        body.append(chance.choice(texts))
    names = (latin, han, arabic)
    codes = ("en", "zh-hans", "ar")
    return Doc(
        kind=kind,
        object_id=f"{kind[:2]}{number}",
        title=names[language],
        language=codes[language],
        titles={"en": latin} if language and chance.random() < 0.5 else {},
        keywords=[TOPICS[topic][language] for topic in topics],
        texts=[" ".join(body)],
        facets={
            "country": place[0],
            "pavilion": f"P{chance.randrange(7) + 1}",
            "group": [f"T{topic:02d}" for topic in topics],
        },
    )


Query = tuple[str, dict[str, list[str]]]

QUERIES: list[Query] = [
    ("桑拿", {}), ("智能", {}), ("支付", {"country": ["CN", "FI"]}), ("机器", {}), ("云", {}),
    ("人工智能软件", {}), ("跨境电商", {}), ("跨境电子商务 合作", {"pavilion": ["P1"]}),
    ("sauna", {}), ("saun", {}), ("SÁUNA", {}), ("saunna", {}), ("virtaul realty", {}),
    ("wellbeing", {}), ("well-being finland", {}), ("e-commerce", {"country": ["NP"]}),
    ("artificial intelligence software", {}), ("lodz", {}),
    ("düsseldorf", {"group": ["T00", "T05"]}),
    ("robots education", {"country": ["FI"], "pavilion": ["P2", "P3"]}), ("in", {}),
    ("looking for partners", {}), ("semiconducters", {}), ("data", {}), ("l", {}), ("2019", {}),
    ("ساونا", {}), ("الساونا", {}), ("أمن البيانات", {}), ("امن البيانات", {"country": ["AE"]}),
    ("ذكاء", {}), ("تجاره", {"pavilion": ["P4"]}), ("الروبوتات", {}), ("ألعاب", {}),
    ("", {}), ("", {"country": ["FI"]}), ("", {"pavilion": ["P1", "P2"], "group": ["T03"]}),
    ("ltd", {}), ("有限公司", {}), ("شركة", {}), ("qxqxqxqx", {}), ("sauna qxqxqxqx", {}),
]  # fmt: skip

SYNONYMS = TOPICS[:12]
