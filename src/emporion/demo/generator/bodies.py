"""Guest countries, organisations and associations, and the delegations they bring."""

from emporion.demo.generator.records import Body, Delegation, Text
from emporion.demo.generator.word_lists import words

BODIES = 68


def bodies() -> list[Body]:
    """Two guest countries, then 68 made-up organisations and associations.

    An area without a country makes an international organisation, one with a country an
    association. Their names say "model", so that nobody takes them for real ones.
    """
    table = words("bodies")
    found = [
        Body(f"guest-{g['country'].lower()}", "guest_country", _names(g), g["country"], False)
        for g in table["guests"]
    ]
    for a, area in enumerate(table["areas"]):
        for f, trade in enumerate(table["fields"]):
            form = table["forms"][(a + f) % len(table["forms"])]
            names: Text = {
                "en": f"{area['en']} {trade['en']} {form['en']}",
                "zh-hans": f"{area['zh-hans']}{trade['zh-hans']}{form['zh-hans']}",
                "ar": f"{form['ar']} {trade['ar']} - {area['ar']}",
            }
            kind = "association" if area["country"] else "international_organisation"
            found.append(Body(f"body-{len(found):02d}", kind, names, area["country"], True))
    return found


def _names(row: dict[str, str]) -> Text:
    return {language: row[language] for language in ("en", "zh-hans", "ar")}


def delegations(found: list[Body]) -> list[Delegation]:
    """The two guest countries (0 and 1), then one buyers' delegation for each country that has
    associations among the bodies."""
    notes: dict[str, Text] = {
        "FI": {
            "en": "Care, energy and games technology; looking for partners to enter the Chinese"
            " market.",
            "zh-hans": "护理、能源与游戏技术；寻找进入中国市场的合作伙伴。",
            "ar": "تقنيات الرعاية والطاقة والألعاب؛ تبحث عن شركاء لدخول السوق الصينية.",
        },
        "ZA": {
            "en": "Business services, farm data and creative work; companies that offer and ask.",
            "zh-hans": "商务服务、农业数据与创意产业；既有供给也有需求。",
            "ar": "خدمات الأعمال وبيانات الزراعة والعمل الإبداعي؛ شركات تعرض وتطلب.",
        },
    }
    made: list[Delegation] = []
    seen: set[str] = set()
    for index, body in enumerate(found):
        if not body.country or body.country in seen:
            continue
        seen.add(body.country)
        note = notes.get(body.country) or {
            "en": "Buyers who travel together.",
            "zh-hans": "组团参会的采购商。",
            "ar": "مشترون يسافرون معا.",
        }
        made.append(Delegation(f"delegation-{body.country.lower()}", index, note))
    return made
