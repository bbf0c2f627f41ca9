"""Words that hold sentences together and say nothing of a product, in the languages we meet most.

In a large market their frequency gives them away; in one of fifty texts it does not, and two
strangers would seem alike because both write "for" and "an".  Folded as texts are.
"""

from __future__ import annotations

_BY_LANGUAGE = {
    "en": "a about all also an and any are as at be by can do each for from get has have how i if"
    " in into is it its like look looking make many more most need needs new no not of on"
    " one or other our out over own seek seeking so some somebody someone such than that the"
    " their them there these they this those through to up us use used using very want wants"
    " was we were what when where which who whole will with within without you your",
    "de": "aber alle als am an auch auf aus bei das dem den der des die durch ein eine einem"
    " einen einer fur gesucht haben ihr ihre im in ist mit nach nicht oder sich sie sind"
    " suchen sucht uber und uns unser unsere unserer vom von vor wie wir wird zu zum zur",
    "fr": "a au aux avec ce ces cet cette cherche cherchons chez comme d dans de des du elle en"
    " est et il l la le les leur leurs mais nos notre nous ou par pas plus pour que qui sa"
    " sans se ses son sont sur un une vos votre vous",
    "es": "a al algo busca buscamos como con cual de del desde donde el ella en entre es esta"
    " este ha la las le lo los mas muy necesitamos no nos nuestra nuestro o para pero por"
    " que se sin sobre son su sus un una unos y",
    "pt": "ao aos as com como da das de do dos e ela ele em entre mais mas na nas no nos nosso"
    " nossa num o os ou para pela pelo por precisamos procura procuramos que se sem seu sua"
    " sao um uma",
    "it": "a agli ai al alla alle allo anche cerca cerchiamo che chi ci come con da dal dalla"
    " degli dei del della delle di e gli ha i il in la le lo ma nei nel nella noi nostra"
    " nostro o per piu servono si sono su sul sulla un una uno",
    "nl": "aan als bij dat de der die door een en er het hun ik in is met naar niet of om onze"
    " ons op over te tot uit van voor was we wij worden zijn zoekt zoeken",
    "pl": "a ale czy dla do i ich jak jest lub na nad nasz nasza nie o od oraz po pod przez sa"
    " sie szuka szukamy to w we z za ze",
    "ru": "а без в во для до и из или ищем ищет к как мы на наш наша не нам нужен нужна нужно"
    " нужны о об от по под при с со то у что это",
    "tr": "arıyoruz arıyor bir bu da de gibi icin ile istiyoruz istiyor ne olan ve veya",
    "ar": "ان او اي الي التي الذي تبحث على علي عن عند في كل لا ما مع من نبحث نحتاج هذا هذه هو هي و",
}
FUNCTION_WORDS = frozenset(word for words in _BY_LANGUAGE.values() for word in words.split())
