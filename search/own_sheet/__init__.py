"""« Pourquoi ma fiche n’est-elle pas proposée ? »: a startup is told where its own sheets stand, and nothing of anybody else.

places    where one sheet stands in the answer to a need, and which place a change would give it: pure, without another's name
unsaid    the words of a need that a sheet does not say: pure
mending   where in a sheet, or beside it, each thing is told, proven or put right
trying    a need tried on one's own sheets, by the very functions that answer towns; nothing of it is kept or counted
queries   how many of towns' real questions found each sheet, and what left it out: in bands, never fewer than three towns

None of this is read by any ranking: it explains an order, and cannot move it.
"""
