"""What demo mode alone has: people to sign in as, fictional startups, mails to read, and a clock that moves forward."""
