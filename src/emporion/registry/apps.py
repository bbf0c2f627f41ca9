from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "emporion.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lend the search the taxonomy's words: what means the same is found by each of them."""
        from emporion.core.searchindex.synonyms import SynonymBook, register_synonyms
        from emporion.registry import taxonomy

        groups = []
        for code in taxonomy.codes():
            groups.append([term for terms in taxonomy.terms(code).values() for term in terms])
        register_synonyms(SynonymBook(groups))
