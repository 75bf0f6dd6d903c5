"""Words that carry no subject, for each language we stem: articles, pronouns, auxiliaries, question words.

Lower case, accents kept. They also tell the languages apart, so each list holds that language's commonest words.
"""

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        """a about above after again against all also am an and any are aren't as at be because been before being
        below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during
        each either else ever every few for from further had has have haven't having he her here hers him himself
        his how however i i'd i'll i'm i've if in into is isn't it it's its itself just let's may me might more most
        much must my myself neither no nor not now of off on once only or other ought our ours out over own per
        shall she should shouldn't since so some such than that that's the their theirs them then there there's
        these they they're this those though through thus to too toward under until up upon us very was wasn't we
        we're were weren't what what's when where where's whether which while who who's whom whose why will with
        within without won't would wouldn't yet you you're your yours yourself
        whats thats wheres whos hows theres dont doesnt didnt cant couldnt wont wouldnt shouldnt isnt arent wasnt
        werent havent hasnt hadnt ive im id ill youre youve theyre""".split()
    ),
    "de": frozenset(
        """aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da
        dabei dadurch dafür damit dann das dass dein deine deinem deinen deiner dem den denn der des dessen die dies
        diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas euch euer
        eure für gegen gibt hab habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren
        ihrer im in ins ist ja jede jedem jeden jeder jedes jetzt kann kannst kein keine keinem keinen keiner können
        könnt könnte man mehr mein meine meinem meinen meiner mich mir mit muss müssen nach nicht nichts noch nun
        nur ob oder ohne schon sehr sein seine seinem seinen seiner seit sich sie sind so soll sollen sollte sondern
        sonst über um und uns unser unsere unserem unseren unter viel vom von vor wann war warum was weil welche
        welchem welchen welcher welches wenn wer werde werden wie wieder wieso will wir wird wo wohin würde würden
        zu zum zur zwischen""".split()
    ),
    "fr": frozenset(
        """à afin ai ainsi alors après as au aucun aussi autre aux avant avec avez avoir avons c'est ce cela celle
        celui ces cet cette chaque chez ci combien comme comment d'un d'une dans de des donc dont du elle elles en
        encore entre es est est-ce et étaient était êtes être eu eux fait faut il ils j'ai je jusqu'à l'on la là le
        les leur leurs lorsque lui ma mais me même mes moi moins mon n'est ne ni nos notre nous on ont ou où par
        parce pas pendant peu peut peut-on peux plus pour pourquoi puis puis-je qu'est-ce qu'il quand que quel
        quelle quelles quels qui quoi s'il sa sans se sera ses si son sont sous suis sur ta te tes toi ton tous tout
        toute toutes très tu un une vers vos votre vous y""".split()
    ),
    "es": frozenset(
        """a al algo algún alguna algunas alguno algunos ante antes aquí así aún aunque cada como cómo con contra
        cual cuál cuáles cuando cuándo cuánta cuánto cuántos de del desde donde dónde dos durante e el él ella ellas
        ellos en entre era es esa esas ese eso esos esta está estaba están estar este esto estos estoy fue ha hace
        hacia han hasta hay he la las le les lo los más me mi mis mí mientras mucho muy nada ni no nos nosotros
        nuestra nuestro o otra otras otro otros para pero poco por porque pueda puede pueden puedo pues que qué
        quien quién se sea según ser si sí sido siempre sin sobre son soy su sus también tan tanto te tengo ti tiene
        tienen todo todos tu tú tus un una unas uno unos usted ustedes y ya yo
        cuanto cuanta cuantos cuantas cuando donde mas dias""".split()
    ),
    "it": frozenset(
        """a ad agli ai al alla alle allo anche ancora avere aveva c'è che chi ci cioè coi col come con cosa cui da
        dagli dai dal dalla dalle dallo degli dei del dell della delle dello di dopo dove due e è ed era essere fa
        fra gli ha hai hanno ho i il in io l la le lei li lo loro lui ma me mi mia mie miei mio molto ne negli nei
        nel nella nelle nello no noi non nostra nostro o ogni oppure per perché più poi posso può qual quale quali
        quando quanto quella quelle quelli quello questa queste questi questo se sei sempre senza si sia sono sta su
        sua sue sugli sui sul sulla sulle sullo suo suoi tra tu tua tuo tutti tutto un una uno vi voi vostra
        vostro""".split()
    ),
    "nl": frozenset(
        """aan al alle alleen als altijd andere ben bij daar dan dat de den der deze die dit doen door dus een en er
        ge geen had heb hebben heeft hem het hier hij hoe hoeveel hun iets ik in is ja je jij jou jouw jullie kan
        kunnen kunt maar me meer men met mij mijn moet moeten na naar niet niets nog nu of om omdat onder ons onze
        ook op over te tegen toch toe tot u uit uw van veel voor waar waarom wanneer want waren was wat we wel welke
        werd wie wij wil word worden wordt zal ze zei zelf zich zij zijn zo zonder zou""".split()
    ),
}

