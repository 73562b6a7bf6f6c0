# ruff: noqa: F401  importing is the point
"""Every table of the product: importing this module declares them all."""

import catalog.curation.models
import catalog.evidence.models
import catalog.opendata.models
import catalog.solutions.models
import catalog.solutions.remarks
import catalog.suppliers.models
import marketplace.accounts.models
import marketplace.accounts.tokens
import marketplace.audit
import marketplace.demo.models
import marketplace.files.models
import marketplace.interests.models
import marketplace.jobs
import marketplace.joining.models
import marketplace.notifications.models
import marketplace.outbox
import marketplace.personal_data.models
import marketplace.sign_in.identity_models
import marketplace.sign_in.models
import marketplace.territories.models
import marketplace.web.idempotency
import marketplace.web.rate_counts
import marketplace.webhooks.models
import procurement.billing.models
import procurement.conventions.models
import procurement.needs.models
import procurement.orders.models
import procurement.pools.models
import procurement.quotes.models
import search.engines.postgres.models
import search.facts.models
import search.log.models
import search.proposals.models
import search.register.models
import search.saved.models
import search.twins.models
from marketplace.db import Base

metadata = Base.metadata
