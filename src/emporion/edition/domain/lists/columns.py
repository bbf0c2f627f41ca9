"""The columns of lists: what each is called when written, and recognised by when read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column. `kind` says how its cells are read; `names` are other headings for it."""

    field: str
    heading: str
    kind: str
    names: tuple[str, ...] = ()
    longest: int = 200


_KEY = (
    Column(
        "id",
        "Id",
        "id",
        (
            "exh_id",
            "exhibitor id",
            "external id",
            "company id",
            "buyer id",
            "reference",
            "code",
            "identifier",
            "编号",
            "展商编号",
            "企业编号",
            "客户编号",
            "买家编号",
        ),
        120,
    ),
    Column("source", "Source", "source", ("来源", "数据来源"), 60),
)
_FIRM = (
    Column(
        "name",
        "Name",
        "text",
        (
            "company",
            "company name",
            "name of company",
            "exhibitor",
            "exhibitor name",
            "organisation",
            "organization",
            "organisation name",
            "firm",
            "公司名称",
            "企业名称",
            "展商名称",
            "单位名称",
            "公司",
            "企业",
            "单位",
            "参展商",
            "参展企业",
            "参展商名称",
            "参展企业名称",
            "参展单位",
            "名称",
            "采购商",
            "采购商名称",
        ),
    ),
    Column(
        "name:zh-hans",
        "Name (zh-hans)",
        "text",
        (
            "name zh",
            "name (zh)",
            "chinese name",
            "name in chinese",
            "中文名称",
            "公司中文名称",
            "中文名",
        ),
    ),
    Column("name:ar", "Name (ar)", "text", ("arabic name", "name in arabic", "阿拉伯文名称")),
    Column(
        "name:en",
        "Name (en)",
        "text",
        (
            "english name",
            "name in english",
            "英文名称",
            "公司英文名称",
            "英文名",
        ),
    ),
    Column(
        "country",
        "Country",
        "country",
        (
            "country/region",
            "country or region",
            "country name",
            "nation",
            "国家",
            "国家/地区",
            "国家地区",
            "国家（地区）",
            "国别",
            "所在国家",
        ),
    ),
    Column("city", "City", "text", ("town", "城市", "所在城市"), 120),
    Column(
        "website",
        "Website",
        "link",
        (
            "web",
            "url",
            "web site",
            "homepage",
            "home page",
            "internet",
            "www",
            "网址",
            "网站",
            "官网",
            "公司网址",
        ),
        1000,
    ),
    Column("size", "Size", "size", ("company size", "规模", "公司规模", "企业规模")),
)
_ABOUT = (
    Column(
        "about",
        "About",
        "long",
        (
            "description",
            "profile",
            "company profile",
            "introduction",
            "company description",
            "简介",
            "公司简介",
            "企业简介",
            "公司介绍",
            "介绍",
        ),
        20000,
    ),
    Column("about:zh-hans", "About (zh-hans)", "long", ("chinese description", "中文简介"), 20000),
    Column("about:ar", "About (ar)", "long", ("arabic description",), 20000),
)
_MARKET = (
    Column(
        "markets",
        "Markets",
        "markets",
        (
            "target markets",
            "target countries",
            "目标市场",
            "意向市场",
        ),
        2000,
    ),
    Column(
        "languages", "Languages", "languages", ("language", "spoken languages", "语言", "语种"), 200
    ),
)
_LIMITS = (
    Column("max_meetings", "Most meetings", "limit", ("max meetings", "最多会面", "洽谈上限")),
    Column(
        "max_meetings_per_day",
        "Most meetings a day",
        "limit",
        (
            "max meetings per day",
            "每日最多会面",
            "每日洽谈上限",
        ),
    ),
)
_CONTACT = (
    Column(
        "contact",
        "Contact",
        "text",
        (
            "contact person",
            "contact name",
            "person",
            "full name",
            "联系人",
            "姓名",
            "负责人",
        ),
    ),
    Column("job_title", "Job title", "text", ("position", "title", "职务", "职位")),
    Column(
        "email",
        "E-mail",
        "email",
        (
            "email address",
            "mail",
            "邮箱",
            "电子邮箱",
            "电子邮件",
            "邮件",
        ),
        254,
    ),
    Column(
        "phone",
        "Phone",
        "phone",
        (
            "telephone",
            "tel",
            "mobile",
            "phone number",
            "电话",
            "手机",
            "联系电话",
            "手机号",
        ),
        100,
    ),
    Column("contact_language", "Contact language", "language", ("联系人语言",)),
)
_MADE_UP = Column("is_made_up", "Made up", "truth", ("made-up", "fictional", "虚构"))
_NOTE = Column("note", "Note", "ignored", ("说明", "备注"))