# Words of asking and of any subject alike, rather than of the subject asked about. Index and ranking keep them (an
# article may be about help); when it is judged whether the documents answer, they hardly count.
ASKING_WORDS: frozenset[str] = frozenset(
    """hi hello hey dear good great nice best morning afternoon evening please pls plz thanks thank thx regards help
    helped know knows knew known tell tells told explain wonder wondering question questions ask asking asked answer
    want wants wanted need needs needed like would look looking able possible possibly give gives giving given gimme
    show shows find finding found get gets getting got go goes going gone went make makes making made take takes
    taking took try tries trying tried way ways thing things something anything nothing everything someone anyone
    somebody anybody everyone really actually basically exactly maybe perhaps probably also still yet already always
    never ever just even only quite rather almost ok okay yeah sure certain kind sort type lot bit long far many much
    often usually normally sometimes work works working use uses using happen happens happened happening mean means
    meant meaning info information details anyway guys says say said saying think thinking guess see seen seems seem
    come comes coming came back let lets keep keeps kept put puts one ones two first next last new old other another
    others whole entire entirely full fully total altogether several various certain specific particular different
    similar same such else instead therefore because though although while whenever whether within without
    throughout along around near beside besides towards upon via per later earlier sooner early late recently soon
    once twice again today tomorrow yesterday now then currently immediately directly properly simply easily quickly
    allow allows allowed letting involve include includes including included provide provides providing provided
    offer offers offering offered require requires required concerning regarding regards according depending depends
    create creates creating created begin begins beginning become becomes leave leaves leaving left stay stays happen
    number amount part parts side end idea case cases reason reasons situation point time times moment people
    person everybody whatever whichever wherever however ago since until till up down out off
    hallo guten tag morgen abend bitte danke hilfe helfen wissen weiß sagen sagt frage fragen möchte möchten gern
    gerne wollen wollte brauche braucht brauchen geht gehen gibt's machen macht mache bekommen bekomme bekommt kriege
    kriegen kriegt lange lang viele oft eigentlich vielleicht überhaupt genau lassen lässt finde findet finden erhalte
    erhält erhalten kommt kommen komme gilt gelten darf dürfen dürft habt hättet seid könnt wollt müsst sollt bietet
    anbieten möglich moeglich zwei eins gleich gerade immer nie mal bereits später früher heute jetzt sache sachen
    welche fuer ueber koennen moechte muessen
    bonjour salut merci svp plaît veux veut voudrais voulez aide aider savoir sais dire question besoin faire fait
    faites avoir aurai aurais auriez avez-vous trouver possible aller vais longtemps temps peut-être dois doit devez
    devrais puis pouvez pourrais pourriez fois toujours jamais déjà encore quand
    hola buenos días tardes gracias favor quiero quisiera necesito ayuda ayudar saber sé decir pregunta hacer hago
    encontrar posible tiempo tarda tal debo debe deben tengo tienen tenéis tiene hay ofrecen ofrecéis podría podrían
    siempre nunca ya vez veces dejar llevar traer
    ciao buongiorno grazie vorrei voglio aiuto sapere domanda fare trovare possibile
    hallo goedendag bedankt alstublieft wil graag weten vraag hulp vinden mogelijk lang""".split()
)
