"""Kustomize: what a folder with a kustomization builds, followed inside the repository without running Kustomize."""
