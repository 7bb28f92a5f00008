#!/usr/bin/env python3
"""Fails when a header of a room or of the test support does not compile on its own.

usage: check_headers.py SOURCE_ROOT BUILD_ROOT COMPILER

A header that stands first in the .cpp or the _test.cpp file of its name has compiled alone in the build already. Others that
passed are remembered in the build folder by the hash of everything of ours that they include.
"""

import concurrent.futures
import hashlib
import pathlib
import subprocess
import sys

from check_layering import includes_of, read_rooms, room_of

FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-non-virtual-dtor",
         "-Wno-missing-field-initializers", "-x", "c++", "-"]
PARALLEL = 2


def headers_of(root, rooms):
    inside = [path for path in (root / "src").rglob("*.h") if room_of(path.relative_to(root / "src").as_posix(), rooms)]
    return sorted([*inside, *(root / "tests" / "support").rglob("*.h")])


def stands_first(header):
    """Whether the build has shown that the header needs nothing before it."""
    for name in (f"{header.stem}.cpp", f"{header.stem}_test.cpp"):
        source = header.with_name(name)
        first = next(iter(includes_of(source)), None) if source.is_file() else None
        if first and header.as_posix().endswith("/" + first[1]):
            return True
    return False


def folders_of(root):
    return [root / "src", root / "tests", root / "include", root / "include" / "openwmi"]


def closure_of(header, folders):
    """The header and every file of ours that it includes, however indirectly."""
    seen, waiting = set(), [header]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for _, included, _ in includes_of(path):
            waiting += [folder / included for folder in (path.parent, *folders) if (folder / included).is_file()][:1]
    return sorted(seen)


def fingerprint(header, folders, compiler):
    digest = hashlib.sha256(f"{compiler} {FLAGS} {header}".encode())
    for path in closure_of(header, folders):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def compile_alone(header, folders, compiler):
    """What the compiler says, or an empty text."""
    includes = [f"-I{folder}" for folder in folders]
    done = subprocess.run([compiler, *includes, *FLAGS], input=f'#include "{header}"\n', text=True, capture_output=True)
    if done.returncode == 0:
        return ""
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    return "\n  ".join([f"{header} does not compile on its own:", *errors[:3]])


def main():
    root, build, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    folders = folders_of(root)
    remembered = build / "headers_that_compile_alone"
    passed = set(remembered.read_text().split()) if remembered.exists() else set()
    headers = headers_of(root, read_rooms((build / "rooms.txt").read_text()))
    headers = [header for header in headers if not stands_first(header)]
    prints = {header: fingerprint(header, folders, compiler) for header in headers}
    unknown = [header for header in headers if prints[header] not in passed]
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        complaints = list(pool.map(lambda header: compile_alone(header, folders, compiler), unknown))
    good = set(prints.values()) - {prints[header] for header, said in zip(unknown, complaints) if said}
    remembered.write_text("\n".join(sorted(good)))
    print(f"{len(headers)} headers, {len(unknown)} compiled")
    print("\n".join(filter(None, complaints)))
    sys.exit(1 if any(complaints) else 0)


if __name__ == "__main__":
    main()
