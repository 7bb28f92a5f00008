#!/usr/bin/env python3
"""Writes docs/conformance.md: which rows of docs/spec/wmi-eventing.md have a check, and what it said.

usage: conformance.py ROWS

ROWS holds one line of JSON a check, as PROVES records them (tests/support/proves.h). A row that the specification does
not have is a mistake; a row without a check is open, and only counted.
"""

import collections
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPEC = ROOT / "docs" / "spec" / "wmi-eventing.md"
REPORT = ROOT / "docs" / "conformance.md"

SECTION = re.compile(r"## (\d+\. .+)")
ROW = re.compile(r"\| ([A-Z][A-Z0-9]{1,2}-\d{3}) \|")


def read_sections(text):
    """Section title -> its row IDs, both in the order of the specification."""
    sections, title = {}, None
    for line in text.splitlines():
        if match := SECTION.match(line):
            title = match[1]
        elif title and (match := ROW.match(line)):
            sections.setdefault(title, []).append(match[1])
    return sections


def read_checks(path):
    """Row ID -> {(file, line): passed}. A check in a loop counts once, and fails if it failed once."""
    checks = collections.defaultdict(dict)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    for record in map(json.loads, lines):
        place = (record["file"], record["line"])
        proofs = checks[record["row"]]
        proofs[place] = proofs.get(place, True) and record["result"] == "pass"
    return checks


def report(sections, checks):
    total = sum(map(len, sections.values()))
    proved = sum(row in checks and all(checks[row].values()) for rows in sections.values() for row in rows)
    yield "# Conformance"
    yield ""
    yield "Written by `./test` from the checks that name a row of [the specification](spec/wmi-eventing.md): `PROVES` in the tests."
    yield "A row counts as proved when every check that names it passes. An open row has no check yet, which says nothing about"
    yield "whether the behaviour is there."
    yield ""
    yield "| Section | Rows | Proved | Failing | Open |"
    yield "|---|---:|---:|---:|---:|"
    for title, rows in sections.items():
        checked = [row for row in rows if row in checks]
        good = sum(all(checks[row].values()) for row in checked)
        yield f"| {title} | {len(rows)} | {good} | {len(checked) - good} | {len(rows) - len(checked)} |"
    yield f"| **Total** | **{total}** | **{proved}** | | |"
    for title, rows in sections.items():
        checked = [row for row in rows if row in checks]
        if not checked:
            continue
        yield ""
        yield f"## {title}"
        yield ""
        yield "| Row | Checks | Result | Where |"
        yield "|---|---:|---|---|"
        for row in checked:
            files = ", ".join(sorted({file for file, _ in checks[row]}))
            yield f"| {row} | {len(checks[row])} | {'pass' if all(checks[row].values()) else 'FAIL'} | {files} |"


def main():
    sections = read_sections(SPEC.read_text(encoding="utf-8"))
    checks = read_checks(pathlib.Path(sys.argv[1]))
    known = {row for rows in sections.values() for row in rows}
    unknown = sorted(set(checks) - known)
    for row in unknown:
        print(f"{row}: no such row in {SPEC.relative_to(ROOT)}, named by {sorted(checks[row])}")

    text = "\n".join(report(sections, checks)) + "\n"
    changed = not REPORT.exists() or REPORT.read_text(encoding="utf-8") != text
    if changed:
        REPORT.write_text(text, encoding="utf-8")
    print(f"{len(set(checks) & known)} of {len(known)} rows have a check; "
          f"{REPORT.relative_to(ROOT)} {'has changed: commit it' if changed else 'is unchanged'}")
    sys.exit(1 if unknown else 0)


if __name__ == "__main__":
    main()
