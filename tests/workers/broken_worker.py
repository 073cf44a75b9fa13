#!/usr/bin/env python3
"""Workers that break a rule, or do something that is allowed but rare. They compute relu_forward_f32, with the standard
library alone.

Usage: broken_worker.py CLASS [MARK]     CLASS: one of those below; MARK: any text, by which its processes are found
"""

import ctypes
import fcntl
import mmap
import os
import signal
import struct
import sys
import time

SOCKET, MEMORY = 3, 4


class Worker:
    """A correct worker. The others are derived from it."""

    def __init__(self):
        self.calls = 0
        self.memory = None

    # Methods that subclasses override.

    def hello(self):
        self.say("hello 1 relu_forward_f32")

    def compute(self):
        x = struct.unpack_from(f"{self.count}f", self.memory, self.x)
        struct.pack_into(f"{self.count}f", self.memory, self.y, *(0.0 if v <= 0 else v for v in x))

    def answer(self):
        self.say(f"done {self.id}")

    def end(self):
        pass

    # The common part.

    def say(self, line):
        os.write(SOCKET, line.encode("latin-1") + b"\n")

    def call(self, line):
        self.calls += 1
        self.line = line
        _, self.id, _, *fields = line.split(" ")
        values = dict(field.split("=") for field in fields)
        self.count = int(values.get("count", 0))
        self.x, self.y = (int(values[name].split(":")[0]) for name in ("x", "y"))
        size = os.fstat(MEMORY).st_size
        if self.memory is None or len(self.memory) < size:
            self.memory = mmap.mmap(MEMORY, size)
        self.compute()
        self.answer()

    def run(self):
        for line in open(SOCKET, "rb", closefd=False):
            line = line.decode().rstrip("\n")
            if line == "hello 1":
                self.hello()
            else:
                self.call(line)
        self.end()


# ---- The end of the process ----

class Crashes(Worker):
    def compute(self):
        if self.calls == 3:
            os.abort()
        super().compute()


class Exits(Worker):
    def compute(self):
        sys.exit(0)


class ExitsWithAWord(Worker):
    def compute(self):
        print("first\nno such \x1b[31m kernel", file=sys.stderr)
        sys.exit(3)


class ExitsAfterItsAnswer(Worker):
    def answer(self):
        super().answer()
        os._exit(0)


class DiesWhileItsChildHoldsTheSocket(Worker):
    def compute(self):
        if os.fork() == 0:
            time.sleep(1000)
        os.abort()


# ---- No end ----

class Hangs(Worker):
    def compute(self):
        time.sleep(1000)


class StopsInHalfALine(Worker):
    def answer(self):
        os.write(SOCKET, b"done")
        time.sleep(1000)


class IgnoresTheEndOfFile(Worker):
    def end(self):
        time.sleep(1000)


class IgnoresSignals(IgnoresTheEndOfFile):
    def hello(self):
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        super().hello()


# ---- Memory ----

class Grows(Worker):
    def compute(self):
        kept = []
        while True:
            kept.append(b"\1" * (1 << 24))


class GrowsAtOnce(Worker):
    """Takes much memory, and answers at once."""

    def compute(self):
        self.kept = b"\1" * (1 << 28)
        super().compute()


class Leaks(Worker):
    def compute(self):
        self.kept = getattr(self, "kept", []) + [b"\1" * (1 << 20)]
        super().compute()


# ---- Words ----

class SaysGarbage(Worker):
    def answer(self):
        os.write(SOCKET, b"\xff\0\x1b[31m done\n")


class SaysNothing(Worker):
    def answer(self):
        self.say("")


class SpeaksBeforeItIsAsked(Worker):
    def hello(self):
        self.say("hello 1 relu_forward_f32\ndone 1")


class AnswersTheNextCall(Worker):
    def answer(self):
        self.say(f"done {int(self.id) + 1}")


class AnswersTwice(Worker):
    def answer(self):
        self.say(f"done {self.id}\ndone {self.id}")


class AnswersInALongLine(Worker):
    def answer(self):
        self.say(f"done {self.id}" + "a" * 70000)


class NeverEndsItsLine(Worker):
    def answer(self):
        while True:
            os.write(SOCKET, b"a" * 100)


class ClosesTheSocket(Worker):
    def answer(self):
        os.close(SOCKET)
        time.sleep(1000)


class HasAnError(Worker):
    def answer(self):
        self.say(f"error {self.id} no such \x1b[31m luck")


class HasAnErrorOfSeveralLines(Worker):
    def answer(self):
        self.say(f"error {self.id} no luck\rin line 7\r\rof \x1b[31mkernel.py" + "\rand more" * 5000)


class HasAnErrorWithoutAWord(Worker):
    def answer(self):
        self.say(f"error {self.id}")


class SupportsNothing(Worker):
    def answer(self):
        self.say(f"unsupported {self.id}")


# ---- The first line ----

class SaysHelloTwo(Worker):
    def hello(self):
        self.say("hello 2 relu_forward_f32")


class HasNoFunction(Worker):
    def hello(self):
        self.say("hello 1")


class HasAnUnknownFunction(Worker):
    def hello(self):
        self.say("hello 1 relu_forward_f32 relu_forward_f33")


