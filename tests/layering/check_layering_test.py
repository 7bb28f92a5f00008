#!/usr/bin/env python3
"""The layering checker finds what it is there to find, and nothing else."""

import pathlib
import tempfile
import unittest

from check_layering import check, read_rooms

ROOMS = read_rooms("base:\ncim:base\nwql:cim;base\nremote/rpc:base\nremote/dcom:remote/rpc\n")

FILES = {
    "src/base/result.h": "",
    "src/cim/value.h": '#include "base/result.h"\n',
    "src/wql/parser.h": '#include "cim/value.h"\n',
    "src/remote/rpc/pdu.h": "",
    "src/remote/dcom/orpc.h": '#include <vector>\n\n#include "remote/rpc/pdu.h"\n',
    "tests/support/proves.h": "",
    "sources/process/provider.cpp": '#include <openwmi/wbemprov.h>\n#include "provider.h"\n',
    "sources/process/provider.h": "",
}


class Layering(unittest.TestCase):
    def mistakes(self, **changed):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, content in (FILES | changed.get("files", {})).items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(content)
            return check(root, ROOMS)

    def test_accepts_what_is_declared(self):
        self.assertEqual(self.mistakes(), [])

    def test_finds_each_mistake(self):
        for name, content, expected in (
            ("src/cim/a.h", '#include "wql/parser.h"\n', "cim does not declare that it needs wql"),
            ("src/remote/rpc/a.cpp", '#include "remote/dcom/orpc.h"\n', "does not declare that it needs remote/dcom"),
            ("src/remote/dcom/a.cpp", '# include "cim/value.h"\n', "does not declare that it needs cim"),
            ("src/cim/a.h", '#include "value.h"\n', "start at the room"),
            ("src/cim/a.h", "#include <cim/value.h>\n", "header of ours"),
            ("src/cim/a.cpp", '#include "support/proves.h"\n', "only tests"),
            ("src/new/a.cpp", "", "lies in no room"),
            ("sources/process/a.cpp", '#include "cim/value.h"\n', "only the public SDK"),
            ("sources/process/a.cpp", "#include <cim/value.h>\n", "not part of the public SDK"),
            ("sources/process/a.cpp", '#include "support/proves.h"\n', "only the public SDK"),
        ):
            found = self.mistakes(files={name: content})
            self.assertEqual(len(found), 1, (name, content, found))
            self.assertIn(expected, found[0])
            self.assertTrue(found[0].startswith(f"{name}:1: "), found[0])

    def test_tests_may_use_the_test_support(self):
        for name in ("src/cim/value_test.cpp", "sources/process/provider_test.cpp", "sources/process/testing/fake.h"):
            self.assertEqual(self.mistakes(files={name: '#include "support/proves.h"\n'}), [])


if __name__ == "__main__":
    unittest.main()
