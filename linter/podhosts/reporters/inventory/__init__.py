"""The inventory in its formats, each a stream of text: what is printed is never held in memory as a whole."""
