"""Pages: manifests in the code blocks of documentation."""
