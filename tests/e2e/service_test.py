#!/usr/bin/env python3
"""The real daemon, its real socket and tool, real plug-ins and files. ctest says where they are (OPENWMI_BUILD)."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from service import BUILD, PATIENCE_S, Service, wait_until
ROOT = pathlib.Path(__file__).resolve().parents[2]

SENSORS = r"""
#pragma namespace("\\\\.\\root\\subscription")
class Sensor { [key] string Id; sint32 Temp; };
instance of __EventFilter as $Filter {
    Name = "hot";
    QueryLanguage = "WQL";
    Query = "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'Sensor' AND TargetInstance.Temp > 80";
};
"""
TO_A_FILE = r"""
instance of LogFileEventConsumer as $Log {
    Name = "alarm"; Filename = "@FILE@"; Text = "%TargetInstance.Id% has %TargetInstance.Temp%";
};
instance of __FilterToConsumerBinding { Filter = $Filter; Consumer = $Log; };
"""
# The documented sample, with another file.
TROUBLESHOOTING = r"""
#pragma namespace("\\\\.\\root\\subscription")
instance of __EventFilter as $Filter {
    Name = "ProviderOperationEvents"; EventNamespace = "root\\cimv2";
    Query = "SELECT * FROM MSFT_WmiProvider_OperationEvent"; QueryLanguage = "WQL";
};
instance of LogFileEventConsumer as $Consumer {
    Name = "ProviderOperationEvents"; FileName = "@FILE@"; Text = "Operation - %__TEXT%";
};
instance of __FilterToConsumerBinding {
    Filter = $Filter; Consumer = $Consumer; MaintainSecurityContext = TRUE;
};
"""


def sensor(name, temp):
    return f"""
