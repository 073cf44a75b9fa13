"""Makes the mutants of a C++ header: the same text with one small mistake each.

It reads tokens, and statements of function bodies; it needs no compiler. It relies on clang-format in one respect: a
binary operator has a blank on both sides, but the bracket of a template, a pointer or a sign has not. A mutant may not
compile; the compiler finds that out.
"""

import dataclasses
import hashlib
import re

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<directive>^[ ]*\#(?:[^\n\\]|\\.)*)|(?P<string>"(?:\\.|[^"\\\n])*")
      |(?P<char>'(?:\\.|[^'\\\n])*')|(?P<number>\d[\w'.]*)|(?P<name>[A-Za-z_]\w*)
      |(?P<op><=>|<<=|>>=|\.\.\.|->\*|::|->|\+\+|--|\+=|-=|\*=|/=|%=|==|!=|<=|>=|&&|\|\||<<|>>|[^\s\w])""",
    re.VERBOSE | re.MULTILINE | re.DOTALL)

# Binary operators and their replacements. A bound is moved by one (< and <=), and a condition is inverted.
BINARY = {
    "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["/"],
    "+=": ["-=", "="], "-=": ["+=", "="], "*=": ["+=", "="], "/=": ["*=", "="],
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="],
    "&&": ["||"], "||": ["&&"],
}
# Names that are easily confused.
PAIRS = [
    ("height", "width"), ("kernel_height", "kernel_width"), ("kernel_h", "kernel_w"), ("in_h", "in_w"),
    ("pool_kernel_h", "pool_kernel_w"), ("row", "column"), ("before", "after"), ("stride", "dilation"), ("p", "q"),
    ("i", "j"), ("down", "across"), ("expected", "actual"), ("inputs_per_group", "outputs_per_group"),
    ("H", "W"), ("KH", "KW"), ("h", "w"), ("In", "Out"), ("in", "k"), ("dx", "dy"), ("best", "cell"),
    ("y1", "y2"), ("r1", "r2"), ("p1", "p2"), ("dr1", "dr2"), ("conv1", "conv2"), ("pool1", "pool2"),
    ("d_conv1", "d_conv2"), ("c1", "c2"), ("stride1", "stride2"), ("padding1", "padding2"),
    ("pool_stride1", "pool_stride2"), ("conv1_axis", "conv2_axis"), ("pool1_axis", "pool2_axis"),
    ("conv1_config", "conv2_config"), ("pool1_config", "pool2_config"), ("out_h1", "out_w1"), ("out_h2", "out_w2"),
    ("pool_h1", "pool_w1"), ("pool_h2", "pool_w2"), ("input", "output"), ("front", "back"), ("o", "i"), ("o", "c"),
]
OTHER_NAMES = {name: [b for pair in PAIRS for a, b in (pair, pair[::-1]) if a == name]
               for name in {name for pair in PAIRS for name in pair}}
ALWAYS_DECLARED = {"true": "false", "false": "true", "max": "min", "min": "max"}
TENSORS = {"x", "w", "y", "b", "dx", "dw", "dy", "db", "winners"}  # names whose calls are elements
KEYWORDS = {"auto", "return", "else", "throw", "case", "operator", "delete", "constexpr", "mutable"}
CLAUSES = ["C1", "C2", "C3", "C4", "C5", "C6", "C8"]

DECLARATION = re.compile(r"(const|constexpr|static|using|struct|class|enum|auto|template|typename)\b"
                         r"|(?!return|throw|continue|break|delete)[\w:]+(<[^;=()]*>)?\s*[&*\s]\s*\w+\s*[={(;\[]")
ADDS_UP = re.compile(r"[-+*/%]=|\+\+|--|push_back|emplace_back|\b(tap|visit|add)\(")


@dataclasses.dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str       # "conv2d.hpp"
    line: int       # where the mutation begins, from 1
    source: str     # that line, stripped
    which: int      # number of this line among lines with the same text, from 1
    mutation: str   # "`<` -> `<=`", and "#2" if it is the second such place of the line
    text: str       # the whole mutated header
    in_loop: bool   # whether it is in a loop, or in the callback of one (for_each_tap)

    @property
    def id(self):
        key = "\n".join((self.file, self.source, str(self.which), self.mutation))
        return hashlib.sha256(key.encode()).hexdigest()[:8]


def tokens_of(text):
    return [Token(m.lastgroup, m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)
            if m.lastgroup not in ("comment", "directive")]


class Header:
    """A header's tokens, their brackets, and the statements of its function bodies."""

    def __init__(self, text):
        self.text = text
        self.tokens = tokens_of(text)
        self.partner = {}   # index of a bracket -> index of its partner
        self.statements = []  # (kind, first token, last token)
        self.branches = []  # of if ... else ...: (first token, last token)
        self.assertions = []  # static_asserts: (first token, last token, whether at namespace scope)
        self._match_brackets()
        self._find_declarations()
        self._find_assertions()
        self._find_statements()

    def _text(self, n):
        return self.tokens[n].text if 0 <= n < len(self.tokens) else ""

    def _match_brackets(self):
        closing, open_ones = {")": "(", "]": "[", "}": "{"}, []
        for n, token in enumerate(self.tokens):
            if token.kind != "op":
                continue
            if token.text in "([{":
                open_ones.append(n)
            elif token.text in closing:
                first = open_ones.pop()
                if self._text(first) != closing[token.text]:
                    raise ValueError(f"brackets do not match near character {token.start}")
                self.partner[first], self.partner[n] = n, first

    def _is_namespace(self, brace):
        return self._text(brace - 2) == "namespace" or self._text(brace - 1) == "namespace"

    def _is_block(self, brace):
        """Whether `{` begins a function's body or a block, and not a class, an initializer or a requirement."""
        before = self._text(brace - 1)
        return before in (")", "]", "const", "else", "try", "do", "mutable", "noexcept") or (
            self._text(brace - 2) == "->" or before == ">" and self._follows_result_type(brace))

    def _follows_result_type(self, brace):
        n = brace - 1
        while n > 0 and self._text(n) not in (";", "{", "}", "(", ")", "->", "="):
            n -= 1
        return self._text(n) == "->"

    def _find_declarations(self):
        """For each token, the names that occur in the same declaration at namespace scope."""
        self.names_near = []
        n = 0
        while n < len(self.tokens):
            first, names = n, set()
            while n < len(self.tokens):
                if self._text(n) == "{" and self._is_namespace(n):
                    break
                if self._text(n) == "{" and self.tokens[n].kind == "op":
                    names.update(t.text for t in self.tokens[n:self.partner[n]] if t.kind == "name")
                    n = self.partner[n]
                    if self._text(n + 1) not in (";", ",", ")", "}", ">", "{"):
                        break
                elif self._text(n) == ";":
                    break
                else:
                    names.add(self._text(n))
                n += 1
            n += 1
            self.names_near += [names] * (min(n, len(self.tokens)) - first)

    def _find_assertions(self):
        depth = 0
        for n, token in enumerate(self.tokens):
            if token.text == "{" and token.kind == "op" and not self._is_namespace(n):
                depth += 1
            elif token.text == "}" and token.kind == "op" and not self._is_namespace(self.partner[n]):
                depth -= 1
            elif token.text == "static_assert":
                self.assertions.append((n, self.partner[n + 1] + 1, depth == 0))

    def _find_statements(self):
        n = 0
        while n < len(self.tokens):
            if self.tokens[n].kind == "op" and self._text(n) == "{" and self._is_block(n):
                n = self._block(n)
            n += 1

    def _block(self, brace):
        """Reads the statements of a block; returns the index of its closing brace."""
        n, end = brace + 1, self.partner[brace]
        while n < end:
            n = self._statement(n) + 1
        return end

    def _statement(self, n):
        """Reads one statement; returns the index of its last token."""
        first, word = n, self._text(n)
        if word == "{":
            return self._block(n)
        if word in ("if", "for", "while", "switch"):
            n += 1
            if self._text(n) == "constexpr":
                n += 1
            self._expression(n + 1, self.partner[n])
            body = self.partner[n] + 1
            n = self._statement(body)
            alternative = word == "if" and self._text(n + 1) == "else"
            if alternative:
                self.branches += [(body, n)]
                body = n + 2
                n = self._statement(body)
                self.branches += [(body, n)]
            self.statements.append((word + " else" if alternative else word, first, n))
            return n
        if word == "try":
            n = self._block(n + 1)
            while self._text(n + 1) == "catch":
                n = self._block(self.partner[n + 2] + 1)
            return n
        while self._text(n) != ";":
            n = self._skip(n) + 1
        self.statements.append((word if word in ("return", "throw", "continue", "static_assert") else "expression",
                                first, n))
        return n

    def _skip(self, n):
        """Steps over one token, or over a bracket and its content. Reads the bodies of lambdas in it. Returns the last
        token."""
        if self.tokens[n].kind != "op" or self._text(n) not in "([{":
            return n
        if self._text(n) == "{" and self._is_block(n):
            return self._block(n)
        self._expression(n + 1, self.partner[n])
        return self.partner[n]

    def _expression(self, n, end):
        while n < end:
            n = self._skip(n) + 1

    def is_template_bracket(self, n):
        """Whether this token is the bracket of a template: `<` or `>` without a blank on both sides."""
        token = self.tokens[n]
        blanks = self.text[token.start - 1].isspace() and self.text[token.end].isspace()
        return token.text in ("<", ">") and not blanks

    def parts(self, first, last, separator):
        """The tokens first to last, split at each `separator` outside brackets: [(first, last)]"""
        found, n, begin, depth = [], first, first, 0
        while n <= last:
            if self.is_template_bracket(n):
                depth += 1 if self._text(n) == "<" else -1
            elif self._text(n) == separator and depth == 0:
                found.append((begin, n - 1))
                begin = n + 1
            elif self.tokens[n].kind == "op" and self._text(n) in "([{":
                n = self.partner[n]
            n += 1
        return [*found, (begin, last)]

    def source_of(self, first, last):
        return self.text[self.tokens[first].start:self.tokens[last].end]


