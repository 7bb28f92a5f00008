#!/usr/bin/env python3
"""Fails when a file includes what its room did not declare.

usage: check_layering.py SOURCE_ROOT ROOM_LIST

ROOM_LIST is what cmake/Room.cmake writes: one line "room:needed;needed" a room. A file in src/ may include its own room,
base, and the rooms that its room names itself; what those need in turn must be named too. Include paths start at the
room. Files under sources/, consumers/ and examples/ are a stranger's: the public SDK and their own folder only.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
SUFFIXES = {".h", ".hpp", ".cpp", ".inc"}
STRANGERS = ("sources", "consumers", "examples")


def read_rooms(text):
    rooms = {}
    for line in text.splitlines():
        name, _, needs = line.partition(":")
        if name:
            rooms[name] = set(filter(None, needs.split(";")))
    return rooms


def includes_of(path):
    """(line number, path, in angle brackets) of each include."""
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1] or match[2], match[2] is not None


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())


def room_of(path, rooms):
    """The declared room that a path relative to src/ lies in, or None."""
    folders = [str(parent) for parent in pathlib.PurePosixPath(path).parents]
    return next((folder for folder in folders if folder in rooms), None)


def check_room_file(root, path, rooms):
    relative = path.relative_to(root / "src").as_posix()
    room = room_of(relative, rooms)
    if room is None:
        if path.suffix == ".cpp":
            yield 1, "lies in no room of src/CMakeLists.txt"
        return
    allowed = {room, "base"} | rooms[room]
    for line, included, angled in includes_of(path):
        if (root / "src" / included).is_file():
            other = room_of(included, rooms)
            if angled:
                yield line, f'<{included}> is a header of ours: include it as "{included}"'
            elif other not in allowed:
                yield line, f'"{included}": room {room} does not declare that it needs {other or included}'
        elif included.startswith("support/"):
            if not relative.endswith("_test.cpp"):
                yield line, f'"{included}": only tests use the test support'
        elif not angled:
            yield line, f'"{included}": include paths start at the room'


def check_strangers_file(root, path, folder):
    for line, included, angled in includes_of(path):
        own = (path.parent / included).is_file() or (folder / included).is_file()
        if included.startswith("support/") and (path.name.endswith("_test.cpp") or "testing" in path.parts):
            continue
        if not angled and not own:
            yield line, f'"{included}": only the public SDK, in angle brackets, and files of {folder.name}/'
        elif not own and (root / "src" / included).is_file():
            yield line, f"<{included}> is not part of the public SDK"


def check(root, rooms):
    found = []
    for path in files_in(root / "src"):
        found += [(path, *mistake) for mistake in check_room_file(root, path, rooms)]
    for name in STRANGERS:
        for path in files_in(root / name):
            found += [(path, *mistake) for mistake in check_strangers_file(root, path, root / name)]
    return [f"{path.relative_to(root)}:{line}: {text}" for path, line, text in found]


def main():
    root = pathlib.Path(sys.argv[1])
    mistakes = check(root, read_rooms(pathlib.Path(sys.argv[2]).read_text()))
    print("\n".join(mistakes))
    sys.exit(1 if mistakes else 0)


if __name__ == "__main__":
    main()