_OFFERS, _OFFER_TEXT = (
    ("offers", "Offers", "categories"),
    ("offer_text", "Offer text", "long"),
)
_NEEDS, _NEED_TEXT = (
    ("needs", "Needs", "categories"),
    ("need_text", "Need text", "long"),
)
_CATEGORIES = (
    "product_categories",
    "product category",
    "categories",
    "category",
    "sector",
    "sectors",
    "industry",
    "类别",
    "产品类别",
    "展品类别",
    "行业",
    "所属行业",
    "行业类别",
    "展品范围",
)

LISTS: dict[str, tuple[Column, ...]] = {
    "exhibitors": (
        *_KEY, *_FIRM,
        Column("pavilion", "Pavilion", "pavilion", (
            "booth_venue", "venue", "hall", "展馆", "场馆", "馆", "展区", "馆号",
        )),
        Column("pavilion_name", "Pavilion name", "text", ("展馆名称", "hall name")),
        Column("hall_id", "Hall id", "hall", ("hall_ids", "hall ids", "hall code", "馆代码"), 2000),
        Column("stand", "Stand", "text", (
            "booth", "booth_number", "booth no", "stand number", "stand no", "展位", "展位号",
        ), 400),
        *_ABOUT,
        Column(*_OFFERS, (*_CATEGORIES, "products", "offer", "产品", "展品", "供应"), 4000),
        Column(*_OFFER_TEXT, ("products and services", "主要产品", "产品与服务"), 20000),
        Column(*_NEEDS, ("looking for", "seeks", "需求类别", "采购类别"), 4000),
        Column(*_NEED_TEXT, ("需求", "合作需求", "what they look for"), 20000),
        *_MARKET,
        Column("tables", "Tables", "count", ("meeting tables", "洽谈桌数")),
        *_LIMITS,
        Column("main", "Main exhibitor", "main", ("main exhibitor id", "主展商", "主参展商"), 120),
        *_CONTACT, _MADE_UP, _NOTE,
    ),
    "buyers": (
        *_KEY, *_FIRM, *_ABOUT,
        Column(*_NEEDS, (
            *_CATEGORIES, "need", "interests", "interested in", "looking for", "需求", "采购需求",
            "采购类别", "意向品类", "感兴趣的类别",
        ), 4000),
        Column(*_NEED_TEXT, (
            "what they look for", "requirements", "需求说明", "采购需求说明", "需求描述",
        ), 20000),
        Column(*_OFFERS, ("offer", "供应类别"), 4000),
        Column(*_OFFER_TEXT, ("供应说明",), 20000),
        *_MARKET, *_LIMITS, *_CONTACT, _MADE_UP, _NOTE,
    ),
    "requests": (
        Column("id", "Id", "id", ("request id", "external id", "编号", "请求编号"), 120),
        Column("source", "Source", "source", ("来源",), 60),
        Column("asker", "Asker", "ref", (
            "from", "requester", "buyer", "buyer id", "发起方", "申请方",
        ), 120),
        Column("asker_role", "Asker role", "role", ("from role", "发起方角色")),
        Column("asker_name", "Asker name", "ignored", ("from name", "发起方名称")),
        Column("counterpart", "Counterpart", "ref", (
            "to", "requested", "exhibitor", "exhibitor id", "对象", "被邀方",
        ), 120),
        Column("counterpart_role", "Counterpart role", "role", ("to role", "被邀方角色")),
        Column("counterpart_name", "Counterpart name", "ignored", ("to name", "被邀方名称")),
        Column("state", "State", "state", ("status", "状态")),
        Column("weight", "Weight", "weight", ("priority", "权重", "优先级")),
        Column("is_mandatory", "Mandatory", "truth", ("must", "必须", "必约")),
        Column("message", "Message", "long", ("note to them", "留言"), 500),
        Column("asked_at", "Asked at", "moment", ("date", "requested at", "提交时间")),
        Column("answered_at", "Answered at", "moment", ("回复时间",)),
        # What lists of ours say besides: how others of them call a request, why it was declined.
        Column("emporion_id", "Emporion id", "ignored"),
        Column("decline_reason", "Decline reason", "ignored"),
        _MADE_UP, _NOTE,
    ),
}  # fmt: skip


def headings(subject: str) -> dict[str, tuple[str, ...]]:
    """Return {field: headings} as the guessing of columns wants it."""
    return {column.field: (column.heading, *column.names) for column in LISTS[subject]}


def known_headings(subject: str) -> list[str]:
    """Return every heading that a list of `subject` may have."""
    return [name for column in LISTS[subject] for name in (column.heading, *column.names)]
