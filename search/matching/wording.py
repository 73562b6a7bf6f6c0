"""What matching says, in the request's language: templates translated, their facts written as that language writes them."""

from datetime import date
from decimal import Decimal

from marketplace.money import Cents, euros
from marketplace.web import i18n
from marketplace.web.pages import show_date, show_number, unit_name
from search.matching.saying import SEVERAL, Fact, Said, Units, Word


def words(fact: Fact) -> str:
    """A sentence or what fills it, as text."""
    match fact:
        case Said():
            facts = {name: words(value) for name, value in fact.facts.items()}
            if fact.many:
                text = i18n.translate_plural(fact.template, fact.many, fact.count)
            else:
                text = i18n.translate(fact.template)
            return text.format(**facts)
        case Word():
            return i18n.translate(fact.french)
        case Units():
            name = unit_name(fact.unit, fact.count)
            return name if fact.count == SEVERAL else f"{show_number(fact.count)} {name}"
        case Cents():
            return euros(fact, language=i18n.language.get(), precise=False)
        case date():
            return show_date(fact)
        case Decimal() | int():
            return show_number(fact)
        case tuple():
            return ", ".join(words(each) for each in fact)
        case str():
            return fact


def sentence(fact: Fact) -> str:
    """As `words`, beginning with a capital."""
    text = words(fact)
    return text[:1].upper() + text[1:]
