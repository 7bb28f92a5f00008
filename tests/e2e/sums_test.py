#!/usr/bin/env python3
"""The sums agree: numbered events through the real daemon, killed again and again, to consumers that fail, lag and die.

Afterwards it is known of every event what became of it (sums_books.py). ctest says where things are (OPENWMI_BUILD,
OPENWMI_SUMS_PLUGIN).
"""

import argparse
import collections
import copy
import os
import pathlib
import random
import re
import resource
import sys
import tempfile
import time

from service import PATIENCE_S, Service, wait_until
from sums_books import (ACCEPTED, BINDINGS, GROUPS, TRIED, Audit, Life, SharedFile, bindings_of, came, quality, read_bindings,
                        table, what_became)

RAISER, CONSUMERS = ("{7C9C2B1E-5D43-4E0B-8A51-3F0D6B1E92A%d}" % n for n in (1, 2))
# Consumers with an express and a Guaranteed binding each, that never take some events of the latter: where others go on, an
# event is refused often enough to be given up.
POISONED = {1: 2, 4: 5, 7: 8}
# By quality: how many calls pass between two at which it misbehaves.
EVERY = {"takes": (1, 1, 1), "fails": (97, 97, 199), "lags": (64, 20, 50), "dies": (301, 301, 401), "poisoned": (1, 1, 1)}
BEHAVIOURS = ("takes", "fails", "lags", "dies")
LAG_EVENTS = 3000  # that are raised while an express or Guaranteed consumer lags
QUEUE_BYTES = {"lags": 8192}
LITTLE = 100_000  # events, of which it does not take long to lie
NAMESPACE = '#pragma namespace("\\\\\\\\.\\\\root\\\\subscription")\n'


def consumer_of(binding):
    """The number of its logical consumer: that of its first binding."""
    return next((first for first, second in POISONED.items() if second == binding), binding)


