"""Deliveries: what GitOps programs deploy of a repository's charts and folders, read from the objects that say so."""
