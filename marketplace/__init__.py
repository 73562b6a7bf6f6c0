"""The frame that the rooms stand on: settings, database, money, errors, web, engines.

`app.py` plugs every room together; nothing else in this package knows a room above it.
"""

VERSION = "0.5.0"
