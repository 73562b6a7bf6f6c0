"""Orders, invoices and payments: the town's and its supplier's; the coordinator reads its members' orders, not the reverse."""

from tests.matrix.notation import Line

ISSUE = {"engagement": "E-1"}
WHY = {"reason": "Parce que."}
PAYMENT = {"number": "M-1", "paid_on": "{today}", "cents": 1}
PAYMENT_FORM = {"number": "M-1", "paid_on": "{today}", "amount": "1"}
OWN = {
    "number": "F-9",
    "issued_on": "{today}",
    "ht_cents": "{ht_cents}",
    "vat_cents": "{vat_cents}",
    "ttc_cents": "{ttc_cents}",
}
OWN_FORM = {"number": "F-9", "issued_on": "{today}", "ht": "1", "vat": "1", "ttc": "1"}
BUY = "a.agent a.accountant a.signatory a.admin"

LINES = [
    *(Line(f"GET {path}", ok="signed_in") for path in (
        "/api/v1/orders", "/commandes", "/commandes.csv", "/commandes.xlsx", "/api/v1/invoices", "/factures", "/factures.csv", "/factures.xlsx",
    )),
    Line("GET /api/v1/pools/{pool_id}/orders", on="execution", ok="a.* b.agent watchers s.*", anonymous=404),
    Line("GET /api/v1/orders/{order_id}", on="prepared", ok="a.* s.*", anonymous=404),
    Line("GET /commandes/{order_id}", on="prepared", ok="a.* s.*"),
    # by their town, by their supplier
    *(
        Line(f"POST {path}", on=on, ok=ok, no=no, body=body, anonymous=404)
        for paths, on, ok, no, body in (
            (("/api/v1/orders/{order_id}/issue", "/commandes/{order_id}/emission"), "prepared", BUY, "a.reader s.*", ISSUE),
            (("/api/v1/orders/{order_id}/delivery", "/commandes/{order_id}/livraison"), "issued", "s.sells", "a.* s.editor", None),
            (("/api/v1/orders/{order_id}/refusal", "/commandes/{order_id}/refus"), "delivered", BUY, "a.reader s.*", WHY),
            (("/api/v1/orders/{order_id}/acceptance", "/commandes/{order_id}/service-fait"), "delivered", BUY, "a.reader s.*", None),
        )
        for path in paths
    ),
    # invoices
    *(Line(f"GET {path}", on="invoiced", ok="a.* s.*", anonymous=anonymous) for path, anonymous in (
        ("/api/v1/invoices/{invoice_id}", 404), ("/factures/{invoice_id}", 401), ("/commandes/{order_id}/facture", 401),
        ("/api/v1/files/{file_id}", 404), ("/fichiers/{file_id}", 404),
    )),
    Line("POST /api/v1/orders/{order_id}/invoice", on="accepted", ok="s.sells", no="a.* s.editor", body=OWN, file=True, anonymous=404),
    Line("POST /commandes/{order_id}/facture", on="accepted", ok="s.sells", no="a.* s.editor", body=OWN_FORM, file=True, anonymous=404, invalid=True),
    *(
        Line(f"POST {path}", on="invoiced", ok="a.accountant a.admin", no="a.reader a.agent a.signatory s.*", body=body, anonymous=404, invalid=True)
        for path, body in (("/api/v1/invoices/{invoice_id}/payment", PAYMENT), ("/factures/{invoice_id}/mandat", PAYMENT_FORM))
    ),
    *(
        Line(f"POST {path}", on="mandated", ok="s.sells", no="a.* s.editor", body=body, anonymous=404)
        for path, body in (
            ("/api/v1/invoices/{invoice_id}/payment/confirmation", None), ("/factures/{invoice_id}/confirmation", None),
            ("/api/v1/invoices/{invoice_id}/payment/dispute", WHY), ("/factures/{invoice_id}/contestation", WHY),
        )
    ),
    # the billing mandate
    Line("GET /api/v1/billing-mandate", no="towns staff"),
    Line("POST /api/v1/billing-mandate", ok="s.sells t.all u.all", no="towns staff s.editor", body={"prefix": "PREFIXE"}),
    Line("DELETE /api/v1/billing-mandate", no="towns staff s.editor"),
    Line("GET /espace-entreprise/mandat", ok="s.sells t.all u.all", no="towns staff s.editor"),
    Line("POST /espace-entreprise/mandat", ok="s.sells t.all u.all", no="towns staff s.editor", body={"prefix": "PREFIXE", "agreed": "1"}),
    Line("POST /espace-entreprise/mandat/revocation", no="towns staff s.editor"),
]  # fmt: skip
