"""What the columns of order lines are called, in English, German, French and Spanish."""

import re
import unicodedata

WORDS = {
    "customer_id": (
        "customer client kunde kunden kundennummer kundenkarte cliente clientes buyer member household "
        "loyalty loyaltycard user shopper acheteur comprador debitor socio cardholder customeremail email"
    ),
    "purchased_at": (
        "date datum fecha timestamp datetime purchasedate purchasedat orderdate invoicedate saledate "
        "transactiondate created createdat zeitpunkt bestelldatum kaufdatum belegdatum rechnungsdatum "
        "datecommande dateachat datefacture datevente fechacompra fechapedido fechaventa fechafactura "
        "soldat bondatum"
    ),
    "amount": (
        "amount total linetotal net netamount netsales sales salesvalue revenue turnover spend "
        "extendedprice umsatz betrag nettobetrag gesamt gesamtpreis summe nettoumsatz montant montantnet "
        "totalligne importe importenetas monto valor totallinea value"
    ),
    "price": (
        "price unitprice einzelpreis preis stueckpreis vkpreis verkaufspreis prix prixunitaire precio "
        "preciounitario pu rate"
    ),
    "quantity": (
        "quantity qty units unit menge anzahl stueck stk stueckzahl quantite qte cantidad cant unidades pieces pcs"
    ),
    "item_id": (
        "item product sku article artikel artikelnummer produkt produit reference ean gtin upc barcode "
        "stockcode producto articulo plu materialnummer itemid productid"
    ),
    "item_name": (
        "description itemname productname articlename bezeichnung artikelbezeichnung artikelname "
        "produktname designation libelle nomproduit descripcion nombreproducto nombre title "
        "itemdescription productdescription"
    ),
    "order_id": (
        "order invoice receipt transaction basket bon beleg belegnummer bonnummer rechnung "
        "rechnungsnummer bestellung bestellnummer commande facture ticket pedido factura bill checkout "
        "auftrag auftragsnummer"
    ),
    "discount": "discount discounts rabatt nachlass remise descuento reduction rebate",
    "currency": "currency waehrung devise moneda divisa",
    "store_id": (
        "store shop branch filiale standort laden markt magasin boutique tienda sucursal location outlet site channel"
    ),
    "department": "department abteilung departement departamento dept",
    "category": (
        "category kategorie warengruppe categorie rayon categoria familia itemgroup productgroup artikelgruppe"
    ),
    "brand": "brand marke marque marca hersteller manufacturer",
    "package_size": "packagesize packsize size packungsgroesse gebinde taille tamano",
}
"""Field -> words, without blanks, accents and case."""
DECORATION = {
    "id",
    "no",
    "nr",
    "number",
    "num",
    "numero",
    "nummer",
    "code",
    "key",
    "de",
    "du",
    "des",
    "la",
    "le",
    "of",
    "n",
}
"""Words that say no more than that a column identifies something."""
OTHERS = {
    *(
        "name",
        "nom",
        "nombre",
        "country",
        "land",
        "pays",
        "pais",
        "city",
        "ort",
        "age",
        "group",
        "gender",
        "phone",
        "address",
    ),
    *(
        "tax",
        "vat",
        "mwst",
        "ust",
        "tva",
        "iva",
        "cost",
        "kosten",
        "margin",
        "ship",
        "shipping",
        "delivery",
        "birth",
        "paid",
    ),
    *("due", "cancelled", "updated", "status", "type", "method", "before", "gross", "brutto", "count", "lieferdatum"),
}
"""Words that turn a column into another one: the customer's name is not the customer."""


def tokens(name: str) -> list[str]:
    """Return the words of a column's name, without case and accents.

    >>> tokens("KundenNr."), tokens("Prix unitaire (€)"), tokens("Größe")
    (['kunden', 'nr'], ['prix', 'unitaire'], ['groesse'])
    """
    spaced = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", name).lower()
    for letter, two in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spaced = spaced.replace(letter, two)
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z]+", plain)


def likeness(name: str, field: str) -> float:
    """Return how well a column's name fits a field: 1 = it is called so, 0 = nothing says so."""
    words = tokens(name)
    known = WORDS.get(field, "").split()
    bare = [word for word in words if word not in DECORATION]
    if "".join(words) == field.replace("_", "") or "".join(words) in known:
        return 1.0
    if "".join(bare) in known:
        return 0.95
    strange = sum(word in OTHERS for word in bare)
    hits = [word for word in bare if word in known]
    compound = any(word.startswith(start) for word in bare for start in known if len(start) >= 5)
    if hits:
        return max(0.7 - 0.3 * strange, 0.0)
    return max(0.5 - 0.3 * strange, 0.0) if compound else 0.0
