"""Writes the generated pages that differ from the code."""

from __future__ import annotations

import sys

from docs.tools.index import ROOT
from docs.tools.reference import files

if __name__ == "__main__":
    sys.stdout.writelines(f"wrote {path}\n" for path in files.write(ROOT))
