"""Builds the site with Zensical, and adds each page as Markdown.

A link to a missing page or heading is an error.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from docs.tools import index
from docs.tools.site import pages

HERE = Path(__file__).parent
BUILD, SITE = index.ROOT / "build/docs", index.ROOT / "site"


def main() -> None:
    """Build ``site/`` from the repository."""
    pages.lay_out(index.ROOT, BUILD / "pages")
    shutil.copytree(HERE / "theme", BUILD / "pages" / "theme")
    settings = BUILD / "zensical.toml"
    template = (HERE / "zensical.toml").read_text("utf-8")
    navigation = pages.navigation(index.read(index.ROOT))
    settings.write_text(template.replace("nav = []\n", navigation), "utf-8")
    program = Path(sys.executable).with_name("zensical")
    build = [str(program), "build", "--strict", "--clean", "--config-file", str(settings)]
    if subprocess.run(build, check=False).returncode:
        sys.exit("the site was not built: correct the links above, and run make docs")
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.copytree(BUILD / "site", SITE)
    # What llms.txt links to: each page beside its HTML, as Markdown.
    shutil.copytree(BUILD / "pages", SITE, dirs_exist_ok=True)
    sys.stdout.write(f"{SITE}/index.html; with search: python3 -m http.server -d site\n")


if __name__ == "__main__":
    main()
