"""Startups' profiles: everybody's what is public, the startup's the rest; documents are the startup's and the curators'."""

from tests.matrix.notation import Line, public

NOT_CURATORS = "signed_in -curator"
EDITORS = "s.edits t.all u.all"
ADMINS = "s.admin t.all u.all"
NOT_STARTUPS = "towns staff"
STAKE = {"holder": "Fonds", "kind": "company", "percent": "1", "since": "2020-01-01", "source": "Statuts"}
CONTACT = {"contacts": [{"kind": "sales", "name": "N", "email": "n@exemple.test"}]}
BANK = {"holder": "T", "iban": "FR1420041010050500013M02606"}
FILE = {"kind": "honour", "issuer": "Nous", "issued_on": "2026-01-01"}
WHY = {"reason": "Parce que."}
VERSION = {"If-Match": "9"}
PROFILE = "/espace-entreprise/profil"
FOLDER = "/espace-entreprise/candidature"

LINES = [
    *public("GET /api/v1/suppliers/{supplier_id}", "GET /entreprises/{supplier_id}", on="supplier"),
    # the startup's own
    *(
        Line(f"GET {path}", ok="startups", no=NOT_STARTUPS)
        for path in (
            "/api/v1/my/supplier", "/api/v1/my/supplier/stakes", "/api/v1/my/certificates", "/api/v1/my/candidature.zip", PROFILE, FOLDER,
            f"{FOLDER}.csv", f"{FOLDER}.xlsx", f"{FOLDER}.zip", f"{FOLDER}.pdf",
        )
    ),
    *(
        Line(f"PUT /api/v1/my/supplier/{section}", ok=EDITORS, no=f"{NOT_STARTUPS} s.seller", body=body, headers=VERSION)
        for section, body in (("identity", {}), ("capacity", {}), ("contacts", CONTACT))
    ),
    Line("PUT /api/v1/my/supplier/bank", ok=ADMINS, no=f"{NOT_STARTUPS} s.seller s.editor", body=BANK, headers=VERSION),
    Line("POST /api/v1/my/supplier/siret", ok=ADMINS, no=f"{NOT_STARTUPS} s.seller s.editor", body={"siret": "1"}, invalid=True),
    Line("POST /api/v1/my/supplier/stakes", ok=EDITORS, no=f"{NOT_STARTUPS} s.seller", body=STAKE),
    Line("PUT /api/v1/my/supplier/stakes/{stake_id}", on="supplier", ok="s.edits", no=f"{NOT_STARTUPS} s.seller", body=STAKE, headers=VERSION),
    Line("POST /api/v1/my/certificates", ok=EDITORS, no=f"{NOT_STARTUPS} s.seller", body=FILE, file=True, invalid=True),
    Line("GET /api/v1/my/certificates/{certificate_id}/file", on="supplier", ok="s.*", no=NOT_STARTUPS),
    *(
        Line(f"GET {path}", ok=EDITORS, no=f"{NOT_STARTUPS} s.seller")
        for path in (*(f"{PROFILE}/{section}" for section in ("identite", "contacts", "capacite", "capital")), f"{FOLDER}/ajouter")
    ),
    *(
        Line(f"POST {PROFILE}/{section}", ok=EDITORS, no=f"{NOT_STARTUPS} s.seller", body=body, invalid=True)
        for section, body in (("identite", {"version": "9"}), ("contacts", {"version": "9"}), ("capacite", {"version": "9"}), ("capital", STAKE))
    ),
    Line(f"GET {PROFILE}/banque", ok=ADMINS, no=f"{NOT_STARTUPS} s.seller s.editor"),
    Line(f"POST {PROFILE}/banque", ok=ADMINS, no=f"{NOT_STARTUPS} s.seller s.editor", body=BANK | {"version": "9"}, invalid=True),
    Line(f"POST {PROFILE}/siret", ok=ADMINS, no=f"{NOT_STARTUPS} s.seller s.editor", body={"siret": "1"}, invalid=True),
    Line(f"GET {PROFILE}/capital/{{stake_id}}", on="supplier", ok="s.edits", no=f"{NOT_STARTUPS} s.seller"),
    Line(f"POST {PROFILE}/capital/{{stake_id}}", on="supplier", ok="s.edits", no=f"{NOT_STARTUPS} s.seller", body=STAKE, invalid=True),
    Line(f"POST {FOLDER}/ajouter", ok=EDITORS, no=f"{NOT_STARTUPS} s.seller", body=FILE, file=True, invalid=True),
    # the curators'
    *(
        Line(route, on="supplier", ok="curator", no=NOT_CURATORS)
        for route in (
            "GET /api/v1/reviews/certificates", "GET /api/v1/reviews/certificates/{certificate_id}/file", "GET /relecture/certificats",
            "GET /relecture/certificats/{certificate_id}", "GET /relecture/certificats/{certificate_id}/document",
            "GET /relecture/entreprises/{supplier_id}/capital", "GET /relecture/entreprises/{supplier_id}/capital/{stake_id}",
            "POST /api/v1/reviews/certificates/{certificate_id}/acceptance", "POST /relecture/certificats/{certificate_id}/acceptation",
        )
    ),
    *(
        Line(route, on="supplier", ok="curator", no=NOT_CURATORS, body=WHY)
        for route in ("POST /api/v1/reviews/certificates/{certificate_id}/refusal", "POST /relecture/certificats/{certificate_id}/refus")
    ),
    *(
        Line(route, on="supplier", ok="curator", no=NOT_CURATORS, body=STAKE)
        for route in ("POST /api/v1/suppliers/{supplier_id}/stakes", "POST /relecture/entreprises/{supplier_id}/capital")
    ),
    Line("PUT /api/v1/suppliers/{supplier_id}/stakes/{stake_id}", on="supplier", ok="curator", no=NOT_CURATORS, body=STAKE, headers=VERSION),
    Line("POST /relecture/entreprises/{supplier_id}/capital/{stake_id}", on="supplier", ok="curator", no=NOT_CURATORS, body=STAKE, invalid=True),
]  # fmt: skip