#pragma namespace("\\\\\\\\.\\\\root\\\\subscription")
instance of Sensor {{ Id = "{name}"; Temp = {temp}; }};
"""


class ServiceTest(unittest.TestCase):
    def make(self, **options):
        service = Service(**options)
        self.addCleanup(service.remove)
        return service

    def assert_ok(self, result):
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def assert_exit(self, code, result, text=""):
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertIn(text, result.stderr)

    def subscribe_a_file(self, service):
        file = service.folder / "alarms.txt"
        self.assert_ok(service.mof(SENSORS + TO_A_FILE.replace("@FILE@", str(file))))
        return file


class Subscriptions(ServiceTest):
    def test_goes_on_after_a_restart_and_after_a_kill(self):
        service = self.make().start()
        file = self.subscribe_a_file(service)
        expected = ""
        for number, end in enumerate([service.stop, service.kill, service.stop], 1):
            self.assert_ok(service.mof(sensor(f"s{number}", 80 + number)))
            expected += f"s{number} has {80 + number}\n"
            wait_until(lambda: file.exists() and file.read_text() == expected, f"{expected!r} in the log file")
            self.assertIn(end(), (0, None), service.log())
            service.start()
        listed = service.json("list")["subscriptions"]
        self.assertEqual([(each["state"], each["matched"], each["delivered"]) for each in listed], [("active", 3, 3)])

    def test_is_shown_switched_off_and_deleted(self):
        service = self.make().start()
        file = self.subscribe_a_file(service)
        table = self.assert_ok(service.openwmi("list"))
        self.assertRegex(table, r"STATE +FILTER +CONSUMER +FIRED")
        self.assertRegex(table, r"active +hot +LogFile:alarm +0 +0 +0 +0 +- +root\\subscription")
        shown = self.assert_ok(service.openwmi("show", "HOT"))
        self.assertIn("instance of __EventFilter", shown)
        self.assertIn('LogFileEventConsumer.Name="alarm"', shown)
        self.assertIn("instance of LogFileEventConsumer", self.assert_ok(service.openwmi("show", "logfile:alarm")))

        self.assert_ok(service.openwmi("disable", "hot"))
        self.assert_ok(service.mof(sensor("a", 99)))
        self.assertEqual(service.json("list")["subscriptions"][0]["state"], "disabled")
        self.assert_ok(service.openwmi("enable", "hot"))
        self.assert_ok(service.mof(sensor("b", 99)))
        wait_until(lambda: file.exists() and file.read_text() == "b has 99\n", "the event of the enabled filter alone")

        self.assert_ok(service.openwmi("delete", "hot", "--bindings"))
        self.assert_exit(3, service.openwmi("show", "hot"), "there is no filter or consumer called 'hot'")
        self.assertEqual([each["filter"] for each in service.json("list")["subscriptions"]], [""])

    def test_are_observed_before_they_are_real(self):
        service = self.make().start()
        file = self.subscribe_a_file(service)
        self.assertEqual(self.assert_ok(service.openwmi("observe", "hot")), "hot to LogFile:alarm: observed\n")
        self.assert_ok(service.mof(sensor("a", 99)))
        wait_until(lambda: service.json("list")["subscriptions"][0]["observed"] == 1, "the first event to be observed")
        service.kill()
        service.start()
        self.assert_ok(service.mof(sensor("b", 99)))
        would_do = f"append to {file}: b has 99"
        history = wait_until(lambda: service.json("history")["history"], "what was observed")
        self.assertEqual([(each["outcome"], each["would_do"]) for each in history], [("observed", would_do)])
        self.assertIn(f"would {would_do}", self.assert_ok(service.openwmi("history", "hot")))
        self.assertIn("observed: 2 of its events went no further", self.assert_ok(service.openwmi("list")))
        self.assertIn(f'would_do="{would_do}"', service.log())
        self.assertFalse(file.exists())

        self.assert_exit(3, service.openwmi("observe", "hot", "--consumer", "other"), "no binding leads from")
        self.assert_ok(service.openwmi("observe", "hot", "--consumer", "alarm", "--off"))
        self.assert_ok(service.mof(sensor("c", 99)))
        wait_until(lambda: file.exists() and file.read_text() == "c has 99\n", "the event of the real binding alone")
        listed = service.json("list")["subscriptions"][0]
        self.assertEqual((listed["matched"], listed["observed"], listed["delivered"]), (3, 2, 1))

    def test_are_explained_and_the_explanation_is_a_test(self):
        service = self.make().start()
        self.subscribe_a_file(service)
        self.assert_ok(service.mof(sensor("a", 70)))
        told = self.assert_ok(service.openwmi("explain", "hot"))
        self.assertRegex(told, r"State +active")
        self.assertIn("FALSE   TargetInstance.Temp > 80    [TargetInstance.Temp = 70]", told)
        causes = service.json("explain", "hot")["causes"]
        self.assertEqual([each["code"] for each in causes], ["false"])
        test = service.folder / "hot.test"
        test.write_text(self.assert_ok(service.openwmi("explain", "hot", "--as-test")))
        self.assertIn("\nok 1 - ", self.assert_ok(service.openwmi("test", str(test))))

        event = service.folder / "event.json"
        event.write_text(json.dumps({"__CLASS": "__InstanceCreationEvent",
                                     "TargetInstance": {"__CLASS": "Sensor", "Id": "b", "Temp": 90}}))
        self.assertEqual(service.json("explain", "hot", "--event", str(event))["verdicts"][0]["truth"], "TRUE")
        event.write_text(json.dumps({"__CLASS": "Nothing"}))
        self.assert_exit(1, service.openwmi("explain", "hot", "--event", str(event)),
                         r'root\subscription, where the filter listens: at /: there is no class "Nothing"')
        self.assert_exit(3, service.openwmi("explain", "cold"), "there is no filter called 'cold'")
        self.assertIn("nothing found", self.assert_ok(service.openwmi("lint", "--service")))

    def test_logs_the_operations_of_providers(self):
        service = self.make().start()
        file = service.folder / "operations.txt"
        self.assert_ok(service.mof(TROUBLESHOOTING.replace("@FILE@", str(file))))
        self.assert_ok(service.openwmi("query", "SELECT * FROM Win32_LocalTime"))
        call = "Operation - \\s*instance of MSFT_WmiProvider_CreateInstanceEnumAsyncEvent_"
        both = re.compile(f"{call}Pre.*{call}Post.*Win32_LocalTime", re.DOTALL)
        wait_until(lambda: file.exists() and both.search(file.read_text()), "a call, before and after, in the file")

    def test_with_a_provider_that_is_missing_leaves_the_others_unharmed(self):
        service = self.make().start()
        file = self.subscribe_a_file(service)
        self.assert_ok(service.mof(r"""
#pragma namespace("\\\\.\\root\\subscription")
class NobodysConsumer : __EventConsumer { [key] string Name; };
instance of __Win32Provider as $P { Name = "Nobody"; CLSID = "{01234567-89AB-CDEF-0123-456789ABCDEF}"; };
instance of __EventConsumerProviderRegistration { Provider = $P; ConsumerClassNames = {"NobodysConsumer"}; };
instance of NobodysConsumer as $C { Name = "x"; };
instance of __FilterToConsumerBinding { Filter = "__EventFilter.Name=\"hot\""; Consumer = $C; };
"""))
        self.assert_ok(service.mof(sensor("a", 99)))
        wait_until(lambda: file.exists() and file.read_text() == "a has 99\n", "the consumer that is there")
        failed = wait_until(lambda: [each for each in service.json("list")["subscriptions"] if each["failed"] == 1],
                            "the failure in the list")
        self.assertIn("{01234567-89AB-CDEF-0123-456789ABCDEF} is not registered", failed[0]["last_error"])
        self.assertIn("last error: ", self.assert_ok(service.openwmi("list")))

    def test_sees_processes_start(self):
        service = self.make().start()
        program = shutil.copy("/bin/sleep", service.folder / "e2e-program")
        file = service.folder / "starts.txt"
        self.assert_ok(service.mof(r"""
