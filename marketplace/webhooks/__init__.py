"""Outgoing webhooks: an organisation's own software is told what happens to it, signed per the Standard Webhooks specification.

We promise: at least once, the same `webhook-id` however often it is sent, about three days of tries, ids and public states
only (what that organisation can read by the API at that time), and no connection to an address that is not public
(`guard.py`). Rooms do not know us: `workers/webhook_jobs.py` turns their events into deliveries with `publishing.publish`.
"""
