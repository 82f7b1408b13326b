"""The content of `/etc/hosts`: addresses, names, the file the kubelet writes, and what resolvers read in it.

Pure functions of text and bytes: no YAML, no Kubernetes objects, no input or output. Import the submodule that is
needed; `addresses` and `names` cost next to nothing to import.
"""
