"""The main job, end to end, over HTTP against a fresh instance: `marketplace scenario --towns N`.

Separate people do their own part through the public API: four sign in by password, the others use API keys. Towns are
real, of one department; startups and prices are fictional. Ends with checks that sums, shares and orders agree.
"""

from marketplace.scenario.run import run

__all__ = ["run"]