class SaysSomethingElse(Worker):
    def hello(self):
        print("Starting up ...")
        sys.stdout.flush()
        self.say("good morning")


class HasALongHello(Worker):
    def hello(self):
        self.say("hello 1" + " relu_forward_f32" * 5000)


class ExitsBeforeItsHello(Worker):
    def hello(self):
        sys.exit("no module named torch")


class CrashesBeforeItsHello(Worker):
    def hello(self):
        os.abort()


class NeverSaysHello(Worker):
    def hello(self):
        print("waiting for a licence", flush=True)
        time.sleep(1000)


class ClosesTheSocketFirst(Worker):
    def hello(self):
        os.close(SOCKET)
        time.sleep(1000)


class StartsOnlyOnce(Worker):
    """Can be started only once. MARK is a folder."""

    def hello(self):
        try:
            os.mkdir(sys.argv[2] + "/started")
        except FileExistsError:
            sys.exit("it is running already")
        super().hello()

    def compute(self):
        os.abort()


class HasOtherFunctionsLater(StartsOnlyOnce):
    def hello(self):
        if os.path.exists(sys.argv[2] + "/started"):
            self.say("hello 1 relu_forward_f64")
        else:
            super().hello()


# ---- Memory that it shares ----

class WritesBeyondItsOutput(Worker):
    def compute(self):
        super().compute()
        self.memory[self.y + 4 * self.count] ^= 1


class WritesFarBeforeItsOutput(Worker):
    def compute(self):
        super().compute()
        self.memory[self.y - 1024] ^= 1


class WritesBeforeItsInput(Worker):
    def compute(self):
        super().compute()
        self.memory[self.x - 1] ^= 1


class ModifiesItsInput(Worker):
    def compute(self):
        super().compute()
        self.memory[self.x + 3] ^= 0x80  # a sign


class ScribblesOverEverything(Worker):
    def compute(self):
        self.memory[:] = b"\xa5" * len(self.memory)


class MakesHoles(Worker):
    """Punches a hole into the file in memory, so that its content becomes zeros."""

    def compute(self):
        punch_hole, keep_size = 2, 1
        size = ctypes.c_long(os.fstat(MEMORY).st_size)
        ctypes.CDLL(None).fallocate(MEMORY, punch_hole | keep_size, ctypes.c_long(0), size)


class WritesNothing(Worker):
    def compute(self):
        pass


def is_refused(change):
    try:
        change()
    except PermissionError:
        return
    sys.exit("it was not refused")


class Truncates(Worker):
    def compute(self):
        is_refused(lambda: os.ftruncate(MEMORY, 0))
        is_refused(lambda: os.truncate(f"/proc/self/fd/{MEMORY}", 0))
        super().compute()


class LengthensTheFile(Worker):
    def compute(self):
        os.ftruncate(MEMORY, 1 << 26)
        super().compute()


class Seals(Worker):
    def compute(self):
        add_seals, grow = 1033, 4
        is_refused(lambda: fcntl.fcntl(MEMORY, add_seals, grow))
        super().compute()


# ---- Right workers ----

class Right(Worker):
    pass


class AnswersInPieces(Worker):
    def answer(self):
        for byte in f"done {self.id}\n":
            os.write(SOCKET, byte.encode())
            time.sleep(0.001)


class Prints(Worker):
    """Prints a million bytes in every call."""

    def compute(self):
        for stream in sys.stdout, sys.stderr:
            stream.write("....\n" * 100_000)
            stream.flush()
        super().compute()


class SaysHelloLate(Worker):
    def hello(self):
        time.sleep(1)
        super().hello()


class IsSlow(Worker):
    def compute(self):
        time.sleep(0.05)
        super().compute()


class HandlesSignals(Worker):
    def hello(self):
        for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
            signal.signal(number, lambda *_: None)
        super().hello()


class LeavesAChild(Worker):
    def compute(self):
        if os.fork() == 0:
            time.sleep(1000)
        super().compute()


class ForksAndGoesOnInTheChild(Worker):
    """The process that was started ends. Its child goes on, with the same descriptors."""

    def hello(self):
        if os.fork() != 0:
            os._exit(0)
        time.sleep(0.2)
        super().hello()


# ---- What the worker sees: reported as errors ----

class TellsItsRequest(Worker):
    def hello(self):
        self.say("hello 1 relu_forward_f32 conv2d_forward_f64")

    def compute(self):
        pass

    def answer(self):
        self.say(f"error {self.id} {self.line}")


class TellsTheEndOfItsRequest(TellsItsRequest):
    def answer(self):
        self.say(f"error {self.id} {self.line[-199:]}")


class TellsItsProcess(Worker):
    def answer(self):
        self.say(f"error {self.id} process {os.getpid()}")


class TellsItsDescriptors(Worker):
    """Tells the descriptors that it began with. (A mapping has its own descriptor.)"""

    def hello(self):
        self.there = []
        for number in range(256):
            try:
                os.fstat(number)
                self.there.append(str(number))
            except OSError:
                pass
        super().hello()

    def answer(self):
        self.say(f"error {self.id} {' '.join(self.there)}")


if __name__ == "__main__":
    globals()[sys.argv[1]]().run()
