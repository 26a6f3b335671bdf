"""The words and spellings by which `marie.language.tongues` tells one language from another."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FRENCH = _words(
    """
a ai aide aider aimerais aimez ainsi aller allez allo alors an annee annees ans appartement
appelle apprendre apres arrive as assez au aucun aucune aujourd aura aussi autre autres aux avant
avec avez avoir avons ayant bail bas bcp beaucoup besoin bien bienvenue bon bonjour bonne bonsoir
c ca car ce ceci cela celle celui cent ces cest cet cette chaque chercher cherche chez chose choses
ci cinq coco combien comme comment comprends compris connais contre cote cout coute coutent d dans
de deja demain demande demander depuis dernier dernier des deux devant devenir devez devrais dire
dis dit dites dix dois doit doivent donc donne donner dont du e elle elles en encore enfant enfants
ensuite entre envoyer es est et etaient etais etait etant ete etes etre eu eux expliquez fais faire
fait faites famille faut femme fille fils fin fois font fort g gens gros guerre habite habiter hier
homme hui ici icitte il ils inscrire j jai jamais je jeune jour jours juillet juin jusqu juste kan
ke ki koi l la laquelle le lequel les leur leurs libre lieu lire loin logement lors louer loyer lui
m ma madame maintenant mais maison mal mari marche marie me meilleur meme merci mes mettre mieux
mois moi moins moment mon monde monsieur montreal mort moyen n nan ne ni nom nombre non nos notre
nous nouveau nouvelle numero on ont ou oui out pa par parce pareil parle parler parlez part partir
pas passe payer pays pendant penser pere perdu personne petit petite peu peut peux plait plus
plusieurs point pour pourquoi pourrais pouvez prendre pres prix problem probleme pr puis puisque
q qu quand quartier quatre que quebec quel quelle quelles quelqu quelque quelques quels qui quitter
quoi region regions rien rendez reponse rester s sa sais sans savoir se sept sera ses seulement
si sinon site situation six soir soit sommes son sont sous souvent suis suite suivre sur svp t ta
tard te tel telephone temps tes texte toi ton toujours tous tout toute toutes travail travaille
travailler tres trois trop trouver tu tv un une va vais vas vers veut veux vie vient viens ville
villes vite vivre voici voila voir vos votre voudrais vouloir vous voyage vrai vraiment vu x y
fuck shit week weekend weekends end carte quelquun francais francaise anglais espagnol arabe creole
ukrainien portugais langue
"""
)
"""Everyday French, folded; also what it shares with the others, and borrowed insults."""

STRONG: dict[str, frozenset[str]] = {
    "en": _words(
        """
about after afternoon again all also always am and another any anybody anyone anything anywhere
apartment are around ask asking available because been before being between both bring brother
but by call came can cannot cheap child childcare children city close college come could country
course daughter day daycare did didn does doesn doing don done dont down each early end ends
engineer english enough evening every everyone everything family father few find first follow
for found free friend from get getting give go going good got great grow had happy has have
having he health hello help her here hi him his hope house housing how husband if im into is isn
it its just keep kids kind know landlord last learn lease leave let life like live lives living
long look looking lot made make many married may maybe me mean meet might money month months
more morning most mother move moved moving much must my myself name near need needed needs never
next nice night nobody north nothing now nurse of off offer old once one only open or other our
out outside over own paid pay people person place please pls poor possible quickly quit raise
raised rather read really rent rental right said same say school schools see send she should
show since single sister small some somebody someone something somewhere son soon speak speaker
speaking start started stay still study such sure take talk teach teacher tell than thank thanks
that the their them then there these they thing think this those thought three time today
together tomorrow too town towns tried true try trying turn two under understand until up very
visit wait waiting want wants was way we week welcome well went were what when where whether
which while who whole whom whose why wife will wish with within without woman won wonder word
words work worked worker working works would wrong year years yes yesterday yet you your yours
"""
    ),
    "es": _words(
        """
