"""Writes the pages that are not as the code makes them."""

from __future__ import annotations

import sys

from tools.index import ROOT
from tools.reference import files

if __name__ == "__main__":
    sys.stdout.writelines(f"wrote {path}\n" for path in files.write(ROOT))
