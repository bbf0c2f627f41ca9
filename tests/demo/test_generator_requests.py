"""Requests of the model edition: distinct, bounded, following from the profiles."""

import numpy as np
import pytest

from emporion.demo import generator
from emporion.demo.generator import Requests
from emporion.demo.generator.affinity import fit_of_pairs
from emporion.demo.generator.edition import ModelEdition
from emporion.demo.generator.requests import _draw


@pytest.fixture(scope="module")
def edition() -> ModelEdition:
    return generator.generate(0.1)


@pytest.fixture(scope="module")
def requests(edition: ModelEdition) -> Requests:
    return generator.make_requests(edition, edition.seed)


def test_requests_are_distinct_pairs_of_the_asked_number(
    edition: ModelEdition, requests: Requests
) -> None:
    assert len(requests) == 20_000
    pairs = requests.buyer.astype(np.int64) * len(edition.exhibitors) + requests.exhibitor
    assert len(np.unique(pairs)) == len(requests)
    assert 0 <= requests.exhibitor.min() <= requests.exhibitor.max() < len(edition.exhibitors)
    assert 0 <= requests.buyer.min() <= requests.buyer.max() < len(edition.buyers)


def test_requests_never_exceed_half_of_the_pairs() -> None:
    for scale in (0.001, 0.02):
        small = generator.generate(scale)
        made = generator.make_requests(small, small.seed)
        assert len(made) <= len(small.exhibitors) * len(small.buyers) // 2
        assert len(made) >= 100


def test_weights_and_answers_stay_in_range(requests: Requests) -> None:
    assert (requests.weight.min(), requests.weight.max()) == (1, 1000)
    shares = {a: float((requests.answer == a).mean()) for a in (-1, 0, 1)}
    assert 0.2 < shares[generator.OPEN] < 0.28
    assert 0.03 < shares[generator.DECLINED] < 0.12
    assert 0.6 < shares[generator.ACCEPTED] < 0.77


def test_most_are_asked_by_buyers(requests: Requests) -> None:
    assert 0.09 < requests.by_exhibitor.mean() < 0.11
    assert (
        requests.asker[requests.by_exhibitor] == requests.exhibitor[requests.by_exhibitor]
    ).all()
    assert (requests.counterpart[~requests.by_exhibitor]
            == requests.exhibitor[~requests.by_exhibitor]).all()  # fmt: skip


def test_requests_follow_from_the_profiles(edition: ModelEdition, requests: Requests) -> None:
    fit = fit_of_pairs(edition.exhibitors, edition.buyers)
    asked = fit[requests.buyer, requests.exhibitor]
    assert asked.mean() > 2 * fit.mean()
    strong = requests.weight > 600
    assert asked[strong].mean() > 1.3 * asked[~strong].mean()


def test_demand_is_uneven(edition: ModelEdition, requests: Requests) -> None:
    counts = np.sort(np.bincount(requests.exhibitor, minlength=len(edition.exhibitors)))
    assert counts[-len(counts) // 10 :].sum() > 0.2 * counts.sum()
    assert counts.min() > 0


def test_two_people_ask_for_a_dozen(edition: ModelEdition, requests: Requests) -> None:
    of_sita = requests.buyer == edition.nepalese_buyer
    assert of_sita.sum() == 12
    assert not requests.by_exhibitor[of_sita].any()
    assert edition.finnish_exhibitor in requests.exhibitor[of_sita]
    of_aava = (requests.exhibitor == edition.finnish_exhibitor) & requests.by_exhibitor
    assert of_aava.sum() == 12


def test_fit_is_that_of_an_obvious_count() -> None:
    small = generator.generate(0.001)
    fit = fit_of_pairs(small.exhibitors, small.buyers)
    sita, thuso = small.nepalese_buyer, 3
    assert small.exhibitors[thuso].organisation.names["en"].startswith("Thuso")
    # Trade: "ai" is the group of ai.health (3), "software" is named itself (4). Markets: they
    # want South Asia (4); she wants Africa (3). Both are after distribution; she is after
    # sourcing too, which distribution answers: counted once a way she asks. Both speak English.
    assert fit[sita, thuso] == 1 + 6 * (3 + 4) + 4 + 3 + 3 + 2


def test_draw_takes_the_smallest_keys_of_each_row() -> None:
    random = np.random.default_rng(5)
    keys = random.random((40, 60))
    quota = random.integers(0, 61, 40)
    rows, columns = _draw(keys, quota)
    for row in range(40):
        expected = np.argsort(keys[row], kind="stable")[: quota[row]]
        assert sorted(columns[rows == row]) == sorted(expected)