abierto adonde ahora algo alguien algun alguna alla alli alquilar alquiler amigo ano anos antes
apartamento apartamentos aprender aqui asi aunque ayuda ayudan ayudar ayudarme ayudame ayudas ayude
barata barato barrio bien buen buena buenas bueno buenos buscando buscar busco cada calle casa
casado cerca ciudad colegio comida como con conmigo conocer contrato cosa costo creo cual cuales
cuando cuanta cuanto cuantos cuenta cuesta cuestan cuidado cuidar dame de debo decir dejar del
desde despues dia dias dice diga dinero doctor donde dos dueno el ella ellos empezar empleo
empresa en encontrar enfermera entiendo entonces entre eres es escuela ese eso espanol espanola
espera esposa esposo esta estamos estan estar estas este esto estos estoy estudiar estudio fecha
feliz frances gente gracias gratis gratuita gratuito guarderia guarderias gusta gustaria haber
habla hablan hablar hablas hablo hace hacen hacer hacia hago hambre hasta hay hermana hermano
hija hijo hijos hola hombre hoy idioma idiomas igual infantil informacion ingeniero ingles ir
irme la las le lejos les listo llamo llegado llegar llego llegue lo los luego lugar madre manana
mas me mejor menos mes meses mi mientras mis mismo mucha muchas mucho muchos mudarme mudarnos
mujer muy nada nadie necesita necesitamos necesito nina ninas ningun ninguna nino ninos noche
nos nosotros nuestra nuestro nuevo nunca o ofrecen otra otro otros padre pagar pais para parece
pedir permiso pero persona poco podemos poder por porque pregunta preguntar primero pronto
pueblo puede pueden puedo pues que quedar queremos quien quiere quieren quiero quisiera rapido
recien region renta sabe saber sacar salud saludos se senor senora senores sera si siempre sin
sitio sobre solamente solo somos son soy su sus tal tambien tan tanto tarde tarjeta tenemos
tener tengo tiempo tiene tienen todavia todo todos tomar trabajando trabajar trabajo traer
tranquila tranquilo tres tu un una unas unos usted ustedes vamos veces venir ver vez vida viejo
vivienda vivimos vivir vivo voy
"""
    ),
    "pt": _words(
        """
acabei agora ainda alguem algum alguma ali alugar aluguel antes aonde aprender aqui assim ate
barato bem boa bom brasil brasileira brasileiro cartao casa chegar cheguei cidade coisa com
comigo conhecer conseguir consigo crianca criancas custa custo da daqui das de depois desde dia
dinheiro dizer do dos ela ele eles em emprego empresa encontrar enfermeira ensinar entao entendo
escola escritorio esposa esposo essa esse esta estamos estar este estou estudar eu fala falam
falando falar falo familia fazer ficar filha filho filhos foi gente gostaria gosto graca
hoje igreja informacao ingles interior ir isso ja lingua longe lugar mae mais marido mas melhor
menos mes meses meu meus mim minha minhas moramos morando morar moro mudanca mudar muita muito
mulher na nada nao nas nem nenhum ninguem no noite nos nossa nosso nova novo nunca obrigada
obrigado ola onde ou outra outro pagar pai pais para pela pelo perto pessoa pode podem poder
porque portugues posso pouco precisa precisamos preciso preco primeiro procurando procurar
procuro quais qual quando quanto quantos quem quer queremos quero saber sair saude se sem sempre
senhor senhora ser seu seus sim sobre soldador somos sou sua tambem tarde tem temos tempo tenho
ter todo todos trabalhando trabalhar trabalho tudo um uma vai vamos ver vida vim viver voce
voces vou
"""
    ),
    "ht": _words(
        """
ajan ale anvan apatman apran aprann ayisyen ayiti bagay bezwen bondye chache chak cheche chita
chwazi dako depans depi deplase dokiman domaj ed ede edem edikasyon eske etidye fanmi fasil fek
fim franse frengle gade gadri gason gen genyen grangou jodi jwenn kapab kay kebek kek ki kibo
kijan kimoun kisa konbyen koneksyon konnen konprann konsa kontan kontra kote kounye koute kraze
kreyol lajan lakay lan lavi lekol lopital lot lwaye lwen mache madanm mande manje map monreyal
moun mwa mwen mwenmenm mwenn nan nap nenpot nou nouvo ofri ou oumenm pale pam papa papye pataje
peye peyi pitit pito poko pou poukisa pran preske pwoblem pwochen sak pwovens rejyon rele renmen
rezidans rezon rive sevis siplemante soti souple ta tankou tanpri ti timoun tou toujou toupatou
anpil travay tre vil viv vle vwayaje vyolans wap wi yon yonn youn zafe zanmi
"""
    ),
    # Arabic in Latin letters, of the Maghreb and of the Levant.
    "ar": _words(
        """
ahlan ahln ahlen alaykoum alaykum aleikoum aleikum aleykoum aleykum alikoum likom likoum 3likom
3likoum 3alaykoum marhaba marhba mar7aba chokran choukran shukran shokran afak 3afak 3awni 3awnouni
bghit bghina nbghi khedma khdma khidma shighel sheghel shoghl chghol wach wash kayn kayna kifach
kifash kifesh kif kifak kifik kifkom chkoun chno chnou shnou shno fin fayn feen wen wein ayna
bade baddi baddy biddi bidi awez awza 3ayez 3ayza abi abgha orid ourid urid momkin mumkin moumkin
mosa3ada mosaada moussa3ada musaada saadni sa3edni 3indi 3andi andi ma3andich mafihch mafhemtch
fhemt fhmtch smahli labas labass saha sa7a lyoum lyom ghadwa ghedwa lkhedma dar ddar lbit skan
sakan bayt beit beyt madrasa madrassa wlad wladi bnati bent weldi drari sbah sabah khayr kheir
khir masa masae msa ism ismi smiti esmi chhal ch7al bchhal b9adech 9adech adaysh addeish kaddesh
lkra kra ajar nkri nelga nl9a l9it kan9elleb n9elleb n7ewes nhaws nhawes ndawer dawer
"""
    ),
    # Italian, German, Turkish, Vietnamese, Tagalog, Romanian, Polish, Swahili, Kirundi, Wolof.
    "other": _words(
        """