def without_examples(text):
    """The header without its static_asserts at namespace scope: its examples."""
    header = Header(text)
    for first, last, is_example in reversed(header.assertions):
        if is_example:
            text = text[:header.tokens[first].start] + text[header.tokens[last].end:]
    return text


def edits_of(header):
    """(start, end, replacement): every mutation, in no order."""
    text, tokens = header.text, header.tokens
    ignored = set()  # tokens of examples, and the messages of other assertions
    for first, last, is_example in header.assertions:
        ignored.update(range(first, last + 1) if is_example
                       else (n for n in range(first, last + 1) if tokens[n].kind == "string"))
    for n, token in enumerate(tokens):
        if n in ignored:
            continue
        before, after = tokens[n - 1] if n else None, tokens[n + 1] if n + 1 < len(tokens) else None
        blanks = text[token.start - 1:token.start].isspace(), text[token.end:token.end + 1].isspace()
        if token.kind == "op":
            for other in BINARY.get(token.text, []) if all(blanks) else []:
                yield token.start, token.end, other
            if token.text == "!" or token.text == "-" and not any(blanks[1:]) and before.text != "operator":
                yield token.start, token.end, ""
            if token.text in ("++", "--"):
                yield token.start, token.end, {"++": "--", "--": "++"}[token.text]
        elif token.kind == "number" and token.text.isdigit():
            value = int(token.text)
            yield token.start, token.end, str(value + 1)
            if value > 0:
                yield token.start, token.end, str(value - 1)
        elif token.kind == "string":
            yield token.start, token.end, token.text[:-1] + '~"'
        elif token.kind == "name":
            declared = (before and (before.kind == "name" and before.text not in ("return", "else", "throw")
                                    or before.text in ("&", "*", "...") and not text[before.start - 1].isspace())
                        or after and after.text in ("=", "{") and before and before.text == ",")
            if token.text in ALWAYS_DECLARED:
                yield token.start, token.end, ALWAYS_DECLARED[token.text]
            for other in OTHER_NAMES.get(token.text, []):
                if other in header.names_near[n] and not declared:
                    yield token.start, token.end, other
            if token.text in CLAUSES and before.text == "::":
                yield token.start, token.end, CLAUSES[(CLAUSES.index(token.text) + 1) % len(CLAUSES)]
            if token.text == "for" and after.text == "(":
                yield from loop_edits(header, n)
        if token.text in ("(", "["):
            yield from index_edits(header, n)
        if token.text == "(" and before and before.text in ("(", ";", "{", ",", "="):
            yield from half_edits(header, n + 1, header.partner[n] - 1)
        if token.text == "?":
            yield from swapped_arms(header, n)
    yield from statement_edits(header)