#pragma namespace("\\\\.\\root\\subscription")
instance of __EventFilter as $Filter {
    Name = "starts"; EventNamespace = "root\\cimv2"; QueryLanguage = "WQL";
    Query = "SELECT * FROM Win32_ProcessStartTrace WHERE ProcessName = 'e2e-program'";
};
instance of LogFileEventConsumer as $Log { Name = "starts"; Filename = "@FILE@"; Text = "%ProcessName% %ProcessID%"; };
instance of __FilterToConsumerBinding { Filter = $Filter; Consumer = $Log; };
""".replace("@FILE@", str(file))))
        # Where only looking at /proc is possible, a process is to live long enough to be seen.
        children = [subprocess.Popen([program, "2"]) for _ in range(5)]
        expected = sorted(f"e2e-program {child.pid}" for child in children)
        wait_until(lambda: file.exists() and sorted(file.read_text().split("\n")[:-1]) == expected, "each start once")
        for child in children:
            child.wait()


PROMISED = r"""
#pragma namespace("\\\\.\\root\\subscription")
class Sensor { [key] string Id; sint32 Temp; string Label; };
instance of __EventFilter as $Filter {
    Name = "hot"; QueryLanguage = "WQL";
    Query = "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'Sensor'";
};
instance of LogFileEventConsumer as $Log {
    Name = "alarm"; Filename = "@FILE@"; Text = "%TargetInstance.Id% has %TargetInstance.Temp%";
};
instance of __FilterToConsumerBinding { Filter = $Filter; Consumer = $Log; DeliveryQoS = @QOS@; };
"""


class Promises(ServiceTest):
    def test_a_binding_that_leads_nowhere_is_warned_of(self):
        service = self.make().start()
        file = service.folder / "alarms.txt"
        good = PROMISED.replace("@FILE@", str(file)).replace("@QOS@", "1")
        self.assertNotIn("a binding is stored", service.mof(good).stderr)
        lost = good.replace("Consumer = $Log;", 'Consumer = "LogFileConsumer.Name=\\"alarm\\"";')
        result = service.mof(lost)
        self.assert_ok(result)
        self.assertIn('a binding is stored, but the consumer root\\subscription:LogFileConsumer.Name="alarm" does not '
                      "exist", result.stderr)
        self.assertNotIn("a binding is stored", service.mof(good).stderr)

    def subscribe(self, service, file, qos=2):
        self.assert_ok(service.mof(PROMISED.replace("@FILE@", str(file)).replace("@QOS@", str(qos))))

    def test_what_waits_is_seen_and_arrives_once_it_can(self):
        service = self.make().start()
        file = service.folder / "later" / "alarms.txt"
        self.subscribe(service, file)
        self.assert_ok(service.mof(sensor("a", 1)))
        wait_until(lambda: "will_retry" in service.openwmi("history", "hot").stdout, "the first attempt")
        self.assertRegex(self.assert_ok(service.openwmi("list")), r"active +hot +LogFile:alarm +1 +0 +0 +1 ")
        self.assertIn("1 waiting in the log", self.assert_ok(service.openwmi("explain", "hot")))
        self.assertIn("that has 'cold' in the path", service.openwmi("history", "cold").stderr)
        file.parent.mkdir()
        wait_until(lambda: file.exists() and file.read_text() == "a has 1\n", "the event in the log file")
        wait_until(lambda: service.json("list")["subscriptions"][0]["waiting"] == 0, "an empty log")

    def test_a_log_of_a_newer_release_is_told_of_wherever_one_looks(self):
        service = self.make().start()
        file = service.folder / "alarms.txt"
        self.subscribe(service, file)
        self.assert_ok(service.mof(sensor("a", 1)))
        wait_until(lambda: file.exists() and file.read_text() == "a has 1\n", "the event in the log file")
        service.stop()
        segment = next((service.state / "delivery-log").glob("segment-*"))
        before = segment.read_bytes()
        segment.write_bytes(before[:7] + b"9" + before[8:])
        service.start()
        reason = "written by a newer release"
        self.assertIn(reason, service.log())
        self.assertIn(reason, self.assert_ok(service.openwmi("list")))
        self.assertIn(reason, self.assert_ok(service.openwmi("explain", "hot")))
        self.assertEqual([each["code"] for each in service.json("explain", "hot")["causes"]][0], "binding")
        self.assert_exit(1, service.mof(sensor("b", 2)), reason)
        self.assertEqual(segment.read_bytes()[:8], before[:7] + b"9", "it is left as it was")
        segment.write_bytes(before)
        wait_until(lambda: service.mof(sensor("c", 3)).returncode == 0, "another look at the log")
        wait_until(lambda: file.read_text() == "a has 1\nc has 3\n", "the event after it")

    def test_ten_megabytes_are_delivered_or_refused_with_the_reason(self):
        service = self.make().start()
        file = service.folder / "alarms.txt"
        self.subscribe(service, file, qos=1)
        watch = subprocess.Popen([BUILD / "bin/openwmi", "watch", "-N", r"root\subscription",
                                  "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'Sensor'"],
                                 env=service.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(watch.kill)
        large = sensor("a", 1).replace("Temp = 1;", 'Temp = 1; Label = "' + 10_000_000 * "x" + '";')
        wait_until(lambda: service.mof(large) and watch.poll() is not None, "the end of the subscriber")
        self.assertIn("more than may wait for a subscriber", watch.communicate()[1])
        wait_until(lambda: file.exists() and file.read_text().startswith("a has 1\n"), "the event in the log file")
        self.subscribe(service, file)
        self.assert_exit(1, service.mof(large.replace("Temp = 1;", "Temp = 3;")), "too large to be guaranteed")
        self.assert_ok(service.mof(sensor("b", 4)))
        wait_until(lambda: file.read_text().endswith("b has 4\n"), "the next event")
        self.assertIn("1 refused", self.assert_ok(service.openwmi("explain", "hot")))


class Consumers(ServiceTest):
    def test_write_to_the_event_log_and_say_which_engine_is_missing(self):
        service = self.make()
        syslog = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(syslog.close)
        syslog.bind(str(service.folder / "syslog"))
        syslog.settimeout(PATIENCE_S)
        service.start()
        self.assert_ok(service.mof(SENSORS + r"""
