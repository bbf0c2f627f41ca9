"""Legal forms and generic words of firm names, as they are written in lists of exhibitors.

All entries are folded (see `fold`). The lists are our own, from company law names in common use.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that are a legal form on their own when they stand at the end (or, for some, the beginning).
LEGAL_WORDS = _words(
    """
    inc incorporated incorporation corp corporation co company companies ltd limited llc llp lp plc
    pte pty pvt private lnc ltda cia gmbh mbh ag kg kgaa ohg ug se ev oy oyj ab as asa aps is bv nv
    vof cv sa sas sasu sarl srl spa sapa snc sl slu sau srls spzoo sp zoo zo o sro as kft zrt nyrt
    doo dd ad eood ood oao ooo zao pao ao tov too uab sia ou dba kk gk yk kabushiki kaisha godo
    fzco fzc fze fz dmcc wll bsc saog saoc psc pjsc qsc sdn bhd berhad tbk pt cv jsc ste et
    ште лтд ооо оао зао пао ао
    """
)

# A legal form written as several single letters or words: "s. r. o." and "Sp. z o.o.".
LEGAL_PHRASES = (
    ("s", "r", "o"), ("s", "r", "l"), ("s", "p", "a"), ("s", "a", "s"), ("s", "a"),
    ("l", "l", "c"),
    ("s", "a", "r", "l"), ("b", "v"), ("n", "v"), ("a", "s"), ("a", "g"), ("d", "o", "o"),
    ("sp", "z", "o", "o"), ("s", "l"), ("p", "t", "e"), ("p", "l", "c"), ("w", "l", "l"),
    ("k", "k"),
)  # fmt: skip

# Han forms stand without a space; the longest is tried first.
_HAN_FORMS = (
    "股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "股份公司",
    "责任有限公司", "股份有限责任公司", "合伙企业", "株式会社", "有限会社",
    "合同会社", "集团公司", "总公司", "分公司", "公司",
)  # fmt: skip
LEGAL_HAN = tuple(sorted(_HAN_FORMS, key=len, reverse=True))

LEGAL_ARABIC = _words("شركه مؤسسه موسسه ذ م م ذمم ش مساهمه محدوده المحدوده ع قابضه القابضه مجموعه")

# Words that say little about which firm it is; a difference in them alone is no difference.
GENERIC = _words(
    """
    technology technologies tech electronics electronic electric electrical industrial industries
    industry international global group holding holdings trading trade services service solutions
    solution systems system innovation innovations digital science sci development intelligent
    smart enterprise enterprises america usa us europe china the and of
    """
)

# Chinese generic words and their usual English, so that 华为技术 and Huawei Technologies compare.
HAN_GENERIC = {
    "技术": "technology", "科技": "technology", "电子": "electronics", "电器": "electric",
    "电气": "electric", "集团": "group", "国际": "international", "贸易": "trading",
    "进出口": "import export", "实业": "industrial", "工业": "industrial", "智能": "intelligent",
    "网络": "network", "信息": "information", "数字": "digital", "软件": "software",
    "控股": "holding", "服务": "service", "医疗": "medical", "通信": "communication",
    "光电": "optoelectronics", "新能源": "new energy", "机器人": "robotics", "创新": "innovation",
    "物流": "logistics", "半导体": "semiconductor", "汽车": "automotive", "中国": "china",
}  # fmt: skip
