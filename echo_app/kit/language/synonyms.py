"""Words that customers and articles use for the same thing, across the languages we stem.

Only the vocabulary that every shop and service shares; a subject's own words come from the documents. An entry with
an underscore is a phrase: its words in that order with at most two others between (`send it back`).
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from echo_app.kit.language.words import stems

# How many words may stand between the words of a phrase.
_GAP = 2

_GROUPS = """
refund refunded reimburse reimbursement money_back get_money rückerstattung erstattung erstatten geld_zurück rembourser remboursement reembolso reembolsar rimborso terugbetaling
return returns send_back sending_back sent_back bring_back bringing_back give_back giving_back take_back go_back rückgabe zurückgeben rücksendung zurücksenden zurückschicken retoure retournieren retour retourner renvoyer devolución devolver reso restituire retourneren terugsturen
exchange swap replace replacement umtausch umtauschen tauschen échange échanger cambio cambiar cambiare ruilen
ship shipping shipped shipment deliver delivery delivered dispatch send_out versand versenden lieferung liefern geliefert zustellung livraison livrer expédition expédier envío enviar entrega entregar spedizione consegna verzending levering bezorging
arrive arrives receive reach get_here turn_up ankommen ankunft eintreffen arriver recevoir llegar recibir arrivare
parcel package packet paket päckchen sendung colis paquete pacco pakket
track tracking where_package where_order trace sendungsverfolgung verfolgen suivi suivre seguimiento rastrear tracciare volgen
order purchase buy bought bestellung bestellen kaufen kauf commande commander acheter achat pedido pedir comprar compra ordine acquisto bestelling
cancel cancellation cancelled leave_contract terminate call_off call_it_off stornieren storno stornierung kündigen kündigung widerrufen widerruf annuler annulation résilier résiliation cancelar cancelación annullare annuleren opzeggen
change modify edit amend update alter ändern änderung anpassen bearbeiten modifier changer modificar cambiar modificare wijzigen
price cost costs fee fees charge charges expensive cheap tariff how_much preis preise kosten kostet gebühr gebühren teuer wie_viel_kostet prix coût coûter tarif frais combien precio coste costo costar tarifa cuánto_cuesta prezzo costa prijs
ebike ebikes electric_bike electric_bikes pedelec elektrofahrrad
tyre tyres tire tires puncture flat_tyre flat_tire reifen pneu
luggage baggage suitcase bags gepäck koffer bagage bagages valise equipaje maletas maleta bagaglio
route way_there directions anfahrt wegbeschreibung itinéraire
free gratis complimentary at_no_cost no_charge kostenlos kostenfrei umsonst gratuit gratuitement gratuito
discount coupon voucher promo promotion offer deal sale rabatt gutschein nachlass angebot remise réduction promotion descuento oferta cupón sconto korting
pay payment paid checkout zahlen bezahlen zahlung zahlungsart payer paiement régler pagar pago pagamento betalen betaling
invoice bill receipt billing rechnung beleg quittung facture reçu factura recibo fattura factuur
sso single_sign_on single_sign-on saml
2fa mfa two-factor two_factor authenticator
version edition release update
rdv rendez-vous
error mistake fehler
card credit_card visa mastercard amex kreditkarte karte carte tarjeta carta
account profile login konto kundenkonto profil compte cuenta perfil profilo
login log_in sign_in logon signin anmelden einloggen anmeldung connecter connexion iniciar_sesión accedere inloggen
signup sign_up register registration registrieren registrierung inscrire inscription registrarse registro registrarsi
logout log_out sign_out abmelden ausloggen déconnecter
password passcode passphrase passwort kennwort mot_de_passe contraseña wachtwoord
forgot forgotten lost reset vergessen zurücksetzen verloren oublié perdu réinitialiser olvidado olvidé restablecer perdido
delete remove erase close löschen entfernen supprimer effacer eliminar borrar cancellare verwijderen
address location adresse anschrift dirección indirizzo adres
email mail e-mail e_mail correo courriel
phone telephone call number_call telefon anrufen telefonnummer téléphone appeler teléfono llamar telefono chiamare telefoon bellen
contact reach support customer_service helpdesk get_in_touch talk_to kontakt kontaktieren erreichen kundenservice kundendienst contacter contact contacto contactar contatto contatti
hours opening open opened opening_hours close closed closes closing what_time öffnungszeiten geöffnet öffnen offen schließen schließt geschlossen horaires ouvert ouverture fermé ferme fermeture horario abierto abren cerrado cierran orari aperto chiuso openingstijden gesloten
store shop showroom branch boutique laden geschäft filiale magasin tienda negozio winkel
broken damaged defective faulty defect damage not_working doesn't_work stopped_working kaputt defekt beschädigt schaden cassé endommagé défectueux roto dañado defectuoso rotto difettoso kapot
repair fix mend repaired reparieren reparatur réparer réparation reparar reparación riparare riparazione repareren
warranty guarantee guaranteed garantie gewährleistung garantía garanzia
missing lost disappeared never_arrived not_arrived fehlt fehlen verloren manque manquant perdu falta perdido manca
wrong incorrect mistaken falsch falscher incorrect erreur incorrecto equivocado sbagliato verkeerd
size sizes sizing fit fits größe größen grösse passt taille talla tamaño taglia maat
small little tiny klein petit pequeño piccolo
big large huge groß grand grande groot
colour color colours shade farbe farben couleur colore kleur
available stock in_stock sold_out back_in_stock availability verfügbar lager vorrätig lieferbar ausverkauft disponible stock épuisé agotado disponibile voorraad
wash washing clean cleaning laundry care waschen reinigen reinigung pflege pflegen laver nettoyer nettoyage entretien lavar limpiar limpieza lavare pulire wassen
gift present geschenk cadeau regalo
subscription subscribe plan membership abo abonnement mitgliedschaft abonnieren suscripción abbonamento
upgrade downgrade switch_plan wechseln
trial test_period try_out testphase probezeit essai prueba prova
renew renewal extend prolong verlängern verlängerung renouveler renouvellement renovar rinnovare
newsletter mailing unsubscribe abmelden désabonner
privacy data gdpr personal_data datenschutz daten dsgvo confidentialité données privacidad datos
safe secure security safety protected sicher sicherheit sûr sécurité seguro seguridad sicuro
invite add_member teammate colleague einladen kollege inviter collègue invitar colega
team staff employees coworkers mitarbeiter équipe equipo
business company b2b firma unternehmen entreprise empresa azienda
wholesale bulk reseller retailer großhandel händler wiederverkäufer grossiste mayorista
quickly fast faster express urgent asap rush sooner schnell schneller express eilig dringend rapide rapidement urgent rápido urgente snel
duration how_long length long_take dauer wie_lange dauert délai durée combien_de_temps plazo cuánto_tiempo duración durata
deadline limit period within time_limit frist zeitraum innerhalb délai plazo termine termijn
international abroad overseas foreign worldwide outside_country ausland international weltweit étranger extranjero estero buitenland
customs duty duties import_tax zoll zollgebühren douane aduana dogana
tax vat mwst mehrwertsteuer steuer tva taxe iva impuesto btw
country countries land länder pays país países paese
eu europe european europa europäisch européen
battery charge charging recharge akku batterie laden aufladen recharger batería cargar batteria
device gadget machine appliance unit gerät geräte appareil dispositivo aparato apparaat
install setup set_up installation configure einrichten installieren installation installer configurer instalar configurar installare
connect pair pairing link sync verbinden koppeln verbindung connecter conectar collegare
app application software anwendung aplicación
restart reboot turn_off_on neustart neustarten redémarrer reiniciar riavviare
error problem issue trouble bug glitch fault fehler problem störung erreur problème fallo problema errore
waterproof water_resistant rain rainproof wet wasserdicht wasserfest regen imperméable pluie impermeable lluvia impermeabile
material fabric made_of made_from materials stoff gewebe matière tissu tela tejido materiale stof
leather leder cuir cuero piel pelle leer
sustainable eco environment environmental recycled green nachhaltig nachhaltigkeit umwelt recycelt durable écologique environnement sostenible reciclado sostenibile duurzaam
vegan animal plant_based
job jobs career careers hiring vacancy stelle stellen karriere bewerbung emploi carrière empleo lavoro vacature
appointment booking reservation book reserve schedule termin buchen buchung reservieren reservierung rendez-vous réserver réservation cita reservar reserva prenotare prenotazione afspraak
reschedule postpone move_appointment move_booking verschieben reporter reprogramar spostare
guest visitor gast gäste invité huésped
checkin check_in arrival entrada entrar entro llegada llego anreise ankunft arrivée
checkout check_out departure salida salir dejar_habitación abreise départ
room rooms bedroom zimmer chambre habitación camera kamer
breakfast frühstück petit-déjeuner desayuno colazione ontbijt
electric elektrisch électrique eléctrico elettrico elektrisch strom
car auto wagen voiture coche macchina
id identity_card passport identification ausweis personalausweis reisepass pièce_d'identité passeport pasaporte dni documents
rent rental lease mieten miete verleih ausleihen leihen louer alquilar alquiler noleggio huren
move postpone shift_date
parking park car_park parken parkplatz stationnement parking aparcar aparcamiento parcheggio
pet pets dog dogs puppy haustier haustiere hund animal chien mascota mascotas perro animali hond
child children kid kids baby toddler kind kinder enfant enfants bébé niño niños bambino bambini kinderen
student studenten étudiant estudiante studente
allowed permitted allow permit erlaubt dürfen darf autorisé permis permitido consentito toegestaan
minimum at_least lowest mindestens minimum mindestbestellwert
maximum at_most highest höchstens
weight heavy weigh weighs gewicht wiegt schwer poids peso gewicht
begin start starts commence beginnen anfangen starten commencer débuter empezar comenzar iniziare
instalment instalments installment installments raten ratenzahlung
valid validity expire expires expiry gültig gültigkeit valable válido valido geldig
end finish expire expires expiry over enden ablaufen läuft_ab expirer terminar caducar scadere
download export herunterladen exportieren télécharger exporter descargar exportar scaricare
upload import hochladen importieren
photo picture image pictures photos bild foto fotos bilder imagen foto immagine
assemble assembly put_together build aufbauen aufbau montage montieren monter montaje montar montaggio
manual instructions guide anleitung gebrauchsanweisung handbuch notice mode_d'emploi instrucciones manual istruzioni
spare replacement_part parts ersatzteil ersatzteile pièces repuesto repuestos ricambio
pick_up collect collection pickup collect_myself abholen abholung selbstabholung retirer retrait recoger recogida ritiro ritirare afhalen
neighbour neighbor nachbar voisin vecino
not_home nobody_home away absent nicht_zuhause absent ausente
engrave engraving personalise personalize custom customize gravur personalisieren personnaliser personalizar personalizzare
review rating feedback bewertung avis reseña opinión recensione
complain complaint unhappy dissatisfied beschwerde reklamation reklamieren réclamation plainte queja reclamación reclamo klacht
points loyalty reward rewards bonus treue punkte bonuspunkte fidélité puntos fidelidad punti
doctor physician gp arzt ärztin médecin médico medico arts
medicine medication drug drugs medikament arznei médicament medicamento farmaco
food eat eating meal essen mahlzeit nourriture manger comida comer cibo
drink beverage getränk trinken boisson bebida bevanda
temperature hot cold heat warm temperatur heiß kalt température chaud froid temperatura calor frío
light lamp bulb glow lampe licht leuchte lumière luz lámpara
leak leaks leaking drip drips dripping undicht tropft tropfen leckt lecken fuite fuit goutte gotea fuga perde perdita lekt
descale descaling decalcify limescale scale entkalken kalk verkalkt détartrer calcaire descalcificar cal calcare ontkalken kalkaanslag
smell smells odour odor riecht geruch stinkt odeur huele olor odore
lower reduce decrease raise increase adjust senken runtersetzen herabsetzen reduzieren erhöhen anpassen baisser réduire augmenter bajar reducir subir aumentar ridurre verlagen verhogen
laundry laundrette washing_machine waschmaschine wäscherei laverie machine_à_laver lavandería lavadora lavanderia lavatrice wasserette
linen sheets bedding bettwäsche laken draps literie sábanas lenzuola lakens
towel towels handtuch handtücher serviette serviettes toalla toallas asciugamano handdoek
visitor visitors visit guest guests besucher besuch gast gäste visiteur visiteurs visite visitante visitantes visita ospite bezoeker
sport exercise gym workout train training fitness sporttraining gimnasio ejercicio palestra sporten
smart intelligent intelligenter
organic eco_electricity green_electricity öko ökostrom bio biologisch biologique ecológico biologico
barrier gate schranke tor barrière portail barrera puerta cancello
late arrival_late late_arrival tardive tard verspätet verspätung spät retard tarde ritardo laat
distance far away meters metres weit entfernt entfernung loin lejos lontano ver
deposit kaution anzahlung acompte caution fianza depósito cauzione borg
teacher instructor trainer coach lehrer lehrkraft lehrerin professeur moniteur profesor entrenador insegnante docent
lesson lessons class classes course courses unterricht stunde kurs kurse cours leçon clase clases curso cursos lezione corso les cursus
enrol enroll enrolment registration_fee anmelden anmeldung einschreiben inscription inscrire matrícula inscripción iscrizione inschrijven
senior seniors pensioner pensioners retired elderly rentner senioren retraité retraités jubilado jubilados mayores pensionato gepensioneerd
sick ill illness krank krankheit erkrankt malade maladie enfermo enfermedad malato ziek ziekte
sibling siblings brother sister geschwister bruder schwester geschwisterrabatt frère soeur hermano hermana fratello sorella
pain painful hurt hurts ache schmerz schmerzen weh douleur mal duele dolor dolore pijn
noise loud noisy laut geräusch bruit ruido rumore
"""


def load() -> None:
    """Puts the vocabulary's stems together now (0.3 s), so that no customer waits for it."""
    _single()
    _phrases()


