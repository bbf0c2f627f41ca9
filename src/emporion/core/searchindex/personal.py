"""What the search index holds of people; see `core.privacy`."""

from emporion.core.privacy import Does, Kept, declare, held, not_of_people

_STEP = "documents of participants who are a person of their own are removed with their terms"

declare(
    "searchindex.SearchDocument",
    kept=Kept("with what it describes"),
    fields={
        "title": held("to be found", "everybody", Does.STEP, _STEP),
        "titles": held("to be found in other languages", "everybody", Does.STEP, _STEP),
        "sort_key": held("the order of results", "nobody", Does.STEP, _STEP, exported=False),
        "facets": held("to narrow a search", "everybody", Does.STEP, _STEP),
    },
    others="kind object_id language fingerprint",
)
declare(
    "searchindex.SearchTerm",
    kept=Kept("with what it describes"),
    fields={"term": held("to be found", "nobody", Does.STEP, _STEP, exported=False)},
)
declare(
    "searchindex.SearchVocabulary",
    kept=Kept("while a document has the word"),
    fields={
        "term": held(
            "how rare a word is", "nobody", Does.STEP,
            "words that no document has any more are summed up and removed", exported=False,
        ),
    },
)  # fmt: skip
not_of_people("searchindex.SearchScope", "key")
