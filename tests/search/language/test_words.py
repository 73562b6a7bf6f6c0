"""How French is read: folded, without elisions, stemmed; compounds as their parts and as one."""

from search.language.stems import root, stem
from search.language.stop_words import STOP_WORDS
from search.language.terms import MAX_TERMS, Term, hinted_domains, terms
from search.language.words import LONGEST, fold, words_of


def test_words_lose_accents_ligatures_capitals_and_elisions() -> None:
    assert words_of("L’éclairage d'Été, jusqu’à l'Œuvre").sequence == ("eclairage", "ete", "a", "oeuvre")
    assert fold("Æquo É e\u0301") == "aequo e e"
    assert words_of("\x00\ud800 ' — ?!").sequence == ()


def test_a_compound_is_its_parts_and_both_as_one() -> None:
    read = words_of("Co-voiturage en nid-de-poule, wi-fi")
    assert read.sequence == ("co", "voiturage", "en", "nid", "de", "poule", "wi", "fi")
    assert read.joined == ("covoiturage", "wifi")


def test_no_word_and_no_text_is_read_without_bounds() -> None:
    assert words_of("a" * 10_000).sequence == ("a" * LONGEST,)
    assert len(words_of("mot " * 10_000, 60).sequence) == 60
    assert len(terms(" ".join(f"mot{i}" for i in range(2_000)))) == MAX_TERMS


def test_forms_of_a_word_share_their_stem_and_its_family_its_root() -> None:
    for forms in (
        ("lampadaire", "lampadaires"),
        ("mesure", "mesurer"),
        ("connecte", "connectee", "connectees"),
        ("fuite", "fuites"),
        ("trou", "trous"),
        ("lieu", "lieux"),
    ):
        assert len({stem(form) for form in forms}) == 1, forms
    assert root(stem("arrosage")) == root(stem("arroser"))
    assert root(stem("inondation")) == root(stem("inonder"))
    assert stem("petition") != stem("petite")
    for other, word in (("donner", "donnees"), ("taxe", "taxis"), ("loi", "loyers"), ("garer", "gares"), ("terre", "terrasse")):  # fmt: skip
        assert stem(other) != stem(word)
    assert stem("donnee") == stem("donnees")
    assert (stem("led"), stem("2026")) == ("led", "2026")


def test_stop_words_are_folded_and_hold_no_word_of_the_trade() -> None:
    assert all(word == fold(word) and word.isalnum() for word in STOP_WORDS)
    assert not STOP_WORDS & {
        "eau",
        "dechets",
        "eclairage",
        "ecole",
        "budget",
        "route",
        "sante",
        "velo",
        "data",
    }


def test_a_query_of_stop_words_alone_keeps_them_and_its_last_word_may_be_unfinished() -> None:
    assert [term.word for term in terms("comment réduire la facture")] == ["reduire", "facture"]
    assert [term.word for term in terms("le la les de")] == ["le", "la", "les", "de"]
    assert terms("bornes de rech") == [Term("bornes"), Term("rech", last=True)]
    assert terms("bornes ") == [Term("bornes")]
    assert terms("  ?! ") == []


def test_a_text_hints_at_the_domains_whose_words_it_holds() -> None:
    assert hinted_domains("des réverbères LED") == {"eclairage-public": 1}
    assert hinted_domains("un plan communal de sauvegarde")["risques-crise"] == 3
    assert hinted_domains("bonjour") == {}
