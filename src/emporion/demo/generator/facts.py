"""Published figures, pavilions, walking minutes and slots: the frame of the edition."""

from datetime import date, time, timedelta
from itertools import combinations

import numpy as np

from emporion.demo.generator.records import Fact, Pavilion, Slot, Text
from emporion.demo.generator.word_lists import words

SLUG = "model"
ZONE = "Asia/Shanghai"
STARTS = date(2023, 11, 23)
ENDS = date(2023, 11, 27)
LANGUAGES = ("en", "zh-hans", "ar")
TITLE: Text = {
    "en": "Global Digital Trade Expo, model edition",
    "zh-hans": "全球数字贸易博览会（示范版）",
    "ar": "معرض التجارة الرقمية العالمي، نسخة نموذجية",
}
SUBTITLE: Text = {
    "en": "after the 2nd edition, Hangzhou, 23–27 November 2023",
    "zh-hans": "以第二届（杭州，2023年11月23日至27日）为原型",
    "ar": "على غرار الدورة الثانية، هانغتشو، ٢٣–٢٧ نوفمبر ٢٠٢٣",
}
PLACE: Text = {"en": "Hangzhou, China", "zh-hans": "中国杭州", "ar": "هانغتشو، الصين"}
MADE_UP: Text = {
    "en": "The fair's published totals are facts; companies, people, meetings and deals are"
    " made up.",
    "zh-hans": "展会公布的总数属实；企业、人物、会面和交易均为虚构。",
    "ar": "الأرقام الإجمالية المنشورة للمعرض حقائق؛"
    " أما الشركات والأشخاص واللقاءات والصفقات فمختلقة.",
}
SLOT_MINUTES = 30
GAP_MINUTES = 5
_MORNING = time(9, 30)
_AFTERNOON = time(13, 30)
_SLOTS_A_SESSION = 4


def facts() -> list[Fact]:
    """What named sources published about the fair; nothing else is a fact here."""
    return [
        Fact(
            key,
            row["value"],
            row.get("unit", ""),
            row["label"],
            row["source"],
            row["url"],
            row["date"],
        )
        for key, row in words("facts").items()
    ]


def pavilions() -> list[Pavilion]:
    """The seven pavilions A to G."""
    return [
        Pavilion(letter, row["names"], row["gate"])
        for letter, row in words("pavilions").items()
        if letter != "minutes"
    ]


def walking_minutes() -> np.ndarray:
    """Minutes on foot between pavilions: int64 (7, 7), symmetrical, 1 on the diagonal.

    With GAP_MINUTES between slots, pairs farther apart than that cannot follow each other at once.
    """
    letters = [pavilion.letter for pavilion in pavilions()]
    table = words("pavilions")["minutes"]
    minutes = np.ones((len(letters), len(letters)), dtype=np.int64)
    for i, j in combinations(range(len(letters)), 2):
        minutes[i, j] = minutes[j, i] = table[letters[i] + letters[j]]
    return minutes


def days() -> list[date]:
    """The five days of the fair."""
    return [STARTS + timedelta(days=n) for n in range((ENDS - STARTS).days + 1)]


def slots() -> list[Slot]:
    """Forty slots in order of time: four each morning and four each afternoon, 5 minutes apart."""
    found: list[Slot] = []
    step = SLOT_MINUTES + GAP_MINUTES
    for number, day in enumerate(days()):
        for session, first in (("morning", _MORNING), ("afternoon", _AFTERNOON)):
            for k in range(_SLOTS_A_SESSION):
                at = first.hour * 60 + first.minute + k * step
                starts = time(at // 60, at % 60)
                found.append(Slot(len(found), number, day, starts, SLOT_MINUTES, session))
    return found