@cache
def _single() -> dict[str, frozenset[int]]:
    """Which groups a term stands in, under any language's stem."""
    groups: dict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(_GROUPS.strip().splitlines()):
        for entry in line.split():
            if "_" not in entry:
                for term in stems(entry):
                    groups[term].add(number)
    return {term: frozenset(numbers) for term, numbers in groups.items()}


@cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], int]]]:
    """The phrases by their first word, with the group each stands in."""
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
    for number, line in enumerate(_GROUPS.strip().splitlines()):
        for entry in line.split():
            if "_" in entry:
                words = tuple(entry.split("_"))
                phrases[words[0]].append((words, number))
    return dict(phrases)


@cache
def _members(number: int) -> frozenset[str]:
    """Every term of a group's single words."""
    line = _GROUPS.strip().splitlines()[number]
    return frozenset(term for entry in line.split() if "_" not in entry for term in stems(entry))


@cache
def synonyms(word: str) -> frozenset[str]:
    """The terms of other words that mean what this word means; empty when none is known."""
    numbers = {number for term in stems(word) for number in _single().get(term, ())}
    return frozenset(term for number in numbers for term in _members(number)) - frozenset(stems(word))


def phrases_in(words: Iterable[str]) -> dict[tuple[str, ...], frozenset[str]]:
    """The known phrases in a question's words (stop words included), with the terms that mean the same."""
    sequence = list(words)
    found: dict[tuple[str, ...], frozenset[str]] = {}
    for position, word in enumerate(sequence):
        for phrase, number in _phrases().get(word, ()):
            if _follows(sequence, position, phrase):
                found[phrase] = found.get(phrase, frozenset()) | _members(number)
    return found


def _follows(sequence: list[str], position: int, phrase: tuple[str, ...]) -> bool:
    for word in phrase[1:]:
        window = sequence[position + 1 : position + 2 + _GAP]
        if word not in window:
            return False
        position += 1 + window.index(word)
    return True
