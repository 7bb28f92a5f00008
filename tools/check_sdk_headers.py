#!/usr/bin/env python3
"""Compiles each public header alone, as C++17 with strict warnings, and looks for words that the ABI must not use.

usage: check_sdk_headers.py DIRECTORY COMPILER...
"""
import pathlib
import re
import subprocess
import sys

FLAGS = ["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wold-style-cast",
         "-Wshadow", "-Woverloaded-virtual", "-Werror", "-x", "c++", "-fsyntax-only", "-"]


def compile_alone(compiler, directory, header):
    """The compiler's complaints about a file that includes nothing but the header, twice."""
    line = f"#include <{header.relative_to(directory)}>\n"
    result = subprocess.run([compiler, f"-I{directory}", *FLAGS], input=line + line, text=True,
                            capture_output=True, check=False)
    return result.stderr if result.returncode else ""


def main():
    directory, compilers = pathlib.Path(sys.argv[1]), [c for c in sys.argv[2:] if c]  # "": not installed
    mistakes = []
    for header in sorted(directory.rglob("*.h*")):
        for number, line in enumerate(header.read_text().splitlines(), 1):
            if re.search(r"\blong\b", line.split("//")[0]):
                mistakes.append(f"{header}:{number}: long is 64 bits wide on Linux; the ABI says LONG")
        mistakes += filter(None, (compile_alone(c, directory, header) for c in compilers))
    print("\n".join(mistakes), file=sys.stderr)
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
