"""The books of the numbered events: what was raised, what consumers got, what the service says, and whether they agree."""

import array
import collections
import dataclasses
import mmap
import pathlib
import struct

GROUPS = (34, 33, 33)  # the lanes A, B and C of an event; a filter for each value of each
BINDINGS = sum(GROUPS)
QUALITIES = ("synchronous", "express", "Guaranteed")  # by DeliveryQoS
BATCH = 64  # events in one call at most
TOOK, REFUSED, NOT_FOUND = 1, 2, 3
TRIED, ACCEPTED = 1, 2
CAUSES = ("queue_full", "stopped", "gone", "too_deep", "log_full")


def quality(binding):
    return binding % 3


def bindings_of(event):
    """The three that it matches; sums.cpp raises it so."""
    x = event * 2654435761 & 0xFFFFFFFF
    x = (x ^ x >> 15) * 2246822519 & 0xFFFFFFFF
    x ^= x >> 13
    return x % 34, 34 + x // 34 % 33, 67 + x // (34 * 33) % 33


def came(counted):
    return counted["matched"] + counted["repeated"]


def what_became(counted):
    return sum(counted[each] for each in ("delivered", "failed", "dropped", "dead_lettered", "refused", "lost_at_crash"))


class SharedFile:
    """What the plug-ins keep (sums.cpp has the same layout), mapped by the test, too."""

    def __init__(self, path, events, threads, poison):
        self.path, self.events, self.threads = pathlib.Path(path), events, threads
        self.notes_at = 4096 + (events + 1) // 2 * 8
        room = 8 * events + 100_000
        with open(path, "w+b") as file:
            file.truncate(self.notes_at + 8 * room)
            self.memory = mmap.mmap(file.fileno(), 0)
        struct.pack_into("=IIIIII", self.memory, 0, events, threads, 0, 0, 0, poison)
        struct.pack_into("=Q", self.memory, 32, room)

    def set(self, go=None, calm=None, deadly=None):
        for place, value in ((8, go), (12, calm), (16, deadly)):
            if value is not None:
                struct.pack_into("=I", self.memory, place, value)

    def next(self):
        """Of each thread, how many of its events it has tried."""
        return struct.unpack_from(f"={self.threads}Q", self.memory, 40)

    def raised(self):
        return sum(self.next())

    def notes_made(self):
        return struct.unpack_from("=Q", self.memory, 24)[0]

    def statuses(self):
        return array.array("i", self.memory[4096:4096 + 4 * self.events])

    def notes(self):
        return array.array("Q", self.memory[self.notes_at:self.notes_at + 8 * self.notes_made()])

    def close(self):
        self.memory.close()


@dataclasses.dataclass
class Life:
    """One process of the service, at its end."""
    hard: bool  # it was killed or aborted
    next: tuple  # as SharedFile.next
    notes: int


@dataclasses.dataclass
class Binding:
    """What the plug-ins know of one binding."""
    consumer: int
    accepted: list  # of each life, the events
    took: list  # of each life, the events in the order in which they came
    failed: list
    unsure: list = dataclasses.field(default_factory=list)  # events whose raise did not return
    refused: int = 0  # events
    not_found: int = 0  # calls
    under_way: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # at kills, by what was noted


def read_bindings(statuses, notes, lives, threads, consumers):
    """Sorts what the plug-ins noted by binding. consumers: of each binding the number of its consumer."""
    bindings = [Binding(consumers[b], *([[] for _ in lives] for _ in ("accepted", "took", "failed"))) for b in range(BINDINGS)]
    begin = (0,) * threads
    for number, life in enumerate(lives):
        for thread in range(threads):
            for step in range(begin[thread], life.next[thread]):
                event = step * threads + thread
                for b in bindings_of(event):
                    if statuses[event] == ACCEPTED:
                        bindings[b].accepted[number].append(event)
                    elif statuses[event] == TRIED:
                        bindings[b].unsure.append(event)
                    else:
                        bindings[b].refused += 1
        begin = life.next
    at = 0
    for number, life in enumerate(lives):
        last_call = {}  # of each consumer
        for place in range(at, life.notes):
            word = notes[place]
            if word == 0:
                continue  # begun when the process ended
            event, b, what = word & 0xFFFFFFFF, word >> 32 & 0xFF, word >> 40 & 0xFF
            if what == NOT_FOUND:
                bindings[b].not_found += 1
            else:
                (bindings[b].took if what == TOOK else bindings[b].failed)[number].append(event)
            if word >> 48 & 1:
                last_call[bindings[b].consumer] = []
            last_call[bindings[b].consumer].append((b, what))
        at = life.notes
        if life.hard:  # whether the service counted these, nobody knows
            for call in last_call.values():
                for b, what in call:
                    bindings[b].under_way[what] += 1
    return bindings


