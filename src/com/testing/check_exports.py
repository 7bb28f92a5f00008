#!/usr/bin/env python3
"""Fails when libopenwmi exports anything but what its map lists, or when a static library of the build defines it too.

usage: check_exports.py MAP LIBRARY FOLDER_OF_STATIC_LIBRARIES
"""
import pathlib
import re
import subprocess
import sys


def names(arguments):
    """The symbols that nm lists, without their versions."""
    listing = subprocess.run(["nm", *arguments], text=True, capture_output=True, check=True).stdout
    found = (line.split() for line in listing.splitlines())
    return {parts[2].split("@")[0] for parts in found if len(parts) == 3 and parts[1] in "TWDBRVu"}


def main():
    version_map, library, folder = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    listed = set(re.findall(r"(\w+);", version_map.read_text().split("local:")[0]))
    exported = names(["-D", "--defined-only", library])
    mistakes = [f"{name} is exported and not in {version_map.name}" for name in sorted(exported - listed)]
    mistakes += [f"{name} is in {version_map.name} and not exported" for name in sorted(listed - exported)]
    for archive in sorted(folder.rglob("*.a")):
        twice = listed & names(["--defined-only", str(archive)])
        mistakes += [f"{archive.name} defines {name} a second time" for name in sorted(twice)]
    print("\n".join(mistakes), file=sys.stderr)
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