def consumers_mof():
    text = NAMESPACE
    for b in range(BINDINGS):
        if consumer_of(b) != b:
            continue
        behaviour = "poisoned" if b in POISONED else BEHAVIOURS[b // 3 % 4]
        bindings = f"{b}, {POISONED[b]}" if b in POISONED else b
        text += (f'instance of SumsConsumer {{ Name = "c{b}"; Bindings = {{{bindings}}}; Behaviour = "{behaviour}"; '
                 f'Every = {EVERY[behaviour][quality(b)]}; Lag = {LAG_EVENTS if quality(b) else 0}; '
                 f'MaximumQueueSize = {QUEUE_BYTES.get(behaviour, 1 << 20)}; }};\n')
    return text


def schema_mof():
    return NAMESPACE + f"""
class SumsEvent : __ExtrinsicEvent {{ uint64 Number; uint32 A; uint32 B; uint32 C; }};
class SumsConsumer : __EventConsumer {{ [key] string Name; uint32 Bindings[]; string Behaviour; uint32 Every; uint32 Lag; }};
instance of __Win32Provider as $R {{ Name = "Sums raiser"; CLSID = "{RAISER}"; HostingModel = "WmiCore"; }};
instance of __EventProviderRegistration {{ Provider = $R; EventQueryList = {{"SELECT * FROM SumsEvent"}}; }};
instance of __Win32Provider as $C {{ Name = "Sums consumers"; CLSID = "{CONSUMERS}"; HostingModel = "WmiCore"; }};
instance of __EventConsumerProviderRegistration {{ Provider = $C; ConsumerClassNames = {{"SumsConsumer"}}; }};
"""


def bindings_mof():
    text, b = NAMESPACE, 0
    for lane, values in zip("ABC", GROUPS):
        for value in range(values):
            text += (f'instance of __EventFilter as $F{b} {{ Name = "f{b}"; QueryLanguage = "WQL"; '
                     f'Query = "SELECT * FROM SumsEvent WHERE {lane} = {value}"; }};\n'
                     f'instance of __FilterToConsumerBinding {{ Filter = $F{b}; '
                     f'Consumer = "SumsConsumer.Name=\\"c{consumer_of(b)}\\""; DeliveryQoS = {quality(b)}; }};\n')
            b += 1
    return text


class Run:
    """One run: a service, its lives, and the file that its plug-ins keep."""

    def __init__(self, options):
        self.random = random.Random(options.seed)
        self.options = options
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="openwmi-sums-"))
        for clsid in (RAISER, CONSUMERS):
            (self.folder / (clsid + ".class")).write_text(f"InprocServer32={os.environ['OPENWMI_SUMS_PLUGIN']}\n")
        poison = max(options.events // 300, 60)
        self.shared = SharedFile(self.folder / "shared", options.events, options.threads, poison)
        os.environ["OPENWMI_SUMS"] = str(self.shared.path)
        self.service = Service(mofs=False, classes=[self.folder])
        self.lives = []
        self.ends = collections.Counter()
        self.complaints = []

    def expect(self, holds, what):
        if not holds:
            self.complaints.append(what)

    def note_end(self, how, hard):
        self.lives.append(Life(hard, self.shared.next(), self.shared.notes_made()))
        self.ends[how] += 1

    def compile(self, text):
        result = self.service.mof(text)
        assert result.returncode == 0, result.stdout + result.stderr

    def wait_for_raised(self, count):
        """Until so many were raised; it may take long, but something has to happen."""
        count = min(count, self.options.events)
        last, since = -1, time.monotonic()
        while (raised := self.shared.raised()) < count:
            assert self.service.process.poll() is None, "the service ended by itself: " + self.service.log()[-5000:]
            if raised != last:
                last, since = raised, time.monotonic()
            assert time.monotonic() - since < PATIENCE_S, f"nothing was raised for {PATIENCE_S} s"
            time.sleep(0.002)

    def end_life(self, how):
        process = self.service.process
        time.sleep(self.random.uniform(0, 0.02))
        if how == "SIGKILL":
            self.service.kill()
        elif how == "abort":
            self.shared.set(deadly=1)
            assert process.wait(PATIENCE_S) == -6, self.service.log()[-5000:]
        else:
            assert self.service.stop() == 0, self.service.log()[-5000:]
        self.shared.set(deadly=0)
        self.note_end(how, how != "SIGTERM")

    def kill_early(self):
        """While it starts."""
        self.service.launch()
        time.sleep(self.random.uniform(0, 0.8))
        self.service.kill()
        self.note_end("SIGKILL at its start", True)

    def play(self):
        options = self.options
        self.service.start()
        self.compile(schema_mof())
        self.compile(consumers_mof())
        self.compile(bindings_mof())
        self.shared.set(go=1)
        ends = ["SIGKILL"] * options.kills + ["abort"] * options.aborts + ["SIGTERM"] * options.stops
        self.random.shuffle(ends)
        for when, how in zip(sorted(self.random.uniform(0.02, 0.95) for _ in ends), ends):
            self.wait_for_raised(int(when * options.events))
            self.end_life(how)
            if self.random.random() < 0.25:
                self.kill_early()
            self.service.start()
        self.wait_for_raised(options.events)

    def counters(self):
        """Of each binding."""
        found = {}
        for each in self.service.json("list")["subscriptions"]:
            if name := re.search(r'__EventFilter\.Name="f(\d+)"', each["filter"]):
                found[int(name[1])] = each
        assert sorted(found) == list(range(BINDINGS)), sorted(found)
        return [found[b] for b in range(BINDINGS)]

    def run_out(self):
        """From now on everything is taken."""
        def is_done(each):
            return not each["queued_events"] and not each["waiting"] and came(each) == what_became(each)

        def nothing_waits():
            counters = self.counters()
            return counters if all(map(is_done, counters)) else None

        self.shared.set(calm=1)
        self.compile(consumers_mof())  # a consumer that was mended is tried at once
        try:
            return wait_until(nothing_waits, "everything to be delivered")
        except AssertionError:  # what is wrong is for the audit to say
            return self.counters()

    def read_letters(self):
        """Of each binding the events that were given up."""
        letters = collections.defaultdict(list)
        for each in self.service.json("dead-letters", "list")["letters"]:
            shown = self.service.json("dead-letters", "show", each["id"])["letters"][0]
            event = int(shown["event"]["object"]["Number"])
            binding = int(re.search(r'Name="f(\d+)"', each["filter"])[1])
            assert binding in bindings_of(event), (binding, event)
            letters[binding].append(event)
        return letters

    def finish(self):
        """Runs out, tries what was given up once more, and starts again in peace. Gives counters and letters."""
        self.run_out()
        letters = self.read_letters()
        if letters:
            result = self.service.openwmi("dead-letters", "retry", "all")
            assert result.returncode == 0, result.stderr
        counters = self.run_out()
        self.expect(not self.read_letters(), "dead letters were retried and are there again")
        self.end_life("SIGTERM")
        notes = self.shared.notes_made()
        self.service.start()
        again = self.run_out()
        self.end_life("SIGTERM")
        self.expect(self.shared.notes_made() == notes, "something was delivered again after an orderly end")
        for b, (before, after) in enumerate(zip(counters, again)):
            changed = [key for key in before if type(before[key]) is int and before[key] != after[key]]
            self.expect(not changed, f"binding {b}: {changed} changed by an orderly end and a start")
        return counters, letters

    def close(self):
        self.service.remove()
        self.shared.close()
        for each in self.folder.iterdir():
            each.unlink()
        self.folder.rmdir()


def falsify(bindings, counters, letters, lives, threads):
    """An audit that cannot fail proves nothing: each of these lies has to be found. Gives those that are not."""
    def drops_taken_for_lost(_, counted):
        b = max(range(BINDINGS), key=lambda b: counted[b]["dropped"])  # more than a kill may have taken
        counted[b]["lost_at_crash"] += counted[b]["dropped"]
        counted[b]["dropped"], counted[b]["drops"] = 0, {}

    def drop_uncounted(_, counted):
        b = next(b for b in range(BINDINGS) if counted[b]["drops"].get("queue_full"))
        counted[b]["drops"]["queue_full"] -= 1
        counted[b]["dropped"] -= 1

    def delivered_too_often(_, counted):
        counted[0]["delivered"] += 1

    def delivered_unseen(_, counted):
        counted[0]["delivered"] += 1000
        counted[0]["matched"] += 1000

    def loss(seen, _):
        next(life for life in seen[11].took if life).pop()

    def disorder(seen, _):
        life = max(seen[11].took, key=len)
        place = next(i for i in range(len(life)) if life[i] % threads == life[0] % threads and i > 0)
        life[0], life[place] = life[place], life[0]

    def twice(seen, _):
        life = max(seen[0].took, key=len)
        life.append(life[-1])

    def foreign(seen, _):
        life = max(seen[11].took, key=len)
        while 11 in bindings_of(life[-1]):
            life[-1] += threads

    def lost_at_an_orderly_end(seen, counted):
        b = 13  # express, and its consumer takes everything
        life = max((took for took, life in zip(seen[b].took, lives) if not life.hard), key=len)
        counted[b]["delivered"] -= len(life)
        counted[b]["lost_at_crash"] += len(life)
        life.clear()

    believed = []
    for lie in (drops_taken_for_lost, drop_uncounted, delivered_too_often, delivered_unseen, loss, disorder, twice, foreign,
                lost_at_an_orderly_end):
        seen, counted = copy.deepcopy(bindings), copy.deepcopy(counters)
        lie(seen, counted)
        if not Audit(seen, counted, letters, lives, threads).complaints:
            believed.append(f"the audit believes a lie: {lie.__name__}")
    return believed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=8, help="that raise")
    parser.add_argument("--kills", type=int, default=2, help="by SIGKILL, and a quarter more at starts")
    parser.add_argument("--aborts", type=int, default=1, help="a consumer ends the process")
    parser.add_argument("--stops", type=int, default=1, help="by SIGTERM, in the middle")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("OPENWMI_SUMS_SEED", "1")))
    parser.add_argument("--keep", action="store_true", help="leaves what it wrote, and says where")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    began = time.monotonic()
    run = Run(options)
    try:
        run.play()
        played, ends = time.monotonic() - began, dict(run.ends)
        counters, letters = run.finish()
        bindings = read_bindings(run.shared.statuses(), run.shared.notes(), run.lives, options.threads,
                                 [consumer_of(b) for b in range(BINDINGS)])
        audit = Audit(bindings, counters, letters, run.lives, options.threads)
        told = collections.Counter(run.shared.statuses())
        refused = options.events - told[ACCEPTED] - told[TRIED]
        print(f"seed {options.seed}: {options.events} events in {played:.0f} s, {told[ACCEPTED]} of them accepted, "
              f"{told[TRIED]} under way at a kill, {refused} refused; {BINDINGS} subscriptions; ends: " +
              ", ".join(f"{count} {how}" for how, count in sorted(ends.items())))
        print(table(bindings, counters, letters, audit))
        complaints = run.complaints + audit.complaints
        if not complaints and options.events <= LITTLE:
            complaints = falsify(bindings, counters, letters, run.lives, options.threads)
        for complaint in complaints[:40]:
            print(complaint)
        print(f"{len(complaints)} complaints; {time.monotonic() - began:.0f} s in all")
        return 1 if complaints else 0
    finally:
        if options.keep:
            print(f"kept: {run.folder} {run.service.folder}")
            if run.service.process.poll() is None:
                run.service.kill()
        else:
            run.close()


if __name__ == "__main__":
    sys.exit(main())
