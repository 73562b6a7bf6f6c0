"""Marks a French sentence for translation where it is written; `marketplace.web.i18n` translates it where it is shown."""


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802
    """Return the two forms of a counted sentence unchanged, marked for translation as one."""
    return one, many


def N_(sentence: str) -> str:  # noqa: N802  gettext's own name for it
    """Return `sentence` unchanged; the extractor finds the call and puts the sentence in the catalogues."""
    return sentence
