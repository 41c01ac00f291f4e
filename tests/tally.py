#!/usr/bin/python3
"""Adds up CTest's result files for tests/run: names what was skipped (with the reason the test gave) and what failed (with the end
of what the test said), and closes with a line of the numbers. Exit status 1 when a test failed, or when there was none at all."""
import os
import sys
import xml.etree.ElementTree as xml

SAID_LINES = 30


def reason(case):
    """The line in which a test says why it cannot run here."""
    for line in (case.findtext("system-out") or "").splitlines():
        if line.lower().startswith("skip"):
            return line
    return "it gave no reason"


def end_of(case):
    """What a failed test said last, as far as a reader of the log's end wants it."""
    said = [line.rstrip() for line in (case.findtext("system-out") or "").splitlines() if line.strip()]
    return "".join(f"    {line}\n" for line in said[-SAID_LINES:])


def main(paths):
    passed, failed, skipped = 0, [], 0
    for path in sorted(paths):
        suite = os.path.basename(path).removesuffix(".xml")
        for case in xml.parse(path).getroot().iter("testcase"):
            name = case.get("name") + (f" ({suite})" if suite.startswith("under") else "")
            mark = case.find("skipped")
            if case.get("status") == "run":
                passed += 1
            elif mark is not None and "SKIP" in mark.get("message", ""):
                skipped += 1
                print(f"skipped  {name}: {reason(case)}")
            else:
                failed.append(name)
                print(f"FAILED   {name}\n{end_of(case)}", end="")
    for name in failed if len(failed) > 1 else []:
        print(f"FAILED   {name}")
    print(f"{passed} passed, {len(failed)} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
