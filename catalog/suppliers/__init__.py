"""Who sells: a startup's profile, who owns it, what it can serve, and its certificates, kept once and reused.

    facts        legal forms, sizes, kinds of holders: what a profile may say      texts  what its texts may hold
    kinds        every certificate, as dated data with its legal reference
    profile      the startup writes it, a section at a time      stakes  who owns a share: declared, or added by a curator
    candidature  certificates: offered by the startup, accepted or refused by a curator; expired is computed, never stored
    bundle       the candidature file whole: documents, summary and list      expiring  30 and 7 days before, and the day after
    territories  where a startup works, and whether that is here

A stake of the Banque des Territoires, or of any public body, is disclosed with its date, and weighs nothing in any order.
Bank details are the startup's alone; contacts are for towns and staff who are signed in.
"""
