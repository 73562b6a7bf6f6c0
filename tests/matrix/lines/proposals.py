"""Proposals to buy together: the towns that they were made to, and nobody else, whoever watches pools."""

from tests.matrix.notation import Line

ANSWERS = "a.agents b.agent"
LOOK_ONLY = "a.reader a.accountant a.signatory"
NEVER = "startups staff"
POOL = {"title": "T", "label": "L", "census_ends_on": "{later}", "commitment_ends_on": "{later}"}

LINES = [
    Line("GET /api/v1/proposals", ok="towns", no=NEVER),
    Line("GET /propositions", ok="towns", no=NEVER),
    Line("GET /api/v1/proposals/{proposal_id}", on="proposal", ok="a.* b.agent", no=NEVER),
    Line("GET /propositions/{proposal_id}", on="proposal", ok="a.* b.agent", no=NEVER),
    *(
        Line(f"POST {path}/{act}", on="proposal", ok=ANSWERS, no=f"{LOOK_ONLY} {NEVER}")
        for path, acts in (
            ("/api/v1/proposals/{proposal_id}", ("acceptance", "refusal")),
            ("/propositions/{proposal_id}", ("accord", "refus")),
        )
        for act in acts
    ),
    Line("POST /api/v1/proposals/{proposal_id}/pool", on="proposal", ok=ANSWERS, no=f"{LOOK_ONLY} {NEVER}", body=POOL),
    Line("POST /propositions/{proposal_id}/achat", on="proposal", ok=ANSWERS, no=f"{LOOK_ONLY} {NEVER}", body=POOL | {"nature": "services"}),
    Line("PUT /api/v1/needs/{need_id}/alike", ok="a.agents", no=f"{LOOK_ONLY} {NEVER}", body={"alike": True}),
    Line("POST /propositions/besoins/{need_id}", ok="a.agents", no=f"{LOOK_ONLY} {NEVER}", body={"autres": "on"}),
]  # fmt: skip