instance of NTEventLogEventConsumer as $Log {
    Name = "log"; SourceName = "Sensors"; EventID = 7; EventType = 2;
    NumberOfInsertionStrings = 1; InsertionStringTemplates = {"%TargetInstance.Id% is hot"};
};
instance of ActiveScriptEventConsumer as $Script { Name = "script"; ScriptingEngine = "VBScript"; ScriptText = "x"; };
instance of __FilterToConsumerBinding { Filter = $Filter; Consumer = $Log; };
instance of __FilterToConsumerBinding { Filter = $Filter; Consumer = $Script; };
"""))
        self.assert_ok(service.mof(sensor("a", 99)))
        self.assertIn("Sensors: event 7 (record 1): a is hot", syslog.recv(4096).decode())
        log = (service.state / "event_logs/Sensors.jsonl").read_text()
        self.assertEqual(json.loads(log)["InsertionStrings"], ["a is hot"])
        failed = wait_until(lambda: [each for each in service.json("list")["subscriptions"] if each["failed"] == 1],
                            "the script's failure in the list")
        self.assertIn("there is no script engine 'VBScript'", failed[0]["last_error"])

    def test_show_their_settings_in_both_namespaces(self):
        service = self.make().start()
        for namespace in ("root\\subscription", "root\\cimv2"):
            shown = self.assert_ok(service.openwmi("query", "-N", namespace,
                                                   "SELECT * FROM ScriptingStandardConsumerSetting"))
            self.assertRegex(shown, r"MaximumScripts +300")
        self.assert_exit(1, service.openwmi("delete", "root\\cimv2:ScriptingStandardConsumerSetting=@"),
                         "change that of root\\subscription")


class Methods(ServiceTest):
    def test_are_called_from_the_command_line(self):
        with tempfile.TemporaryDirectory() as classes:
            clsid = "{3C1B5E6A-6A0F-4C37-9D2E-0B7A51C3F8D4}"
            pathlib.Path(classes, clsid + ".class").write_text(f"InprocServer32={os.environ['OPENWMI_CALCULATOR']}\n")
            service = self.make(mofs=False, classes=[classes]).start()
            self.assert_ok(service.mof((ROOT / "examples/method_provider/calculator.mof").read_text()))
            table = self.assert_ok(service.openwmi("call", "Example_Calculator", "Add", "Values=[1, 2, 39]"))
            self.assertRegex(table, r"PARAMETER +VALUE")
            self.assertRegex(table, r"Sum +42\n")
            self.assertRegex(table, r"ReturnValue +0\n")
            desk = 'Example_Calculator.Name="desk"'
            for previous in (None, 7):
                answer = service.json("call", desk, "Remember", "Value=7", "Note=a b")
                self.assertEqual(answer["out"]["Previous"], previous)
            self.assert_exit(3, service.openwmi("call", 'Example_Calculator.Name="x"', "Remember", "Value=1"))
            self.assert_exit(1, service.openwmi("call", desk, "Add", "Values=[1]"), "is static")
            self.assert_exit(1, service.openwmi("call", desk, "Remember", "Value=many"), "/Value")
            self.assert_exit(1, service.openwmi("call", desk, "Forget"), "it has Add, Remember")
            self.assert_exit(1, service.openwmi("call", "Example_Calculator", "Add",
                                                "Values=[9223372036854775807, 1]"), "does not fit a sint64")

    def test_of_the_namespace_s_security(self):
        service = self.make(mofs=False).start()
        sd = service.json("call", "__SystemSecurity=@", "GetSD", "-N", "root")["out"]["SD"]
        self.assert_ok(service.openwmi("call", "__SystemSecurity=@", "SetSD", f"SD={sd}", "-N", "root\\default"))
        self.assertIn("not enforced in this release", service.log())
        self.assert_exit(1, service.openwmi("call", "__SystemSecurity=@", "SetSD", "SD=[1, 2]"), "cut off")
        service.stop()
        service.start()
        kept = service.json("call", "__SystemSecurity=@", "GetSecurityDescriptor", "-N", "root\\default")
        entries = kept["out"]["Descriptor"]["DACL"]
        self.assertEqual([each["AceFlags"] for each in entries], [2] * 4 + [18] * 4)


class Tool(ServiceTest):
    def test_compiles_with_the_exit_codes_of_mofcomp(self):
        service = self.make(mofs=False).start()
        self.assert_ok(service.mof("class A { [key] string Id; };"))
        self.assert_exit(1, service.mof("class B : Missing { };"), "Missing")
        self.assert_exit(2, service.mof("class A { [key] string Id; };", "-class:never"))
        self.assert_exit(3, service.mof("class A { string Id }"), "test.mof:2:21: error: ")
        already_exists = 0x80041019
        self.assert_exit(already_exists & 0xFF, service.mof("class A { [key] string Id; };", "-CLASS:CreateOnly"))
        include = service.folder / "sub"
        include.mkdir()
        (include / "included.mof").write_text("class Included { [key] string Id; };")
        self.assert_ok(service.mof('#pragma include("sub\\\\included.mof")\nclass C : Included { };'))
        self.assertIn("class C", self.assert_ok(service.openwmi("show", "root\\default:C")))

    def test_compiles_a_binary_and_one_out_of_a_library(self):
        service = self.make().start()
        source, binary, library = (service.folder / name for name in ("a.mof", "a.bmof", "lib.so"))
        source.write_text('#pragma autorecover\n#pragma namespace("\\\\\\\\.\\\\root\\\\cimv2")\n'
                          'class A { [key] string Id; };\ninstance of A { Id = "x"; };', encoding="utf-8")
        self.assert_ok(service.openwmi("mofcomp", f"-B:{binary}", source))
        self.assert_exit(3, service.openwmi("show", "root\\cimv2:A"))
        self.assert_ok(service.openwmi("mofcomp", binary))
        self.assertIn("class A", self.assert_ok(service.openwmi("show", "root\\cimv2:A")))
        self.assert_ok(service.openwmi("delete", "root\\cimv2:A"))
        subprocess.run(["objcopy", "--add-section", f".openwmi.mof.A={binary}", "--set-section-flags",
                        ".openwmi.mof.A=noload,readonly", os.environ["OPENWMI_STUBBORN"], library], check=True)
        self.assert_exit(1, service.openwmi("mofcomp", "-ER", "B", library), "it has A")
        self.assert_ok(service.openwmi("mofcomp", "-ER", "A", library))
        self.assertIn("class A", self.assert_ok(service.openwmi("show", "root\\cimv2:A")))
        self.assertEqual(service.json("recover", "--list")["files"], [str(binary)])

    def test_brings_back_what_says_autorecover(self):
        service = self.make().start()
        for name, text in (("z.mof", "class Base { [key] string Id; };"), ("a.mof", "class Derived : Base { };")):
            (service.folder / name).write_text("#pragma autorecover\n" + text, encoding="utf-8")
            self.assert_ok(service.openwmi("mofcomp", service.folder / name))
        other = service.folder / "other.mof"
        other.write_text("class Other { [key] string Id; };", encoding="utf-8")
        self.assert_exit(0, service.openwmi("mofcomp", other), "does not contain #PRAGMA AUTORECOVER")
        self.assertEqual(service.stop(), 0)
        shutil.rmtree(service.state / "repository")
        service.start()
        self.assert_ok(service.openwmi("show", "root\\default:Derived"))
        self.assert_exit(3, service.openwmi("show", "root\\default:Other"))
        self.assert_ok(service.openwmi("delete", "root\\default:Derived"))
        self.assertIn("z.mof", self.assert_ok(service.openwmi("recover")))
        self.assert_ok(service.openwmi("show", "root\\default:Derived"))
        self.assert_ok(service.openwmi("recover", "--forget", service.folder / "z.mof"))
        self.assertEqual(service.json("recover", "--list")["files"], [str(service.folder / "a.mof")])

    def test_says_what_had_been_stored_before_a_mistake(self):
        service = self.make(mofs=False).start()
        result = service.mof("class A { [key] string Id; };\nclass B : Missing { };")
        self.assert_exit(1, result, "test.mof:3:11: error: ")
        self.assertIn("1 class and 0 instances stored", result.stderr)

    def test_queries(self):
        service = self.make(mofs=False).start()
        self.assert_ok(service.mof(SENSORS + 'instance of Sensor { Id = "a"; Temp = 5; };'))
        where = ["-N", "root\\subscription"]
        self.assertRegex(self.assert_ok(service.openwmi("query", *where, "SELECT Id, Temp FROM Sensor")),
                         r"^Id +Temp\na +5\n$")
        self.assertRegex(self.assert_ok(service.openwmi("query", *where, "SELECT * FROM Sensor")), r"Temp +5")
        self.assertEqual(service.json("query", *where, "SELECT * FROM Sensor")["Temp"], 5)
        self.assert_exit(1, service.openwmi("query", *where, "SELECT * FORM Sensor"), "^")
        self.assert_exit(1, service.openwmi("query", *where, "SELECT * FROM Missing"), "WBEM_E_INVALID_CLASS")
        self.assert_exit(3, service.openwmi("query", "-N", "root\\missing", "SELECT * FROM X"), "root\\missing")

    def test_ends_with_the_documented_codes(self):
        service = self.make(mofs=False)
        self.assert_exit(6, service.openwmi("list"), "no service answers")
        self.assert_exit(4, service.openwmi("check-query", "SELECT"))
        self.assert_exit(2, service.openwmi("list", "--nonsense"))
        service.start()
        self.assert_ok(service.openwmi("list"))
        self.assert_exit(3, service.openwmi("enable", "nothing"), "there is no filter called 'nothing'")
        self.assert_exit(3, service.openwmi("show", "root\\cimv2:Nothing"))
        self.assert_exit(1, service.openwmi("watch", "SELECT * FROM Nothing"))
        self.assertEqual(service.json("status")["pid"], service.process.pid)

    def test_watches_events_until_enough_came(self):
        service = self.make(mofs=False).start()
        self.assert_ok(service.mof(SENSORS))
        watching = subprocess.Popen(
            [BUILD / "bin/openwmi", "watch", "--json", "--count", "2", "-N", "root\\subscription",
             "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Sensor'"],
            env=service.environment(), stdout=subprocess.PIPE, text=True)
        self.addCleanup(watching.kill)
        # Each instance is an event, but only once the subscription is live.
        numbers = iter(range(100000))
        wait_until(lambda: service.mof(sensor(next(numbers), 1)) and watching.poll() is not None, "two events")
        out, _ = watching.communicate()
        ids = [json.loads(line)["event"]["TargetInstance"]["Id"] for line in out.splitlines()]
        self.assertEqual(int(ids[1]), int(ids[0]) + 1)
        self.assertEqual(watching.returncode, 0)

    def test_shows_live_what_happens(self):
        service = self.make().start()
        file = self.subscribe_a_file(service)
        live = subprocess.Popen([BUILD / "bin/openwmi", "live"], env=service.environment(), stdout=subprocess.PIPE,
                                text=True)
        self.addCleanup(live.kill)
        wait_until(lambda: service.json("status")["listeners"] == 1, "the listener")
        self.assert_ok(service.mof(sensor("a", 99)))
        first = live.stdout.readline()
        self.assertRegex(first, r"created +a +Sensor +→ log file ✓ .*Temp=99")
        live.send_signal(signal.SIGINT)
        rest, _ = live.communicate(timeout=PATIENCE_S)
        self.assertEqual(live.returncode, 0)
        self.assertIn("1 events seen, 1 delivered, 0 failed, 0 dropped", rest)
        self.assertEqual(file.read_text(), "a has 99\n")


class Daemon(ServiceTest):
    def test_saves_checks_and_exports_its_repository_while_it_runs(self):
        service = self.make().start()
        self.assert_ok(service.mof(SENSORS + 'instance of Sensor { Id = "a"; Temp = 1; };'))
        saved = service.folder / "saved.db"
        self.assert_ok(service.openwmi("repository", "backup", str(saved)))
        self.assert_exit(1, service.openwmi("repository", "backup", str(saved)), "exists already")
        self.assertIn("whole", self.assert_ok(service.openwmi("repository", "verify")))
        self.assert_ok(service.openwmi("repository", "verify", str(saved)))
        first = self.assert_ok(service.openwmi("repository", "export"))
        self.assertIn("class Sensor", first)
        self.assert_ok(service.mof(sensor("b", 2)))
        state = ["--state", str(service.state)]
        self.assert_exit(1, service.openwmi("repository", "restore", str(saved), *state), "is open in process")
        self.assert_ok(service.openwmi("repository", "restore", str(saved)))
        self.assertIsNone(service.process.poll(), "the same process goes on")
        self.assertEqual(len(list(service.state.glob("repository/*before-restore*"))), 1, "what it was is kept")
        self.assertEqual(self.assert_ok(service.openwmi("repository", "export")), first)
        service.stop()
        self.assert_exit(2, service.openwmi("repository", "reset", *state), "--yes")
        self.assert_ok(service.openwmi("repository", "reset", "--yes", *state))
        service.start()
        self.assertNotIn("class Sensor", self.assert_ok(service.openwmi("repository", "export")))

    def test_applies_a_folder(self):
        service = self.make().start()
        folder = service.folder / "mof"
        (folder / "below").mkdir(parents=True)
        (folder / "1.mof").write_text(SENSORS)
        (folder / "below/2.mof").write_text(sensor("a", 1))
        dry = self.assert_ok(service.openwmi("apply", folder, "--dry-run", "--diff"))
        self.assertIn('+ root\\subscription:Sensor.Id="a"', dry)
        self.assertIn("3 created", dry)
        self.assertIn("3 created", self.assert_ok(service.openwmi("apply", folder)))
        self.assertIn("nothing to do: 3", self.assert_ok(service.openwmi("apply", folder)))
        (folder / "below/2.mof").write_text(sensor("a", 2))
        diff = self.assert_ok(service.openwmi("apply", folder, "--diff"))
        self.assertRegex(diff, r"~ root.*\n +-  +Temp = 1;\n +\+ +Temp = 2;\n0 created, 1 changed")
        (folder / "below/2.mof").unlink()
        self.assertIn("1 deleted", self.assert_ok(service.openwmi("apply", folder, "--prune")))
        (folder / "3.mof").write_text("class {")
        self.assert_exit(4, service.openwmi("apply", folder), "nothing was applied")
        self.assert_exit(3, service.openwmi("apply", service.folder / "nowhere"))

    def test_applies_a_folder_at_its_start(self):
        service = self.make()
        folder = service.folder / "mof"
        folder.mkdir()
        (folder / "1.mof").write_text(SENSORS + 'instance of Sensor { Id = "a"; Temp = 1; };')
        service.arguments += ["--apply", str(folder)]
        service.start()
        self.assertIn("nothing to do: 3", self.assert_ok(service.openwmi("apply", folder)))

    def test_salvages_what_a_damaged_repository_still_has(self):
        service = self.make().start()
        self.assert_ok(service.mof(SENSORS + 'instance of Sensor { Id = "a"; Temp = 1; };'))
        service.stop()
        new = service.folder / "new"
        self.assert_ok(service.openwmi("repository", "salvage", str(new), "--state", str(service.state)))
        again = self.make(state=new).start()
        self.assertIn('Id = "a"', self.assert_ok(again.openwmi("repository", "export")))

    def test_refuses_to_be_the_second_one_on_a_state(self):
        first = self.make(mofs=False).start()
        second = self.make(state=first.state, mofs=False)
        self.assertEqual(second.launch().wait(PATIENCE_S), 1)
        self.assertIn(f"process {first.process.pid}", second.log())
        self.assert_ok(first.openwmi("status"))
        self.assertEqual(first.stop(), 0)

    def test_leaves_a_repository_alone_that_is_damaged_or_foreign(self):
        service = self.make(mofs=False).start()
        self.assertEqual(service.stop(), 0)
        database = service.state / "repository/repository.db"
        for content in (os.urandom(8192), database.read_bytes()[:5000]):
            database.write_bytes(content)
            self.assertEqual(service.launch().wait(PATIENCE_S), 1)
            self.assertEqual(database.read_bytes(), content, "untouched")
        self.assertIn("the service cannot start", service.log())

    def test_says_what_is_wrong_with_its_options(self):
        def start(*options):
            return subprocess.run([BUILD / "bin/openwmid", *options], text=True, capture_output=True,
                                  timeout=PATIENCE_S, check=False)
        self.assertEqual(start("--nonsense").returncode, 2)
        self.assertEqual(start("--help").returncode, 0)
        self.assertEqual(start("--state", "/proc/nowhere").returncode, 1)

    def test_tells_systemd_that_it_stops(self):
        service = self.make(mofs=False)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            path = service.folder / "systemd"
            notify.bind(str(path))
            notify.settimeout(PATIENCE_S)
            os.environ["NOTIFY_SOCKET"] = str(path)
            self.addCleanup(os.environ.pop, "NOTIFY_SOCKET")
            service.launch()
            self.assertTrue(notify.recv(4096).startswith(b"READY=1"))
            self.assertEqual(service.stop(), 0)
            self.assertTrue(notify.recv(4096).startswith(b"STOPPING=1"))
        self.assertFalse(service.socket.exists())

    def test_ends_although_a_consumer_does_not_come_back(self):
        with tempfile.TemporaryDirectory() as classes:
            clsid = "{5B0C27E9-0F0B-4A3B-9C1D-6E643D8F21B7}"
            pathlib.Path(classes, clsid + ".class").write_text(f"InprocServer32={os.environ['OPENWMI_STUBBORN']}\n")
            service = self.make(mofs=False, classes=[classes]).start()
            self.assert_ok(service.mof(SENSORS + r"""
