"""Reports as HTML pages that open offline: one file each, in the same style, without network."""