def is_operand(token):
    """Whether a bracket after this token holds its arguments or its index."""
    return token is not None and (token.kind == "name" and token.text not in KEYWORDS or token.text in (")", "]", ">"))


def index_edits(header, n):
    """Each index of `w(o, i)` or `x[n]` becomes one more and one less."""
    called, before = header.tokens[n - 1], header.tokens[n - 2] if n > 1 else None
    is_product = before and before.text == "*" and header.text[before.start - 1].isspace()
    declares = before and not is_product and (
        before.text in (">", "&", "*") or before.kind == "name" and before.text not in KEYWORDS)
    if not is_operand(called) or header.tokens[n].text == "(" and (called.text not in TENSORS or declares):
        return
    for first, last in header.parts(n + 1, header.partner[n] - 1, ","):
        if last > first or last == first and header.tokens[first].kind == "name":  # a number was mutated before
            start, end = header.tokens[first].start, header.tokens[last].end
            for other in (" + 1", " - 1"):
                yield start, end, header.text[start:end] + other


def half_edits(header, first, last):
    """`a, b` becomes `a` and `b`."""
    halves = header.parts(first, last, ",")
    if len(halves) < 2 or any(header.tokens[a].text == "..." for a, _ in halves):
        return
    start, end = header.tokens[first].start, header.tokens[last].end
    for dropped in halves:
        yield start, end, ", ".join(header.source_of(*half) for half in halves if half != dropped)


