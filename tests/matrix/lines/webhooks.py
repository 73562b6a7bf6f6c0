"""Webhooks, which are an organisation's administrators'; the journal; and personal data."""

from tests.matrix.lines.people import ADMINS, OTHERS
from tests.matrix.notation import Line

ENDPOINT = {"name": "x", "url": "https://exemple.test/x", "events": ["order.prepared"]}
AUDITORS = "auditor staff.admin"
NOT_AUDITORS = "signed_in -auditor -staff.admin"
STAFF_ADMIN, NOT_STAFF_ADMIN = "staff.admin", "signed_in -staff.admin"

LINES = [
    *(Line(f"GET {path}", ok=ADMINS, no=OTHERS) for path in ("/api/v1/webhooks", "/organisation/webhooks")),
    Line("GET /api/v1/webhook-events", ok=ADMINS, no=OTHERS),
    *(Line(f"POST {path}", ok=ADMINS, no=OTHERS, body=ENDPOINT, invalid=True) for path in ("/api/v1/webhooks", "/organisation/webhooks")),
    *(
        Line(route, on="webhook", ok="a.admin", no=OTHERS, body=ENDPOINT if route.endswith("{endpoint_id}") and route[0] == "P" else None, invalid=True)
        for route in (
            "GET /api/v1/webhooks/{endpoint_id}", "PUT /api/v1/webhooks/{endpoint_id}", "DELETE /api/v1/webhooks/{endpoint_id}",
            "GET /api/v1/webhooks/{endpoint_id}/deliveries", "GET /api/v1/webhooks/{endpoint_id}/deliveries/{delivery_id}",
            "POST /api/v1/webhooks/{endpoint_id}/activation", "POST /api/v1/webhooks/{endpoint_id}/deactivation",
            "POST /api/v1/webhooks/{endpoint_id}/deliveries/{delivery_id}/redelivery", "POST /api/v1/webhooks/{endpoint_id}/rotation",
            "POST /api/v1/webhooks/{endpoint_id}/test",
            "GET /organisation/webhooks/{endpoint_id}", "GET /organisation/webhooks/{endpoint_id}/envois/{delivery_id}",
            "POST /organisation/webhooks/{endpoint_id}", "POST /organisation/webhooks/{endpoint_id}/activation",
            "POST /organisation/webhooks/{endpoint_id}/desactivation", "POST /organisation/webhooks/{endpoint_id}/envois/{delivery_id}/renvoi",
            "POST /organisation/webhooks/{endpoint_id}/secret", "POST /organisation/webhooks/{endpoint_id}/suppression",
            "POST /organisation/webhooks/{endpoint_id}/test",
        )
    ),
    # the journal
    *(Line(f"GET {path}", ok=ADMINS, no=OTHERS)
      for path in ("/api/v1/organisation/journal", "/organisation/journal", "/organisation/journal.csv", "/organisation/journal.xlsx")),
    *(Line(f"GET {path}", ok=AUDITORS, no=NOT_AUDITORS)
      for path in ("/api/v1/administration/journal", "/administration/journal", "/administration/journal.csv", "/administration/journal.xlsx")),
    # files
    Line("GET /api/v1/files/{file_id}/metadata", on="invoiced", ok="a.* s.*", anonymous=404),
    # one's own data, and its end
    *(Line(route, ok="signed_in") for route in (
        "GET /api/v1/me/data-copies", "POST /api/v1/me/data-copies", "GET /compte/donnees", "POST /compte/donnees/copies",
    )),
    Line("GET /api/v1/me/data-copies/{request_id}", on="copy", ok="a.agent", anonymous=404),
    Line("GET /compte/donnees/copies/{request_id}", on="copy", ok="a.agent", anonymous=404),
    Line("GET /compte/donnees/effacement", ok="signed_in", session=True),
    Line("POST /compte/donnees/effacement", ok="signed_in", body={"sure": "1"}, invalid=True, session=True),
    Line("GET /administration/effacements", ok=STAFF_ADMIN, no=NOT_STAFF_ADMIN),
    Line("POST /administration/effacements", ok=STAFF_ADMIN, no=NOT_STAFF_ADMIN, body={"email": "x@exemple.test", "reason": "R"}, invalid=True),
    Line("GET /administration/effacements/{request_id}", on="erasure", ok=STAFF_ADMIN, no=NOT_STAFF_ADMIN),
    Line("POST /administration/effacements/{request_id}/confirmation", on="erasure", ok=STAFF_ADMIN, no=NOT_STAFF_ADMIN,
         body={"email": "x@exemple.test"}, invalid=True),
    Line("POST /administration/effacements/{request_id}/refus", on="erasure", ok=STAFF_ADMIN, no=NOT_STAFF_ADMIN),
]  # fmt: skip
