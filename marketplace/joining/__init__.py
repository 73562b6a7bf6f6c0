"""How people come to act for organisations, and stop: claims, invitations, the team and its roles.

A claim opens an organisation to the person who can show that they belong to it; an invitation opens it to a colleague. Both
bind to an address that was proven. A change of roles, or a removal, drops every right that was derived from them.
"""