buongiorno buonasera grazie bisogno aiuto cerco lavoro affitto scuola parlo italiano sono vorrei
dove posso trovare famiglia quanto costa appartamento
guten hallo ich brauche hilfe suche arbeit wohnung danke bitte sprechen deutsch nicht und kann wie
viel kostet schule kinder meine
merhaba selam yardim yardima ihtiyacim ariyorum nasil tesekkurler tesekkur lutfen calismak okul
kira evet turkce istiyorum
xin chao giup viec lam viet truong thue nha cong
kamusta kumusta kailangan tulong trabaho salamat magandang umaga hapon naghahanap saan paaralan
bahay tagalog gusto
buna ziua caut lucru multumesc nevoie ajutor vreau unde apartament chirie romana scoala
dzien dobry szukam pracy mieszkania potrzebuje pomocy dziekuje gdzie jest szkola mowisz polsku
czesc prosze
habari jambo nahitaji msaada kazi natafuta asante nyumba shule
muraho amakuru murakoze ndashaka akazi nkeneye inzu amahoro bite
nanga jerejef dama begg liggeey
"""
    ),
}
"""Folded words that are said in one language alone."""

SHARED: dict[str, frozenset[str]] = {
    "en": _words(
        """
all am are around but by bye came can car card child college come cost costs country cover day
do doctor does end family first fit for free get go goodbye got had has he her here hey him his
house i if im in information is it just lease let life lost made main make may me mean most must
name new nice no north of off offer ok old on one only open or our out over pain pay people
permit person place pls poor possible pour pr question quit read region rent right sale same see
she show single site six son sorry start stop such sure tant the to too total town try two u
under up ur us use used very visit was way we well west will work yes
"""
    ),
    "es": _words(
        """
a ano bien casa comme como con contrato de del doctor dos el en entre eres es esta este
ir jardin la las le les lo los me mes mi mis no nos o or para persona plan por pues que region
saludos se si sin solo son su sur tal tan tarde te tengo toi tres tu un una usted vamos ver vez
y ya yo
"""
    ),
    "pt": _words(
        """
a ano anos apartamento ate bem casa com como contrato creche da das de do dos e ela em esta este
frances interior ir mes mim na no nos o oi ou para pelo plan se sim sou tarde ter tudo um ver
vou
"""
    ),
    "ht": _words(
        """
a ale ap bonjou bonswa chak depi domaj ed fanm fe gade gen jodi kafe kek ki kote koute lan li
lot m mache map men mersi mesi mwa nan nou nouvo ou pa pale pam papa pase pou rete sante se
soti ta te ti tou toujou tre vil vini we wi yo
"""
    ),
    "ar": _words(
        "salam salem salaam slm inchallah inshallah wallah wallahi hamdoulilah hamdoulillah "
        "habibi khoya dar fin kif masa beit bent labas saha abi wen andi"
    ),
    "other": _words(
        "sono gusto lam cong bite hallo kann nha dama kazi dove viel gdzie famiglia quanto "
        "merci danke trabaho buna"
    ),
}
"""Folded words that somebody who writes French types too: they weigh less, also if listed above."""

SPELLINGS: dict[str, str] = {
    "en": r"wh|ght|th(?:e|is|at|er|ing)|[a-z]{2,}ing$|ould$|[^q]ck$|ness$|[a-z]ly$|ship$|ful$|sh$",
    "es": r"ñ|cion(?:es)?$|ción|iendo$|[aá]ndo$|ería$|miento$|illo$|dad$|^¿|amos$|emos$",
    "pt": r"[ãõ]|ç[ãõ]o|ções|nh[ao]|lh[aoe]|dade$|mento$|[aei]ndo$|inho",
    "ht": r"^mw|kw|ò|yon$|syon$|pwo|vwa|gw|^tk|wen$|[aeio]y(?:en|on)|nn$",
    "fr": (
        r"eau|oi|ou[^t]|ai|é|è|ê|ç|eu|tion$|ment$|euse$|eux$|ette$|age$|aire$|erie$|ique$|ance$|ence$"
    ),
}
"""Spellings that point to a language in words that no list knows."""
