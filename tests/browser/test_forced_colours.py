"""Where the device forces the reader's own colours, what is drawn still stands out."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit

# {what is drawn: the property that draws it}
DRAWN = {
    ".fit-you": "fill", ".fit-they": "fill", ".fit-table": "fill", ".dot": "fill",
    ".ruler-bar": "fill", ".ruler-line": "stroke", ".histogram-column": "fill",
    ".mark-shape": "stroke", ".bar-fill": "fill", ".agenda-axis": "backgroundColor",
    ".button-main": "borderTopColor", ".chip": "borderTopColor", ".plate": "borderTopColor",
}  # fmt: skip
SEEN = """drawn => {
  const paint = (e, property) => getComputedStyle(e)[property];
  const ground = paint(document.body.parentElement, 'backgroundColor');
  const out = {};
  for (const [selector, property] of Object.entries(drawn)) {
    const found = [...document.querySelectorAll('main ' + selector)]
      .filter(e => e.checkVisibility());
    out[selector] = found.length > 0 && found.some(e => {
      const colour = paint(e, property);
      return colour !== ground && colour !== 'none' && colour !== 'rgba(0, 0, 0, 0)';
    });
  }
  return out;
}"""

OWN = """() => {
  const probe = document.createElement('span');
  probe.style.color = 'CanvasText';
  document.body.append(probe);
  return getComputedStyle(document.querySelector('main .fit-you')).fill ===
    getComputedStyle(probe).color;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_drawn_stands_out_from_the_ground(visit: Visit, scheme: str) -> None:
    reader = visit("", "en", 1280, forced_colors="active", color_scheme=scheme)
    assert reader.go("_parts/") == 200
    assert reader.page.evaluate(SEEN, DRAWN) == dict.fromkeys(DRAWN, True)
    # Not in a colour of ours, which would vanish on a ground that we do not know.
    assert reader.page.evaluate(OWN)
