from hypothesis import given
from hypothesis import strategies as st

from emporion.core.text.sortkey import MAX_SORT_KEY, initial, sort_key


def _in_order(*texts, **more):
    keys = [sort_key(text, **more).encode() for text in texts]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_latin_without_case_accents_and_punctuation():
    _in_order(
        "apfel", "Äpfel", "“Apfel” GmbH", "Banane", "Čedok", "Dior", "Łódź", "Mü", "ÖBB", "Zürich"
    )
    _in_order("resume", "résumé")


def test_numbers_by_value_and_before_letters():
    _in_order("3M", "360", "A1", "Hall 2", "Hall 9", "Hall 10", "Hall 100", "Hall A")


def test_han_stands_at_its_pinyin():
    _in_order(
        "阿里巴巴", "Anker", "北京", "Bosch", "杭州", "Hangzhou", "西安", "先", "Xiaomi", "浙江"
    )


def test_tones_decide_between_equal_syllables():
    _in_order("妈", "麻", "马", "骂")


def test_surnames_are_read_as_such():
    assert sort_key("单雄信", person=True) > sort_key("沙", person=True)
    assert sort_key("单雄信") < sort_key("沙")
    assert sort_key("曾", person=True).startswith("zeng")


def test_arabic_follows_without_article():
    _in_order("Zebra", "الأمل", "بحر", "البحر الأحمر", "تجارة", "الجسر", "نور", "الواحة")


def test_shorter_names_come_first():
    _in_order("Nokia", "Nokia Oy", "Nokia Oyj", "Nokian")


def test_initials():
    assert [initial(sort_key(t)) for t in ("Äpfel", "杭州", "3M", "الأمل", "", "!")] == [
        "A", "H", "0-9", "ا", "#", "#",
    ]  # fmt: skip


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_keys_are_bounded_and_order_by_bytes_as_by_code_points(text, person):
    key = sort_key(text, person=person)
    assert len(key) <= MAX_SORT_KEY
    other = sort_key("杭州 x")
    assert (key < other) == (key.encode() < other.encode())
