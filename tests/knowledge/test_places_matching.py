"""Places in sentences, as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from marie.knowledge.places import Gazetteer

PLACES = Path(__file__).resolve().parents[2] / "knowledge" / "places"

AMQUI = "municipality:07047"
RIMOUSKI = "municipality:10043"
SAINT_HYACINTHE = "municipality:54048"
DRUMMONDVILLE = "municipality:49058"
QUEBEC = "municipality:23027"
MONTREAL = "municipality:66023"
VAL_D_OR = "municipality:89008"
TROIS_RIVIERES = "municipality:37067"
LA_TUQUE = "municipality:90012"
PERCE = "municipality:02005"
ALMA = "municipality:93042"
AMOS = "municipality:88057"
RIVIERE_DU_LOUP = "municipality:12072"
SAINT_JEAN = "municipality:56083"
SEPT_ILES = "municipality:97007"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(PLACES)


@pytest.mark.parametrize(
    ("text", "typed", "place_id"),
    [
        ("un cégep proche d'Amqui", "Amqui", AMQUI),
        ("un cégep proche d’AMQUI?", "AMQUI", AMQUI),
        ("pres damqui", "damqui", AMQUI),
        ("à st-hyacinthe", "st-hyacinthe", SAINT_HYACINTHE),
        ("a st. hyacinthe svp", "st. hyacinthe", SAINT_HYACINTHE),
        ("sthyacinthe", "sthyacinthe", SAINT_HYACINTHE),
        ("je reste a saint iacinthe", "saint iacinthe", SAINT_HYACINTHE),
        ("dans le coin de rimousky", "rimousky", RIMOUSKI),
        ("jsuis a drumondville", "drumondville", DRUMMONDVILLE),
        ("jsuis a drummond ville", "drummond ville", DRUMMONDVILLE),
        ("région de Québec", "région de Québec", "region:03"),
        ("trouver une garderie a quebec", "quebec", QUEBEC),
        ("entre Québec et Lévis", "Québec", QUEBEC),
        ("j'habite à la ville de Québec", "ville de Québec", QUEBEC),
        ("valdor", "valdor", VAL_D_OR),
        ("val dor", "val dor", VAL_D_OR),
        ("travail à Val d’Or", "Val d’Or", VAL_D_OR),
        ("3-rivieres", "3-rivieres", TROIS_RIVIERES),
        ("troi riviere", "troi riviere", TROIS_RIVIERES),
        ("7 iles", "7 iles", SEPT_ILES),
        ("un poste a sept ile", "sept ile", SEPT_ILES),
        ("riviere loup", "riviere loup", RIVIERE_DU_LOUP),
        ("RDL", "RDL", RIVIERE_DU_LOUP),
        ("logement a saint jean sur le richelieu", "saint jean sur le richelieu", SAINT_JEAN),
        ("je vais à La Tuque", "La Tuque", LA_TUQUE),
        ("un emploi a la tuque", "la tuque", LA_TUQUE),
        ("on veut aller à Percé cet été", "Percé", PERCE),
        ("un logement a perce", "perce", PERCE),
        ("plutôt Alma svp", "Alma", ALMA),
        ("cégep d'Alma", "Alma", ALMA),
        ("combien d’habitants à Alma?", "Alma", ALMA),
        ("l’hiver à Alma", "Alma", ALMA),
        ("on déménage à Amos", "Amos", AMOS),
        ("chawinigan", "chawinigan", "municipality:36033"),
        ("sherbrouke", "sherbrouke", "municipality:43027"),
        ("je vis presentement a longeuil", "longeuil", "municipality:58227"),
        ("Montréal est une belle ville", "Montréal", MONTREAL),
        ("je vis à Montréal-Est", "Montréal-Est", "municipality:66007"),
        ("mtl", "mtl", MONTREAL),
        ("la pocatiere", "la pocatiere", "municipality:14082"),
        ("aux Escoumins", "Escoumins", "municipality:95025"),
        ("aux iles de la madelaine", "iles de la madelaine", "municipality:01023"),
        ("Les Îles", "Les Îles", "municipality:01023"),
        ("asbestos", "asbestos", "municipality:40043"),
        ("à Valleyfield", "Valleyfield", "municipality:70052"),
        ("st-georges de beauce", "st-georges de beauce", "municipality:29073"),
        ("Chicoutimi", "Chicoutimi", "borough:chicoutimi"),
        ("jonkiere", "jonkiere", "borough:jonquiere"),
        ("un logement à Hull", "Hull", "borough:hull"),
        ("j'habite Montréal-Nord", "Montréal-Nord", "borough:montreal-nord"),
        ("je pars de parc ex", "parc ex", "borough:parc-extension"),
        ("cote des neiges", "cote des neiges", "borough:cote-des-neiges"),
        ("Trois-Rivières-Ouest", "Trois-Rivières-Ouest", "borough:trois-rivieres-ouest"),
        ("au Bic", "Bic", "borough:le-bic"),
        ("la gaspezie", "gaspezie", "region:11"),
        ("le Bas-du-Fleuve", "Bas-du-Fleuve", "region:01"),
        ("bas st laurent", "bas st laurent", "region:01"),
        ("au Saguenay", "au Saguenay", "region:02"),
        ("à Saguenay", "Saguenay", "municipality:94068"),
        ("saguenay lac st jean", "saguenay lac st jean", "region:02"),
        ("abitibi", "abitibi", "region:08"),
        ("lestrie", "lestrie", "region:05"),
        ("les cantons de l’Est", "cantons de l’Est", "region:05"),
        ("dans les Laurentides", "les Laurentides", "region:15"),
        ("MRC des Laurentides", "Laurentides", "mrc:780"),
        ("en Beauce", "Beauce", "area:beauce"),
        ("dans Charlevoix", "Charlevoix", "area:charlevoix"),
        ("la MRC de Charlevoix", "Charlevoix", "mrc:160"),
        ("lac st-jean", "lac st-jean", "area:lac-saint-jean"),
        ("la Haute-Gaspésie", "la Haute-Gaspésie", "mrc:040"),
        ("au Témiscouata", "Témiscouata", "mrc:130"),
        ("à Rivière-du-Loup", "Rivière-du-Loup", RIVIERE_DU_LOUP),
        ("dans la MRC de Rivière-du-Loup", "Rivière-du-Loup", "mrc:120"),
        ("le Nunavik", "Nunavik", "mrc:TE-kativik"),
        ("une garderie à Ste-Adèle", "Ste-Adèle", "municipality:77022"),
        ("ste adele", "ste adele", "municipality:77022"),
        ("ste-marie de beauce", "ste-marie de beauce", "municipality:26030"),
        ("travailler a riviere rouge", "riviere rouge", "municipality:79037"),
        ("à Hauterive", "Hauterive", "borough:hauterive"),
        ("je viens d'Arvida", "Arvida", "borough:jonquiere"),
        ("un logement à Noranda", "Noranda", "municipality:86042"),
        ("west island", "west island", "area:ouest-de-l-ile"),
    ],
)
def test_a_place_is_found_where_it_was_typed(
    gazetteer: Gazetteer, text: str, typed: str, place_id: str
) -> None:
    mention = gazetteer.find(text)[0]
    assert mention.ids == (place_id,)
    assert text[mention.start : mention.end] == typed


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "un logement à St-Jean",
            [
                "Saint-Jean-sur-Richelieu",
                "Lac-Saint-Jean",
                "Saint-Jean-Port-Joli",
                "Saint-Jean-de-Matha",
            ],
        ),
        (
            "Rivière",
            ["Rivière-du-Loup", "Rivière-Rouge", "Rivière-des-Prairies–Pointe-aux-Trembles"],
        ),
        (
            "sainte anne",
            [
                "Sainte-Anne-des-Plaines",
                "Sainte-Anne-des-Monts",
                "Sainte-Anne-de-Bellevue",
                "Sainte-Anne-des-Lacs",
                "Sainte-Anne-de-Beaupré",
            ],
        ),
        ("st michel", ["Saint-Michel", "Saint-Michel (Montréal)"]),
        ("la rive sud", ["Rive-Sud de Montréal", "Rive-Sud de Québec"]),
        ("temis", ["Témiscouata", "Témiscamingue"]),
        ("un cégep à Ville-Marie", ["Ville-Marie", "Ville-Marie (Montréal)"]),
    ],
)
def test_a_shared_name_has_several_candidates(
    gazetteer: Gazetteer, text: str, names: list[str]
) -> None:
    (mention,) = gazetteer.find(text)
    assert [place.name for place in mention.candidates] == names


def test_another_place_of_the_sentence_tells_which(gazetteer: Gazetteer) -> None:
    assert [mention.ids for mention in gazetteer.find("Saint-Michel à Montréal")] == [
        ("borough:saint-michel-montreal",),
        (MONTREAL,),
    ]


def test_all_places_of_a_sentence_are_found_in_order(gazetteer: Gazetteer) -> None:
    text = "de mtl à Rimouski, granby ou magog? sinon en mauricie"
    assert [mention.place.name for mention in gazetteer.find(text)] == [
        "Montréal",
        "Rimouski",
        "Granby",
        "Magog",
        "Mauricie",
    ]


def test_a_name_of_a_person_counts_beside_a_place(gazetteer: Gazetteer) -> None:
    assert [mention.place.name for mention in gazetteer.find("Rouyn ou Amos")] == [
        "Rouyn-Noranda",
        "Amos",
    ]


@pytest.mark.parametrize("text", ["Rimouski, Québec", "Rimouski (Québec)", "rimouski qc"])
def test_quebec_after_a_town_is_the_province(gazetteer: Gazetteer, text: str) -> None:
    assert [mention.ids for mention in gazetteer.find(text)] == [(RIMOUSKI,)]


def test_a_typing_error_is_less_sure_than_the_name(gazetteer: Gazetteer) -> None:
    (right,) = gazetteer.find("à Rimouski")
    (wrong,) = gazetteer.find("à rimousky")
    assert wrong.score < right.score <= 1


@pytest.mark.parametrize(
    "text", ["Rimouski", "à rimouski svp", "plutôt a rimousky", "oui, Rimouski merci"]
)
def test_a_bare_answer_matches_whole(gazetteer: Gazetteer, text: str) -> None:
    mention = gazetteer.match(text)
    assert mention is not None
    assert mention.place.id == RIMOUSKI


@pytest.mark.parametrize("text", ["", "  ", "?", "je cherche un emploi à Rimouski", "banane"])
def test_what_says_more_or_less_than_a_place_does_not_match_whole(
    gazetteer: Gazetteer, text: str
) -> None:
    assert gazetteer.match(text) is None


def test_a_town_that_is_a_common_word_matches_as_a_bare_answer(gazetteer: Gazetteer) -> None:
    for text, place_id in (("percé", PERCE), ("la tuque", LA_TUQUE), ("amos", AMOS)):
        mention = gazetteer.match(text)
        assert mention is not None, text
        assert mention.place.id == place_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "😀" * 4000,
        "a" * 4000,
        "\x00\u202e",
        "saint " * 660,
        "'-’–" * 900,
        "Київ",
        "مونتريال",
    ],
)
def test_strange_text_is_read_without_harm(gazetteer: Gazetteer, text: str) -> None:
    assert all(0 <= mention.start < mention.end <= len(text) for mention in gazetteer.find(text))


def test_offsets_count_in_decomposed_text_too(gazetteer: Gazetteer) -> None:
    text = "vivre a\u0300 Se\u0301pt-I\u0302les"
    (mention,) = gazetteer.find(text)
    assert mention.place.id == SEPT_ILES
    assert text[mention.start : mention.end] == "Se\u0301pt-I\u0302les"
