#!/usr/bin/env python3
"""Prints "passed failed skipped" of a JUnit file that ctest wrote. Disabled tests and tests not run have failed."""

import sys
import xml.etree.ElementTree as xml

states = [case.get("status") for case in xml.parse(sys.argv[1]).getroot().iter("testcase")]
passed = states.count("run")
skipped = sum(case.find("skipped") is not None and case.get("status") == "notrun"
              for case in xml.parse(sys.argv[1]).getroot().iter("testcase"))
print(passed, len(states) - passed - skipped, skipped)
