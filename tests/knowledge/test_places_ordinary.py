"""Everyday French that names no place of Québec: nothing must be found in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from marie.knowledge.places import Gazetteer

PLACES = Path(__file__).resolve().parents[2] / "knowledge" / "places"

NOWHERE = """
bonjour
je cherche une garderie pour ma fille de deux ans
combien coûte une garderie subventionnée
je voudrais casser mon bail
mon propriétaire refuse la cession de bail
le prix du loyer a monté
est-ce que je peux monter le chauffage
une location de trois mois
location d'un appartement meublé
le magasin est fermé le dimanche
les magasins sont loin d'ici
mon fils a percé une dent
elle a perce son oreille
j'ai perdu la tuque de mon enfant
il met sa tuque et ses mitaines
la tuque coûte 20 dollars
une maison au bord du lac
on habite près d'une rivière
la rivière est belle en été
un val est une petite vallée
ma fille Alma a trois ans
mon mari s'appelle Amos
Alma et Amos sont mes enfants
ma voisine Maria parle espagnol
je m'appelle Marie
Bonjour Marie, ça va?
merci Marie
mon fils Chelsea ou Scott, je ne sais plus
Mercier est mon nom de famille
cet ile me plaît
cette île est grande
je veux vivre au Québec
les régions du Québec
quelles sont les régions au Québec?
le Québec est grand
le gouvernement du Québec
la province de Québec
Accompagnement Québec peut aider?
inscription à Francisation Québec
c'est quoi Services Québec
Revenu Québec m'a écrit
je travaille pour Hydro-Québec
le certificat de sélection du Québec
partout au québec
je suis né en Haïti
je viens du Cameroun
mes enfants sont au Maroc
ma mère vit en France
j'ai étudié à l'Université Laval
dans l'avenir je veux acheter
à l'avenir je ferai attention
j'aime aller à la pêche
la saison de la pêche commence
une présentation de mon projet
la conception d'un site web
la reine est morte
les sources de revenu
d'après mes sources
un plancher de bois franc
du granit et du bois
la baie vitrée est cassée
ma grand-mère reste avec nous
la grand mère de mon mari
le sacré-coeur est une église
la prairie est verte
la plaine est plate
le moulin et les moulins à vent
les basques parlent une autre langue
un matin de mai
la matinée est libre
le matelas est neuf
madame, vous êtes gentille
les malades à l'hôpital
on a des rabais
le canton suisse
un grand saint
la Saint-Jean est un congé
on déménage après la Saint-Jean-Baptiste
le fleuve Saint-Laurent est large
j'habite sur la rue Saint-Denis
rue Sherbrooke
au coin du boulevard Saint-Laurent
boulevard Laval
le chemin Chambly
la fête de la Sainte-Catherine
la Saint-Valentin approche
monsieur Joliette m'a répondu
Mme Granby est ma propriétaire
le mont est enneigé
la ville est tranquille
une ville avec un cégep
dans une petite ville
on change de région
quelle région est la moins chère
dans quelle ville y a-t-il du travail
pour la ville on verra
je veux faire le tour de la ville
mon beau-père nous aide
mon beau père est malade
belle maison à louer
la belle vie
le jeune homme
les jeunes de 18 à 35 ans
Place aux jeunes en région
j'ai deux enfants et trois valises
un quatre et demi
un 4 1/2 pas cher
un 3 et demie chauffé
j'ai 2 enfants de 3 et 7 ans
le bail finit le 30 juin 2027
le 1er juillet
rendez-vous lundi à 10 h
mon salaire est de 45 000 $ par année
j'ai un permis de travail fermé
la résidence permanente
le permis de conduire
l'assurance maladie
un médecin de famille
l'aide juridique
le propriétaire garde mon dépôt
les chaudières et le chauffage
un nouvel emploi
nouvelle recherche
bonjour je suis nouvelle ici
une nouvelle école
les hauteurs de plafond
le coteau est pentu
un cèdre devant la maison
sirop d'érable
la montagne et la nature
deux montagnes russes
une cabane à sucre
la métropolitaine est bouchée
j'aime la nature et le ski
on veut une grande maison avec une cour
combien de temps ça prend
qui peut m'aider
c'est quoi la prochaine étape
laisse tomber
on recommence
oui
non
peut-être
je ne sais pas
d'accord merci beaucoup
lol
mdr c bon
jsp
ok parfait
t'es un robot?
tu parles anglais?
i am looking for a job
can you help me find a daycare
hola necesito ayuda
bonjou mwen bezwen èd
qui a gagné le match hier
raconte-moi une blague
mon mari me frappe
je me sens seul
quel temps fait-il
la recette du pâté chinois
les élections sont quand
le chat dort sur le divan
le lit d'enfant est trop petit
ma tante est arrivée hier
les gens sont gentils
c'est loin de tout
près de chez nous
à côté de l'école
proche du métro
autour du parc
loin du centre
""".strip().splitlines()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(PLACES)


@pytest.mark.parametrize("sentence", NOWHERE)
def test_no_place_is_found_in_everyday_french(gazetteer: Gazetteer, sentence: str) -> None:
    assert gazetteer.find(sentence) == ()


@pytest.mark.parametrize("sentence", NOWHERE)
def test_everyday_french_stays_empty_in_capitals_and_without_accents(
    gazetteer: Gazetteer, sentence: str
) -> None:
    from marie.language.folding import fold

    assert gazetteer.find(fold(sentence)) == ()
    assert gazetteer.find(sentence.upper()) == ()


def test_there_are_enough_sentences() -> None:
    assert len(set(NOWHERE)) >= 80
