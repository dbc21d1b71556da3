"""Reports as pages that open offline: one file each, in one look, closed to the network."""
