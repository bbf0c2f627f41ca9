"""In which encoding a text file is written.

Guessing libraries take 500 ASCII rows with one Chinese line for Western European. So: byte order
mark, UTF-16 by its zero bytes, strict UTF-8, then the encodings of the lists that fairs get
(GB18030, Big5, EUC-KR, EUC-JP, Shift JIS, Windows Arabic), each only when what comes out reads
like that language. Else a person is asked.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from emporion.core.tabular.report import TableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A text reads like a language when so many of its non-ASCII characters are that language's common
# ones. Right guesses reach 0.9 and more, wrong ones stay below 0.6.
_READS_LIKE = 0.75
_SAMPLE = 200_000
# One zero byte is a fault of the file, and not yet UTF-16.
_ZEROS = 3
# Of Chinese characters so many are among the commonest; what was no Chinese has a tenth of them.
_SENSE = 0.3
# Of Japanese characters so many are kana. Below so many characters nothing is told from them.
_KANA, _FEW = 0.1, 8
_SYLLABLES, _ARABIC = 0.5, 0.9
_PUNCTUATION = frozenset("،؛؟«»–—…‘’“”\xa0\u200c\u200d")
_COMMON_SYLLABLES = frozenset(
    "가각간감강개거건검게겨결경계고공과관광교구국군그글금기김나남내네노뉴니다단대더덕데도동두드디라락란래러레로료류루르리린림마만망매메명모목"
    "무문물미민바반발방배버법베별병보복본부북분비사산상생서석선설성세센소솔수술스시식신실아안애약양어에여연영예오온와완외용우운울원월위유육율"
    "은음의이인일자작장재저적전정제조종주준중즈지진차창천철청체초총출치카컨코콘크키타태터테텍토통투트파판패퍼페포폼표푸품프플피하학한항해행향"
    "헬혁현협호홀화환활황회휴삼양엘럭"
)
# The commonest characters of lists of firms and of Chinese as such, simplified and traditional.
_COMMONEST = frozenset(
    "的一是不了在人有我他这这個个们中来上大为和国國地到以说說时時要就出会會可也你对對生能而子那得于著下自之年过過发發后後作里"
    "用道行所然家种種事成方多经經么去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實"
    "日军者意无力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并物手应應战向头头文体體政美"
    "相见见被利什二等产產或新己制身果加西斯月话话合回特代内內信表化老给給世位次度门門任常先海通教儿原东東声提立及比员員解水名真论处"
    "走义各入几口认条平系气題题活尔更别打女变四神总何电電数數安少报才结反受目太量再感建务做接必场件计计管期市直德资資命山金指克许统区"
    "保至队形社便空决治展馬马科司五基眼书非则听白却界达达光放强即像难难且权思王象完设設式色路记记南品住告类求据程北边死张该交规万取"
    "拉格望觉術术领共确传师观清今切院让识候带导争运笔限有份股技团集團网網云雲商务務贸易貿际際际际服电子软件軟硬智能慧创創联联聯络絡"
    "工程装备備设計咨询詢顾问投资金融银行銀物流供应链鏈制造製药藥医医療疗健康食品农業纺织服装机械汽车車能源环環境保护旅游文化传媒教育"
    "深圳广廣州杭浙江苏蘇沪京津重庆成武汉漢长沙合肥福厦厦门青岛島济宁寧波温绍兴興台灣香港澳门川湖河省县縣镇街号號楼樓室姓名称稱地址展商"
    "馆位号家介绍産品描述主营營类别电话郵邮箱网址联系系职位备注備註首席经理总裁星华華亚亞欧歐美洲非拉丁德法英俄日韩韓"
)
# What is not ASCII, with the Latin letters that touch it.
_FOREIGN = re.compile(r"[A-Za-z]?[^\x00-\x7f]+[A-Za-z]?")


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return ``(text, name of the encoding)``.

    With ``encoding`` only that one is tried. Raises `TableError` with the line where decoding
    fails, or, when no encoding fits, with the question which one it is.
    """
    if encoding is not None:
        return _decode_as(data, encoding), encoding
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, name), name
    if (unmarked := _utf16_without_mark(data)) is not None:
        return _decode_as(data, unmarked), unmarked
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        problem = error
    likely: list[tuple[float, str, str]] = []
    for name, likeness in _CANDIDATES:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        share = likeness(text[:_SAMPLE])
        if share >= _READS_LIKE:
            likely.append((share, name, text))
    if likely:
        _share, name, text = max(likely, key=lambda found: found[0])
        return text, name
    raise TableError(
        _("This is not UTF-8, and no other encoding that could be told for sure"),
        _("Say in which encoding the file was saved (for example cp1252), or save it as UTF-8."),
        line=data.count(b"\n", 0, problem.start) + 1,
    )


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError:
        raise TableError(
            _("There is no encoding named “%(name)s”") % {"name": encoding},
            _("Possible are utf-8, utf-16, gb18030, big5, cp1256, cp1252 and others."),
        ) from None
    except UnicodeDecodeError as error:
        raise TableError(
            _("The bytes here are not %(name)s") % {"name": encoding},
            _("Say in which encoding the file was saved, or save it as UTF-8."),
            line=data.count(b"\n", 0, error.start) + 1,
        ) from None