class Audit:
    """Holds the service's counters of each binding against what the plug-ins noted; `complaints` is what does not agree."""

    def __init__(self, bindings, counters, letters, lives, threads):
        self.complaints = []
        self.differences = collections.Counter()  # events between the service's counters and the notes, by quality
        self.unsure = collections.Counter()  # as much as it may be: of calls that were under way at a kill
        self.unseen = collections.Counter()  # failures that only the service counted: there was no consumer
        self.lives, self.threads = lives, threads
        for b, (binding, counted) in enumerate(zip(bindings, counters)):
            self.name = f"binding {b} ({QUALITIES[quality(b)]})"
            self.check_sum(counted)
            self.check_matches(binding, counted)
            self.check_outcomes(b, binding, counted, letters[b])
            self.check_order(b, binding, set(letters[b]))
            if quality(b) == 2:
                self.check_guaranteed(binding, counted, set(letters[b]))
            else:
                self.check_nothing_vanished(b, binding, counted)

    def expect(self, holds, what):
        if not holds:
            self.complaints.append(f"{self.name}: {what}")

    def check_sum(self, counted):
        left, right = came(counted), what_became(counted)
        self.expect(left == right, f"matched + repeated is {left}, what became of them {right}")
        self.expect(counted["dropped"] == sum(counted["drops"].values()), "the drops by cause are not all drops")
        self.expect(counted["queued_events"] == 0 and counted["waiting"] == 0, "something still waits")
        self.expect(counted["state"] == "active", f"it is {counted['state']}")

    def check_matches(self, binding, counted):
        sure = sum(map(len, binding.accepted))
        matched = counted["matched"] - counted["refused"]
        self.expect(sure <= matched <= sure + len(binding.unsure),
                    f"matched {matched}, raised {sure} and at most {len(binding.unsure)} more")
        self.expect(counted["refused"] <= binding.refused + len(binding.unsure), "more were refused than raisers were told")

    def agree(self, b, what, counted, noted, under_way, unseen=0):
        """A call that was under way at a kill was noted, but maybe not counted; `unseen` are as many as nobody could note."""
        difference = noted - counted
        if -unseen <= difference < 0:
            self.unseen[quality(b)] -= difference
        else:
            self.differences[quality(b)] += abs(difference)
        self.unsure[quality(b)] += under_way
        self.expect(-unseen <= difference <= under_way,
                    f"{what}: counted {counted}, noted {noted}, of which {under_way} were under way at a kill")

    def check_outcomes(self, b, binding, counted, letters):
        took = sum(map(len, binding.took))
        self.agree(b, "delivered", counted["delivered"], took, binding.under_way[TOOK])
        failed = counted["failed"] if quality(b) != 2 else counted["retried"] + counted["dead_lettered"]
        noted, under_way, unseen = sum(map(len, binding.failed)), binding.under_way[REFUSED], 0
        if quality(b) == 0:  # one event a call
            noted, under_way = noted + binding.not_found, under_way + binding.under_way[NOT_FOUND]
        else:  # of a call that found no consumer nobody noted how many events it had
            unseen = BATCH * binding.not_found
        self.agree(b, "failed", failed, noted, under_way, unseen)
        kills = sum(life.hard for life in self.lives)
        self.expect(counted["dead_lettered"] <= len(letters) <= counted["dead_lettered"] + kills,
                    f"{counted['dead_lettered']} were given up, and there are {len(letters)} dead letters")

    def check_order(self, b, binding, buried):
        """Of each thread in its order: in each life all, and over all lives the first time of each."""
        seen = set()
        first = [-1] * self.threads
        known = {event for life in binding.accepted for event in life}.union(binding.unsure)
        for number, life in enumerate(binding.took):
            last = [-1] * self.threads
            for event in life:
                thread = event % self.threads
                self.expect(event in known, f"event {event} was delivered, which it does not match or nobody raised")
                if event in buried:
                    continue
                self.expect(event > last[thread], f"event {event} came behind {last[thread]} in life {number}")
                last[thread] = max(last[thread], event)
                if event in seen:
                    continue
                seen.add(event)
                self.expect(event > first[thread], f"event {event} came for the first time behind {first[thread]}")
                first[thread] = max(first[thread], event)
        if quality(b) != 2:
            done = [event for life in binding.took + binding.failed for event in life]
            self.expect(len(done) == len(set(done)), f"{len(done) - len(set(done))} events came twice")

    def check_guaranteed(self, binding, counted, buried):
        took = {event for life in binding.took for event in life}
        missing = [event for life in binding.accepted for event in life if event not in took and event not in buried]
        self.expect(not missing, f"{len(missing)} events never came: {missing[:10]}")
        # Lost: what was never accepted, or was taken and not counted any more.
        most = len(binding.unsure) + binding.under_way[TOOK]
        self.expect(counted["lost_at_crash"] <= most, f"{counted['lost_at_crash']} were lost, {most} can be")

    def check_nothing_vanished(self, b, binding, counted):
        """What is missing before others of its life and thread was not lost by a kill: it is counted as dropped or failed.
        Nor is what is missing at an orderly end."""
        holes = tails = 0
        for life, accepted, took, failed in zip(self.lives, binding.accepted, binding.took, binding.failed):
            arrived = set(took).union(failed)
            last = [-1] * self.threads
            for event in arrived:
                last[event % self.threads] = max(last[event % self.threads], event)
            missing = [event for event in accepted if event not in arrived]
            inside = sum(event < last[event % self.threads] for event in missing)
            holes += inside
            if life.hard:
                tails += len(missing) - inside
        unnoted = max(0, counted["failed"] - sum(map(len, binding.failed)) + binding.under_way[REFUSED])
        self.expect(holes <= counted["dropped"] + unnoted,
                    f"{holes} events are missing between others, but {counted['dropped']} were dropped and {unnoted} "
                    "failed unseen")
        most = len(binding.unsure)  # a synchronous one is settled when its raise returns
        if quality(b) != 0:
            most += tails + binding.under_way[TOOK] + binding.under_way[REFUSED]
        self.expect(counted["lost_at_crash"] <= most, f"{counted['lost_at_crash']} were lost, {most} can be")