class StubbornConsumer : __EventConsumer { [key] string Name; };
instance of __Win32Provider as $P { Name = "Stubborn"; CLSID = "@CLSID@"; HostingModel = "WmiCore"; };
instance of __EventConsumerProviderRegistration { Provider = $P; ConsumerClassNames = {"StubbornConsumer"}; };
instance of StubbornConsumer as $C { Name = "x"; };
instance of __FilterToConsumerBinding { Filter = $Filter; Consumer = $C; };
""".replace("@CLSID@", clsid)))
            self.assert_ok(service.mof(sensor("a", 99)))
            wait_until(lambda: service.json("list")["subscriptions"][0]["matched"] == 1, "the event")
            wait_until(lambda: any(p["name"] == "Stubborn" for p in service.json("status")["providers"]), "the provider")
            self.assertEqual(service.stop(), 1)
            self.assertIn("does not come back", service.log())

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be another user")
    def test_lets_no_other_user_in(self):
        service = self.make(mofs=False).start()
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        self.assert_exit(5, service.openwmi("list", **nobody), "openwmid.sock")
        for folder in (service.folder, service.state):
            folder.chmod(0o755)
        self.assert_exit(5, service.openwmi("list", **nobody), "openwmid.sock")
        service.socket.chmod(0o666)
        self.assert_exit(5, service.openwmi("list", **nobody), "neither root nor the user of the service")
        self.assertIn("uid 65534", service.log())
        self.assert_ok(service.openwmi("list"))

    def test_bears_with_garbage(self):
        service = self.make(mofs=False).start()
        for content in (b"", b"\0" * 1000, b"GET", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10000, os.urandom(5000) + b"\r\n\r\n",
                        b"POST /v1/mof HTTP/1.1\r\nContent-Length: 5\r\n\r\n{{{{{",
                        b"POST /v1/query HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(service.socket))
                client.settimeout(PATIENCE_S)
                try:
                    client.sendall(content)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(4096):
                        pass
                except (BrokenPipeError, ConnectionResetError):
                    pass
        self.assert_ok(service.openwmi("status"))
        self.assertEqual(service.stop(), 0)


class Demonstration(ServiceTest):
    def test_shows_processes_and_ends_by_itself(self):
        folder = tempfile.mkdtemp(prefix="openwmi-e2e-")
        self.addCleanup(shutil.rmtree, folder)
        program = shutil.copy("/bin/sleep", pathlib.Path(folder, "e2e-demo"))
        demo = subprocess.Popen([ROOT / "tools/demo", "--build", BUILD, "--state", pathlib.Path(folder, "state"), "--for", "4s"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(demo.kill)
        while demo.poll() is None:  # from before it looks until it has ended
            subprocess.run([program, "0.5"], check=True)
        out, _ = demo.communicate(timeout=PATIENCE_S)
        self.assertEqual(demo.returncode, 0, out)
        self.assertRegex(out, r"started +e2e-demo +pid \d+ +\w+ +→ log file ✓ .*→ command ✓")
        self.assertRegex(out, r"In \d+\.\d s: \d+ events seen, \d+ delivered, 0 failed, 0 dropped")
        self.assertNotIn("\x1b", out)


if __name__ == "__main__":
    unittest.main()
