"""The kill matrix: which check killed which mutant."""

import collections


def group_of(check):
    """"conv2d L4: padding = ..." -> "conv2d L4": the column of a check."""
    group = check.split(":")[0]
    return group.replace("<double>", "").replace(" with relu", "").replace(" without relu", "")


# Kinds of checks, in the order in which they are shown.
LAWS, TWINS, GRADIENTS = "laws", "independent twins", "finite differences"
KINDS = (LAWS, TWINS, GRADIENTS, "hand-worked", "examples beside the code", "extents", "descriptions", "clauses",
         "compile-time clauses", "the compiler")
LAYERS = ("avg_pool2d.hpp", "conv2d.hpp", "flatten.hpp", "linear.hpp", "max_pool2d.hpp", "relu.hpp")


def kind_of(check):
    group = group_of(check)
    if group in KINDS:
        return group
    if check.endswith(" laws: does not compile"):
        return "the compiler"
    last = group.split(" ")[-1]
    return {"twin": TWINS, "L10": TWINS, "gradient": GRADIENTS}.get(last, LAWS)


STATUSES = ("killed", "equivalent", "survived", "killed although listed", "invalid")


class Report:
    def __init__(self, mutants, verdicts, reasons, run):
        """run: how they were judged, for the result: {"parts": ..., "sample": {"mutants", "of", "seed"}, "version"}"""
        self.mutants = sorted(mutants, key=lambda m: (m.file, m.line))
        self.verdicts, self.reasons, self.run = verdicts, reasons, run

    def status(self, mutant):
        found = self.verdicts[mutant.id].status
        listed = mutant.id in self.reasons
        if found == "survived" and listed:
            return "equivalent"
        return "killed although listed" if found == "killed" and listed else found

    def with_status(self, status):
        return [m for m in self.mutants if self.status(m) == status]

    def good(self):
        return not self.with_status("survived") and not self.with_status("killed although listed")

    def groups(self, mutant):
        return sorted({group_of(c) for c in self.verdicts[mutant.id].killers()})

    def print(self, detailed):
        if detailed:
            print("killed by\n")
            for m in self.mutants:
                by = ", ".join(self.groups(m)) or self.status(m)
                print(f"  {m.id}  {m.file}:{m.line}  {m.mutation}\n            {by}")
            print()
        self.print_table()
        self.print_kinds()
        self.print_checks()
        for status, title in (("survived", "alive, and not listed as equivalent"),
                              ("killed although listed", "killed, although listed as equivalent")):
            found = self.with_status(status)
            if found:
                print(f"\n{title}:")
            for m in found:
                by = "; ".join(self.verdicts[m.id].killers()[:3])
                print(f"  {m.id}  {m.file}:{m.line}  {m.mutation}   in   {m.source}" + (f"\n      {by}" if by else ""))
        self.print_totals()

    def by_header(self):
        """[(file, mutants by status)]"""
        return [(file, collections.Counter(self.status(m) for m in self.mutants if m.file == file))
                for file in sorted({m.file for m in self.mutants})]

    def print_table(self):
        print(f"{'header':<16}{'mutants':>8}" + "".join(f"{s if len(s) < 12 else 'wrong':>12}" for s in STATUSES))
        rows = self.by_header()
        for file, counts in [*rows, ("all", sum((counts for _, counts in rows), collections.Counter()))]:
            print(f"{file:<16}{counts.total():>8}" + "".join(f"{counts[s]:>12}" for s in STATUSES))

    def killers_by_group(self):
        """{group: [mutants]}, and {group: [mutants that no other group kills]}."""
        kills, alone = collections.defaultdict(list), collections.defaultdict(list)
        for m in self.mutants:
            groups = self.groups(m)
            for group in groups:
                kills[group].append(m)
            if len(groups) == 1:
                alone[groups[0]].append(m)
        return kills, alone

    def kinds(self, mutant):
        """(kinds of checks that ran on it, those that killed it)"""
        said = [(kind_of(check), verdict) for results in self.verdicts[mutant.id].results.values()
                for check, (verdict, _) in results.items() if verdict not in ("invalid", "skipped")]
        return {kind for kind, _ in said}, {kind for kind, verdict in said if verdict != "pass"}

    def by_kind(self):
        """{kind: mutants on which it ran, that it kills, and that it alone of the kinds that ran kills}"""
        rows = {kind: collections.Counter() for kind in KINDS}
        for m in self.compiled():
            ran, killed = self.kinds(m)
            for kind in ran:
                rows[kind].update(ran=1, kills=kind in killed, alone=killed == {kind})
        return {kind: {name: row[name] for name in ("ran", "kills", "alone")} for kind, row in rows.items() if row}

    def beyond_gradients(self):
        """Mutants of the layers' loops that pass every finite difference: how many of them laws and twins kill."""
        found = collections.Counter(judged=0, pass_gradients=0, killed=0, by_laws=0, by_twins=0, by_neither=0)
        for m in self.compiled():
            ran, killed = self.kinds(m)
            if m.file not in LAYERS or not m.in_loop or GRADIENTS not in ran:
                continue
            passes = GRADIENTS not in killed
            found.update(judged=1, pass_gradients=passes, killed=passes and bool(killed),
                         by_laws=passes and LAWS in killed, by_twins=passes and TWINS in killed,
                         by_neither=passes and bool(killed) and not killed & {LAWS, TWINS})
        return dict(found)

    def compiled(self):
        return [m for m in self.mutants if self.verdicts[m.id].status != "invalid"]

    def print_kinds(self):
        print(f"\n{'kills of each kind of check':<28}{'ran on':>8}{'kills':>8}{'alone':>8}   (of the kinds that ran)")
        for kind, row in self.by_kind().items():
            print(f"{kind:<28}{row['ran']:>8}{row['kills']:>8}{row['alone']:>8}")
        b = self.beyond_gradients()
        print(f"\nOf {b['judged']} mutants of the layers' loops on which finite differences ran, {b['pass_gradients']} "
              f"pass them all; {b['killed']} of these\nare killed: {b['by_laws']} by laws, {b['by_twins']} by independent "
              f"twins, {b['by_neither']} by neither of them, among the kinds that ran.")

    def print_checks(self):
        kills, alone = self.killers_by_group()
        files = sorted({m.file for m in self.mutants})
        print(f"\n{'kills of each check that ran':<28}{'all':>6}{'alone':>7}   "
              + " ".join(f.removesuffix(".hpp") for f in files))
        for group in sorted(kills, key=lambda g: (-len(kills[g]), g)):
            row = collections.Counter(m.file for m in kills[group])
            print(f"{group:<28}{len(kills[group]):>6}{len(alone[group]):>7}   "
                  + " ".join(f"{row[f] or '.':>{len(f) - 4}}" for f in files))

    def print_totals(self):
        killed = len(self.with_status("killed")) + len(self.with_status("killed although listed"))
        compiled = len(self.mutants) - len(self.with_status("invalid"))
        print(f"\n{len(self.mutants)} mutants, of which {compiled} compile: {killed} killed, "
              f"{len(self.with_status('equivalent'))} equivalent, {len(self.with_status('survived'))} alive")
        if len(self.mutants) < self.run["sample"]["of"]:
            print(f"{len(self.mutants)} of {self.run['sample']['of']} mutants were judged")

    def write_matrix(self, path):
        """A row for each mutant, a column for each check that killed one."""
        groups = sorted(self.killers_by_group()[0])
        with path.open("w") as out:
            for n, group in enumerate(groups, 1):
                out.write(f"{n:>3}  {group}\n")
            for m in self.mutants:
                own = self.groups(m)
                row = "".join("x" if g in own else "." for g in groups)
                out.write(f"{row}  {m.id}  {self.status(m):<10}  {m.file}:{m.line}  {m.mutation}\n")

    def for_programs(self):
        kills, alone = self.killers_by_group()
        return {
            "type": "mutants",
            "schema": 1,
            **self.run,
            "totals": {s: len(self.with_status(s)) for s in STATUSES},
            "headers": [{"file": file, "mutants": counts.total(), "killed": counts["killed"],
                         "equivalent": counts["equivalent"], "survived": counts["survived"],
                         "listed_but_killed": counts["killed although listed"], "invalid": counts["invalid"]}
                        for file, counts in self.by_header()],
            "kinds": self.by_kind(),
            "beyond_gradients": self.beyond_gradients(),
            "checks": {g: {"kills": len(kills[g]), "alone": len(alone[g])} for g in sorted(kills)},
            "mutants": [{"id": m.id, "file": m.file, "line": m.line, "mutation": m.mutation, "source": m.source,
                         "status": self.status(m), "reason": self.reasons.get(m.id),
                         "killed_by": self.verdicts[m.id].killers()} for m in self.mutants],
        }
