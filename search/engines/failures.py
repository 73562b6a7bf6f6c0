"""What goes wrong with an engine that is another program."""

from marketplace.errors import Unavailable
from marketplace.words import N_


class EngineDown(Unavailable):
    """It does not answer, answers too late, or answers what makes no sense. `why` is for logs."""

    code = "search_engine_down"
    sentence = N_("Le moteur de recherche « {engine} » ne répond pas : {why}")


class EngineRefused(EngineDown):
    """It answers, and refuses this one request: others may do."""

    code = "search_engine_refused"
    sentence = N_("Le moteur de recherche « {engine} » a refusé une demande : {why}")


class IndexNotBuilt(EngineDown):
    """It has no index of this version of the product: only a rebuild makes one."""

    code = "search_index_not_built"
    sentence = N_("L’index de « {engine} » reste à construire : lancez « marketplace reindex »")
