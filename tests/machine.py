"""What the machine itself must have for the whole suite: a Chromium, and a font that can write Chinese.

`make test` runs this file before pytest. On a Debian with apt and root it installs what is missing; anywhere
else it says in one sentence what to install, and fails: no journey is skipped in silence.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = {"Chromium": "chromium", "a font for Chinese (Noto Sans CJK)": "fonts-noto-cjk"}
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
_FILES = ("*CJK*", "*NotoSansSC*", "wqy-*", "*SourceHanSans*")


def chromium() -> str | None:
    """The browser that the journeys drive, or None if this machine has none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def writes_chinese() -> bool:
    """Whether a font for Chinese is installed; asked of fontconfig, else of the usual folders."""
    if shutil.which("fc-list"):
        listed = subprocess.run(
            ["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False
        )
        return bool(listed.stdout.strip())
    folders = [Path(one).expanduser() for one in _FONTS]
    return any(next(folder.rglob(name), None) for folder in folders if folder.is_dir() for name in _FILES)


def missing() -> dict[str, str]:
    """What is not here, each with the Debian package that brings it."""
    here = dict(zip(PACKAGES, (chromium() is not None, writes_chinese()), strict=True))
    return {what: package for what, package in PACKAGES.items() if not here[what]}


def install(packages: list[str]) -> str:
    """Install Debian packages; return what apt said if it failed, else nothing."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            return (
                done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
            ).splitlines()[-1]
    return ""


def main() -> int:
    lacking = missing()
    if not lacking:
        return 0
    trouble = "this is not a Debian on which I am root"
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {' and '.join(lacking.values())} for the browser tests …", flush=True)
        trouble = install(list(lacking.values()))
        lacking = missing()
    if not lacking:
        return 0
    print(
        f"The browser tests need {' and '.join(lacking)}: please install {' and '.join(lacking.values())} "
        f"(Debian: apt-get install {' '.join(lacking.values())}); they could not be installed here: {trouble}.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