def _utf16_without_mark(data: bytes) -> str | None:
    """A table has digits, separators and line ends: in UTF-16 every one of them has a zero byte."""
    sample = data[: _SAMPLE - _SAMPLE % 2]
    if len(sample) < 4 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < _ZEROS:
        return None
    if max(even, odd) < len(sample) * 0.02 or min(even, odd) > max(even, odd) * 0.05:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _share(text: str, common: Callable[[str], bool]) -> float:
    foreign = [c for c in text if c > "\x7f"]
    return sum(map(common, foreign)) / len(foreign) if foreign else 0.0


def _reads_chinese(text: str, encoding: str, last: int) -> float:
    """Return the share of everyday characters, 0 where too few are the commonest of all.

    `last` is the lead byte at which the everyday characters of the encoding end: the first level of
    GB 2312 (3,755 of them) or of Big5 (5,401). That alone is not enough: Korean and Japanese read
    as GB 2312 come out as everyday characters that make no sense.
    """
    foreign = [c for c in text if c > "\x7f"]
    han = [c for c in foreign if "\u4e00" <= c <= "\u9fff"]
    if not han or sum(c in _COMMONEST for c in han) < _SENSE * len(han):
        return 0.0

    def everyday(character: str) -> bool:
        try:
            pair = character.encode(encoding)
        except UnicodeEncodeError:
            return False
        return len(pair) == 2 and (0xB0 <= pair[0] <= last or pair[0] in (0xA1, 0xA3))

    return sum(map(everyday, foreign)) / len(foreign)


def _reads_big5(text: str) -> float:
    han = [c for c in text if "\u4e00" <= c <= "\u9fff"]
    if not han or sum(c in _COMMONEST for c in han) < _SENSE * len(han):
        return 0.0
    return _share(text, _big5_common)


def _big5_common(character: str) -> bool:
    """In the first level of Big5 (5,401 characters in everyday use), or Chinese punctuation."""
    try:
        pair = character.encode("big5")
    except UnicodeEncodeError:
        return False
    return len(pair) == 2 and 0xA1 <= pair[0] <= 0xC6


def _reads_korean(text: str) -> float:
    """Return the share of syllables, 0 where few are common or few are there at all.

    Chinese names of two characters look like syllables, and Japanese ones like rare syllables.
    """
    found = [c for c in text if c > "\x7f"]
    common = sum(c in _COMMON_SYLLABLES for c in found)
    if len(found) < _FEW or common < _SYLLABLES * len(found):
        return 0.0
    return _share(text, lambda c: "\uac00" <= c <= "\ud7a3")


def _reads_japanese(text: str) -> float:
    """Return the share of kana and characters, 0 where hardly anything is kana."""
    if _share(text, lambda c: "\u3041" <= c <= "\u30fe") < _KANA:
        return 0.0
    return _share(text, lambda c: "\u3000" <= c <= "\u30fe" or "\u4e00" <= c <= "\u9fff")


def _reads_arabic(text: str) -> float:
    """Return the share of Arabic among what is foreign, 0 where too much of it is not.

    Read as Windows-1256, the "ö" of "Söhne" is a vowel sign and the "Å" of "Åse" a letter, so a
    word with a Latin letter counts against it. Cyrillic, Greek, Hebrew and Chinese come out as
    Arabic among French letters. And of Arabic every eighth letter at least is an alif or a lam.
    """
    arabic, others, commonest = 0, 0, 0
    for run in _FOREIGN.findall(text):
        letters = [c for c in run if c > "\x7f" and c not in _PUNCTUATION]
        own = sum("\u0621" <= c <= "\u0652" for c in letters)
        if run[0] < "\x7f" or run[-1] < "\x7f":
            own = 0
        arabic += own
        others += len(letters) - own
        commonest += sum(c in "اأإلآ" for c in letters)
    if not arabic or arabic < _ARABIC * (arabic + others) or commonest < arabic / 8:
        return 0.0
    return arabic / (arabic + others)


_CANDIDATES: tuple[tuple[str, Callable[[str], float]], ...] = (
    ("gb18030", lambda text: _reads_chinese(text, "gb2312", 0xD7)),
    ("big5", _reads_big5),
    ("euc_kr", _reads_korean),
    ("euc_jp", _reads_japanese),
    ("shift_jis", _reads_japanese),
    ("cp1256", _reads_arabic),
)
