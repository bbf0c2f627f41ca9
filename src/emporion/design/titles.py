"""Where a Chinese title may break: between words, which the script does not show.

A reader stumbles over 博览 and 会 on two lines. Titles are short and their words come from the
fair, so a small list of words does, longest first; what it does not know stays together, and a
line too long for the page still breaks (`overflow-wrap` in type.css).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

WORDS = re.findall(
    r"\S+",
    """
    全球 国际 世界 中国 数字 电子 智能 贸易 经济 商务 博览会 交易会 展览会 论坛 大会 峰会 示范版
    第一届 第二届 第三届 综合馆 数据 说明 关于 会议 洽谈 请求 安排 日程 我的一天 两个人 与谁
    参展商 展商 采购商 买家 代表团 展馆 展位 名录 产品 服务 步行 分钟 发布 版本 查找 搜索 来源
    变更 原因 未能 未获 丝路 电商 云上 前沿 趋势 内容 物流 生活 智慧 人工智能 跨境 跨境电商 登录
    账户 设置 导入 参与者 有限公司 科技 集团 股份
    """,
)
_OPENING = "《「『（【〈“‘("
_CLOSING = "》」』）】〉”’)、，。：；！？"
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ebef]")
_KNOWN = frozenset(WORDS)
_LONGEST = max(map(len, WORDS))


@lru_cache(maxsize=2048)
def pieces(title: str) -> tuple[str, ...]:
    """Return the title in pieces between which a line may break; joined they are the title.

    A title without Chinese characters is one piece: its spaces break by themselves.
    O(length x longest word).
    """
    if not _HAN.search(title):
        return (title,)
    cuts, at = set(), 0
    while at < len(title):
        size = next(
            (
                n
                for n in range(min(_LONGEST, len(title) - at), 1, -1)
                if title[at : at + n] in _KNOWN
            ),
            0,
        )
        if size:
            cuts |= {at, at + size}
        if title[at] in _OPENING:
            cuts.add(at)
        if title[at] in _CLOSING:
            cuts.add(at + 1)
        at += size or 1
    # Nothing begins a line with a closing sign, nor ends one with an opening sign.
    cuts = {
        cut
        for cut in cuts
        if 0 < cut < len(title) and title[cut] not in _CLOSING and title[cut - 1] not in _OPENING
    }
    edges = [0, *sorted(cuts), len(title)]
    return tuple(title[a:b] for a, b in pairwise(edges))