def swapped_arms(header, n):
    """`c ? a : b` becomes `c ? b : a`."""
    last, nested, colon = n + 1, 0, None
    while header.tokens[last].text not in (";", ",", ")", "]", "}"):
        text = header.tokens[last].text
        if text == ":" and nested == 0:
            if colon is not None:
                break  # belongs to a condition around this one
            colon = last
        else:
            nested += (text == "?") - (text == ":")
        last = (header.partner[last] if text in ("(", "[", "{") else last) + 1
    start, end = header.tokens[n + 1].start, header.tokens[last - 1].end
    one, other = header.source_of(n + 1, colon - 1), header.source_of(colon + 1, last - 1)
    yield start, end, f"{other} : {one}"


def loop_edits(header, n):
    """`i < bound` becomes `i < bound - 1`, and `++i` becomes `i += 2`."""
    end = header.partner[n + 1]
    semicolons = [m for m in range(n + 2, end) if header.tokens[m].text == ";"]
    if len(semicolons) != 2:
        return
    if any(header.tokens[m].text == "<" for m in range(*semicolons)):
        at = header.tokens[semicolons[1]].start
        yield at, at, " - 1"
    step, name = header.tokens[semicolons[1] + 1:end][:2] if end - semicolons[1] == 3 else (None, None)
    if step and step.text == "++":
        yield step.start, name.end, f"{name.text} += 2"


def statement_edits(header):
    for kind, first, last in header.statements:
        start, end = header.tokens[first].start, header.tokens[last].end
        source = header.text[start:end]
        if kind in ("if", "for", "throw", "continue") or kind == "expression" and not DECLARATION.match(source):
            yield start, end, ";"
        if kind == "expression" and not DECLARATION.match(source):
            yield from half_edits(header, first, last - 1)
            if ADDS_UP.search(source):
                yield start, end, "{ " + source + " " + source + " }"
    for first, last in header.branches:
        yield header.tokens[first].start, header.tokens[last].end, ";"
    for first, last, is_example in header.assertions:
        if not is_example:
            yield header.tokens[first].start, header.tokens[last].end, ""


def one_line(text, most=70):
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most - 3] + "..."


def describe(edit, text, line_start):
    """The mutation in words that do not depend on the line's place in the file."""
    start, end, other = edit
    old = text[start:end]
    if other == "" and old.startswith("static_assert") or other == ";":
        return f"drop `{one_line(old)}`"
    if other.startswith("{ "):
        return f"repeat `{one_line(old)}`"
    if start == end:
        bound = text[line_start:start].rsplit(";", 1)[-1].strip()
        return f"`{bound}` -> `{bound}{other}`"
    before = text[line_start:start]
    word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)" if old[0].isalnum() or old[0] == "_" else re.escape(old))
    nth = len(word.findall(before)) + 1
    return f"`{old}` -> `{other}`" + (f" #{nth}" if nth > 1 else "")


def loops_of(header):
    """(start, end) of each statement that is a loop."""
    return [(header.tokens[first].start, header.tokens[last].end) for kind, first, last in header.statements
            if kind == "for" or header.tokens[first].text.startswith("for_each")]


def mutants_of(file, text):
    """All mutants of a header, in the order of their places; no two have the same text."""
    header = Header(text)
    loops = loops_of(header)
    lines = text.split("\n")
    seen_lines, which = {}, []
    for line in lines:
        seen_lines[line.strip()] = seen_lines.get(line.strip(), 0) + 1
        which.append(seen_lines[line.strip()])
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    mutants, texts, ids = [], {text}, set()
    for edit in sorted(set(edits_of(header))):
        start, end, other = edit
        mutated = text[:start] + other + text[end:]
        if mutated in texts:
            continue
        texts.add(mutated)
        number = text.count("\n", 0, start)
        mutant = Mutant(file, number + 1, lines[number].strip(), which[number],
                        describe(edit, text, starts[number]), mutated,
                        any(first <= start and end <= last for first, last in loops))
        if mutant.id in ids:
            raise ValueError(f"{file}:{number + 1}: two mutants are called {mutant.mutation}")
        ids.add(mutant.id)
        mutants.append(mutant)
    return mutants
