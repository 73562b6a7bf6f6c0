"""Asking for quotes: publishing, sealed deposit, opening by the timer, comparing, awarding; or by the buyer profile.

Until the timer opens them all, a quote is ciphertext: encrypted on arrival to its consultation's public key, whose private
key is wrapped by `SEAL_KEY`. The web process has no `SEAL_KEY`, so it cannot open what it receives.
"""
