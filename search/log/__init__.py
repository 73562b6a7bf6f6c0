"""What was searched and answered: the raw material of the sourcing register.

    models     one row an answer: what was asked, in which order sheets came, by which index and weights
    recording  writes it in the transaction of the answer
    queries    reads it back, for the organisation that asked

A row belongs to the acting organisation, which alone reads it: startups are told counts of three towns at least, made by the
database (`search/own_sheet`). A visitor's belongs to nobody, is read by nobody and is kept
a short time. Rows are purged by age (`marketplace.personal_data.retention`): what has to last is frozen in the register.
"""
