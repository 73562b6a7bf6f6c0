"""Teams, invitations and registrations: an organisation's administrators', and the staff's who verify."""

from tests.matrix.notation import Line, public

ADMINS = "a.admin c.all two.c s.admin t.all u.all staff.admin"
OTHERS = "signed_in -a.admin -c.all -two.c -s.admin -t.all -u.all -staff.admin"
ASKED = {
    "person_name": "X",
    "email": "x@exemple.test",
    "kind": "startup",
    "siret": "35600000000048",
    "name": "X",
    "roles": ["seller"],
}
ASKED_FORM = {
    "person_name": "X",
    "email": "x@exemple.test",
    "nature": "entreprise",
    "siret": "35600000000048",
    "name": "X",
    "roles": "seller",
}
INVITED = {"email": "quelquun@exemple.test", "roles": ["admin"]}
ROLES = {"roles": ["admin"]}
WHY = {"reason": "Parce que."}
TOKEN = {"token": "rien"}

LINES = [
    *public("GET /inscription", "GET /inscription/envoyee"),
    Line("POST /api/v1/registrations", ok="all", body=ASKED, invalid=True),
    Line("POST /inscription", ok="all", body=ASKED_FORM, invalid=True),
    # a link that is worth nothing, whoever follows it
    Line("POST /api/v1/registrations/proof", body=TOKEN, anonymous=404),
    Line("POST /api/v1/invitations/acceptance", body=TOKEN, anonymous=404),
    *(Line(f"{method} {path}", where={"token": "rien"}, anonymous=404)
      for path in ("/inscription/preuve/{token}", "/invitation/{token}") for method in ("GET", "POST")),
    # registrations
    Line("GET /api/v1/me/registrations", ok="signed_in"),
    Line("GET /api/v1/registrations", ok=ADMINS, no=OTHERS),
    Line("GET /administration/demandes", ok="staff.admin", no="signed_in -staff.admin"),
    *(Line(f"GET {path}", on="team", ok="a.admin staff.admin") for path in ("/api/v1/registrations/{claim_id}", "/demandes/{claim_id}")),
    *(
        Line(f"POST {path}", on="team", ok=ok, no=no, body=body)
        for path, ok, no, body in (
            ("/api/v1/registrations/{claim_id}/confirmation", "a.admin staff.admin", "", None),
            ("/api/v1/registrations/{claim_id}/refusal", "a.admin staff.admin", "", WHY),
            ("/api/v1/registrations/{claim_id}/withdrawal", "", "a.admin staff.admin", None),
            ("/demandes/{claim_id}/confirmation", "a.admin staff.admin", "", None),
            ("/demandes/{claim_id}/refus", "a.admin staff.admin", "", WHY),
            ("/demandes/{claim_id}/retrait", "", "a.admin staff.admin", None),
        )
    ),
    # the team
    Line("GET /api/v1/organisation/members", ok="signed_in"),
    Line("GET /organisation/equipe", ok="signed_in"),
    Line("GET /organisation/equipe/{person_id}", on="team", ok="a.admin", no=OTHERS),
    Line("PUT /api/v1/organisation/members/{person_id}", on="team", ok="a.admin", no=OTHERS, body=ROLES),
    Line("POST /organisation/equipe/{person_id}/roles", on="team", ok="a.admin", no=OTHERS, body={"roles": "admin"}),
    Line("DELETE /api/v1/organisation/members/{person_id}", on="team", ok="a.admin", no=OTHERS),
    Line("POST /organisation/equipe/{person_id}/retrait", on="team", ok="a.admin", no=OTHERS),
    Line("DELETE /api/v1/me/organisations/{organisation_id}", else_=401),
    Line("POST /compte/organisations/{organisation_id}/depart", ok="a.* two.c"),
    # invitations
    Line("GET /api/v1/organisation/invitations", ok=ADMINS, no=OTHERS),
    Line("POST /api/v1/organisation/invitations", ok=ADMINS, no=OTHERS, body=INVITED),
    Line("POST /organisation/equipe/invitations", ok=ADMINS, no=OTHERS, body={"email": "quelquun@exemple.test", "roles": "admin"}),
    *(
        Line(f"{route}", on="team", ok="a.admin", no=OTHERS)
        for route in (
            "POST /api/v1/organisation/invitations/{invitation_id}/sending", "DELETE /api/v1/organisation/invitations/{invitation_id}",
            "POST /organisation/equipe/invitations/{invitation_id}/envoi", "POST /organisation/equipe/invitations/{invitation_id}/retrait",
        )
    ),
]  # fmt: skip