def table(bindings, counters, letters, audit):
    """By quality, for people."""
    columns = ["quality", "raised", "matched", "delivered", "failed", *CAUSES, "refused", "lost at crash", "repeated",
               "dead letters", "retried", "no consumer", "difference", "of at most"]
    rows = []
    for number, name in enumerate(QUALITIES):
        mine = [b for b in range(BINDINGS) if quality(b) == number]
        total = collections.Counter()
        for b in mine:
            total["raised"] += sum(map(len, bindings[b].accepted))
            total["dead letters"] += len(letters[b])
            for each in ("matched", "delivered", "failed", "refused", "repeated", "retried"):
                total[each] += counters[b][each]
            total["lost at crash"] += counters[b]["lost_at_crash"]
            total.update(counters[b]["drops"])
        total["no consumer"] = audit.unseen[number]
        total["difference"], total["of at most"] = audit.differences[number], audit.unsure[number]
        rows.append([f"{name} ({len(mine)})", *(str(total[each]) for each in columns[1:])])
    used = [i for i, title in enumerate(columns) if title not in CAUSES or any(row[i] != "0" for row in rows)]
    titles = [f"dropped: {title}" if title in CAUSES else title for title in columns]
    lines = [[titles[i] for i in used], ["---"] * len(used)] + [[row[i] for i in used] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
