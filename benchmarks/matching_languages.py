"""Sentences written for the benchmark: what a firm offers, in English, and who needs it, elsewhere.

Each entry: the offer, a need in English, one in Chinese, and one or two in other languages. A need
names its product in other words than the offer where the language has them. No native readers have
checked them.
"""

from __future__ import annotations

ENTRIES: list[tuple[str, str, str, dict[str, str]]] = [
    (
        "Industrial robot arms for welding and palletising in car factories.",
        "We want to automate welding on our assembly line with robots.",
        "我们需要用于焊接生产线的工业机器人手臂。",
        {"de": "Wir suchen Roboterarme zum Schweißen in unserer Fabrik."},
    ),
    (
        "Drip irrigation pipes and controllers for dry farmland.",
        "Looking for water-saving irrigation for our fields.",
        "为干旱农田寻找滴灌管和节水灌溉系统。",
        {
            "es": "Buscamos riego por goteo para tierras secas.",
            "ar": "نبحث عن أنظمة ري بالتنقيط للأراضي الجافة.",
        },
    ),
    (
        "Online banking software and mobile payment platforms for banks.",
        "Our bank needs a new mobile payment app.",
        "我们银行需要移动支付平台和网上银行软件。",
        {"fr": "Notre banque cherche une plateforme de paiement mobile."},
    ),
    (
        "Cold-chain warehouses and refrigerated trucks for fresh food.",
        "We need refrigerated transport and storage for fruit.",
        "寻找生鲜食品的冷链仓储和冷藏运输。",
        {"pt": "Precisamos de armazenamento refrigerado e transporte para alimentos frescos."},
    ),
    (
        "Solar panels and batteries for roofs of homes and factories.",
        "Photovoltaic modules with storage for our factory roof.",
        "工厂屋顶需要太阳能电池板和储能电池。",
        {"it": "Cerchiamo pannelli solari e batterie per il tetto della fabbrica."},
    ),
    (
        "Arabica coffee beans, roasted and green, from highland growers.",
        "We import roasted coffee for our cafés.",
        "采购高原种植的阿拉比卡咖啡豆。",
        {"ja": "高地産のアラビカ種コーヒー豆を仕入れたいです。"},
    ),
    (
        "Hand-woven carpets and wool rugs by mountain cooperatives.",
        "A hotel chain seeks woollen rugs made by hand.",
        "酒店需要手工编织的羊毛地毯。",
        {"tr": "Otelimiz için el dokuması yün halılar arıyoruz."},
    ),
    (
        "Remote medical consultation platform linking hospitals and patients by video.",
        "Our clinics want to see patients over video calls.",
        "医院需要远程医疗视频问诊平台。",
        {"ru": "Больница ищет платформу для дистанционных видеоконсультаций пациентов."},
    ),
    (
        "English language courses and online tutors for children.",
        "Schools want English lessons over the internet for pupils.",
        "为儿童寻找在线英语课程和外教老师。",
        {"ko": "어린이를 위한 온라인 영어 수업을 찾고 있습니다."},
    ),
    (
        "Electric buses and charging stations for city transport.",
        "The city plans to replace diesel buses with electric ones.",
        "城市公共交通需要电动公交车和充电站。",
        {
            "nl": "De stad zoekt elektrische bussen en laadstations.",
            "pl": "Miasto szuka autobusów elektrycznych i stacji ładowania.",
        },
    ),
    (
        "Surveillance drones that inspect power lines and wind turbines.",
        "Inspecting high-voltage lines from the air without pilots.",
        "用无人机巡检输电线路和风力发电机。",
        {"de": "Drohnen zur Inspektion von Stromleitungen gesucht."},
    ),
    (
        "Wedding dresses and evening gowns, tailored to order.",
        "A boutique looks for bridal gowns made to measure.",
        "婚纱店寻找定制婚纱和晚礼服供应商。",
        {"es": "Tienda de novias busca vestidos de boda a medida."},
    ),
    (
        "Organic baby food in jars without added sugar.",
        "Supermarkets want sugar-free food for infants.",
        "超市采购无添加糖的有机婴儿食品。",
        {"fr": "Nous cherchons des aliments bio pour bébés sans sucre ajouté."},
    ),
    (
        "Cybersecurity audits and penetration tests for companies.",
        "We want our network tested against hackers.",
        "公司需要网络安全审计和渗透测试服务。",
        {"ru": "Нужен аудит кибербезопасности и тест на проникновение."},
    ),
    (
        "Water purification plants that turn sea water into drinking water.",
        "Desalination for an island town.",
        "海岛需要海水淡化和饮用水净化设备。",
        {"ar": "نحتاج إلى محطات تحلية مياه البحر لمياه الشرب."},
    ),
    (
        "Machine translation and interpreting services for conferences.",
        "We need interpreters and translated documents for a summit.",
        "会议需要口译员和机器翻译服务。",
        {"it": "Servizi di interpretariato e traduzione per una conferenza."},
    ),
    (
        "Leather shoes and boots, wholesale from our own tannery.",
        "Shoe shops are buying leather boots in bulk.",
        "鞋店批发采购皮鞋和皮靴。",
        {"pt": "Lojas compram sapatos e botas de couro por atacado."},
    ),
    (
        "Cloud storage and backup for company data.",
        "We look for a provider to back up our servers online.",
        "企业需要云存储和数据备份服务。",
        {"ja": "会社のデータのクラウドバックアップを探しています。"},
    ),
    (
        "Film production studio: documentaries, sound and special effects.",
        "A broadcaster wants documentaries with special effects made.",
        "电视台寻找纪录片拍摄和电影特效制作公司。",
        {"ko": "방송국이 다큐멘터리 영화 제작사를 찾습니다."},
    ),
    (
        "Dental implants and instruments for dentists.",
        "A dental clinic buys implants and tools.",
        "牙科诊所采购种植牙和牙科器械。",
        {"tr": "Diş kliniği implant ve diş hekimliği aletleri satın almak istiyor."},
    ),
    (
        "Olive oil pressed in Mediterranean villages.",
        "Restaurants need extra virgin oil from olives.",
        "餐厅采购地中海特级初榨橄榄油。",
        {"nl": "Restaurants zoeken extra vierge olijfolie."},
    ),
    (
        "Legal advice on patents, trademarks and licensing abroad.",
        "A lawyer to protect our brand and inventions in other countries.",
        "需要海外专利和商标的法律咨询。",
        {"de": "Anwalt für Patente und Marken im Ausland gesucht."},
    ),
    (
        "Guided trekking tours and mountain lodges for tourists.",
        "A travel agency seeks mountain hikes with guides and lodging.",
        "旅行社寻找徒步旅游导游和山间旅馆。",
        {"fr": "Une agence de voyages cherche des randonnées guidées en montagne."},
    ),
    (
        "Plastic recycling machines that wash and shred bottles.",
        "We want to turn used bottles into plastic flakes.",
        "采购塑料瓶清洗粉碎回收设备。",
        {"pl": "Szukamy maszyn do recyklingu plastikowych butelek."},
    ),
    (
        "Freight forwarding by sea and rail between Asia and Europe.",
        "Shipping containers from Shanghai to Hamburg.",
        "需要亚欧之间的海运和铁路货运代理。",
        {"ru": "Нужны контейнерные перевозки морем и железной дорогой из Азии в Европу."},
    ),
    (
        "Mushroom cultivation kits and spawn for farmers.",
        "Growing edible fungi on our farm.",
        "农户需要蘑菇菌种和食用菌栽培设备。",
        {"it": "Vorremmo coltivare funghi nella nostra azienda agricola."},
    ),
    (
        "Furniture for hotels: beds, wardrobes and lobby sofas.",
        "We are fitting out two hundred hotel rooms with beds.",
        "酒店客房采购床、衣柜和沙发家具。",
        {"es": "Buscamos muebles para habitaciones de hotel."},
    ),
    (
        "Video games for phones and consoles from an independent studio.",
        "A publisher looks for new games for mobile players.",
        "发行商寻找手机游戏和主机游戏开发工作室。",
        {"ja": "スマートフォン向けゲームの開発会社を探しています。"},
    ),
    (
        "Insurance for exporters against buyers who do not pay.",
        "Cover for unpaid invoices abroad.",
        "出口商需要防止买家不付款的信用保险。",
        {"nl": "Exporteur zoekt verzekering tegen klanten die niet betalen."},
    ),
    (
        "Cheese and butter from alpine dairies.",
        "A delicatessen imports mountain cheese.",
        "食品店进口阿尔卑斯山奶酪和黄油。",
        {"ko": "알프스 치즈와 버터를 수입하고 싶습니다."},
    ),
    (
        "Concrete mixers, cranes and excavators for building sites.",
        "A builder rents cranes and diggers.",
        "建筑工地需要混凝土搅拌机、起重机和挖掘机。",
        {
            "ar": "شركة بناء تبحث عن رافعات وحفارات.",
            "pt": "Construtora procura guindastes e escavadeiras.",
        },
    ),
    (
        "Semiconductor chips and sensors for electronics makers.",
        "We buy integrated circuits and sensors for devices.",
        "电子厂采购半导体芯片和传感器。",
        {"de": "Elektronikhersteller sucht Halbleiterchips und Sensoren."},
    ),
    (
        "Perfumes and natural cosmetics with rose oil.",
        "Beauty stores want scents and creams from plants.",
        "美容店采购玫瑰精油香水和天然化妆品。",
        {"fr": "Parfumerie cherche parfums et cosmétiques naturels à la rose."},
    ),
    (
        "Bicycles and electric scooters to rent in cities.",
        "We start a bike sharing service.",
        "城市共享单车和电动滑板车供应商。",
        {"pl": "Szukamy rowerów i hulajnóg elektrycznych do wypożyczania."},
    ),
    (
        "Fish farms: salmon and shrimp, frozen for export.",
        "A wholesaler of frozen seafood looks for suppliers.",
        "批发商采购冷冻三文鱼和虾。",
        {"tr": "Dondurulmuş somon ve karides ithal etmek istiyoruz."},
    ),
    (
        "Accounting and payroll software for small companies.",
        "Our office needs a program to pay wages and keep the books.",
        "小公司需要会计和工资管理软件。",
        {"it": "Piccola impresa cerca un programma di contabilità e paghe."},
    ),
    (
        "Textile dyeing machines and cotton yarn.",
        "A mill seeks equipment to dye fabrics.",
        "纺织厂采购染色机和棉纱。",
        {"es": "Fábrica textil busca máquinas de teñido y hilo de algodón."},
    ),
    (
        "Vaccines and refrigerators to keep them in villages.",
        "Immunisation campaign in rural areas needs doses and cooling.",
        "农村疫苗接种需要疫苗和冷藏箱。",
        {"ru": "Закупаем вакцины и холодильники для сельских больниц."},
    ),
    (
        "Exhibition stands: design, building and lighting of booths.",
        "Somebody to build our booth at the fair.",
        "寻找展台设计和搭建公司。",
        {"nl": "Wij zoeken een standbouwer voor onze beurs."},
    ),
    (
        "Satellite images and maps for crop monitoring.",
        "Seeing from space how our harvest grows.",
        "用卫星图像监测农作物生长。",
        {"ja": "作物を監視するための衛星画像が必要です。"},
    ),
]
