"""Gradients of Python functions against finite differences, on exact numbers or on 50 digits."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from .command import CnnspecError

DIGITS = 50


@dataclass(frozen=True)
class WrongDerivative:
    """input: the number of the input. index: its entry. expected: the finite difference. actual: the gradient's."""
    input: int
    index: tuple
    expected: object
    actual: object


@dataclass
class Gradcheck:
    """True if every entry was compared, and none is wrong.

    compared: entries. wrong: the WrongDerivatives. undecided: (input, index) of entries at which the function is not
    piecewise quadratic within the step, so that the difference proves nothing there: a kink, or a smooth function.
    """
    compared: int = 0
    wrong: list = field(default_factory=list)
    undecided: list = field(default_factory=list)

    def __bool__(self):
        return self.compared > 0 and not self.wrong and not self.undecided

    def __str__(self):
        if self.wrong:
            first = self.wrong[0]
            place = ", ".join(map(str, first.index))
            return (f"fail: {len(self.wrong)} of {self.compared} derivatives are wrong; that of input {first.input} at "
                    f"[{place}] is {first.expected}, got {first.actual}")
        if self.undecided:
            which, index = self.undecided[0]
            return (f"undecided: the function is not piecewise quadratic here, at {len(self.undecided)} entries, first at "
                    f"[{', '.join(map(str, index))}] of input {which}: take another point, or scalar=\"float50\" if it is "
                    "smooth")
        return f"pass: {self.compared} derivatives"


def gradcheck(function, *inputs, gradient, scalar="exact", seed=1):
    """Compares a gradient with finite differences of a function, which both take any type of number.

    function(*inputs): an array or a number. gradient(*inputs, dy): the gradients of sum(dy * function(*inputs)), one for
    each input, or a single one; an input whose gradient is None is left out. inputs: arrays of any shape; floats are
    taken as the fractions that they are.

    scalar="exact": the function is called with arrays of Fraction, and the comparison is ==. That proves the derivative
    of a function that is piecewise quadratic along each entry, such as sums, products of two inputs, max, ReLU: the
    first and second differences must be those of one parabola, for the steps h and h/2. A kink at the point itself has
    equal first differences, but not such second ones. scalar="float50": with mpmath numbers of 50 digits, for smooth functions;
    half of the digits must agree. seed: of dy, small whole numbers.

    Returns a Gradcheck. Raises CnnspecError if the arguments make no sense.
    """
    number, step, agree, is_zero = arithmetic(scalar)
    points = [exact_array(x, number, n) for n, x in enumerate(inputs)]
    if not points:
        raise CnnspecError("gradcheck: expected at least one input, got none")
    y = np.asarray(function(*points), dtype=object)
    dy = np.random.default_rng(seed).integers(1, 4, y.shape).astype(object)
    gradients = gradient(*points, dy)
    gradients = gradients if isinstance(gradients, (tuple, list)) else [gradients]
    if len(gradients) != len(points):
        raise CnnspecError(f"gradient: expected {len(points)} of them, one for each input, got {len(gradients)}")

    def loss(moved, which):
        return (np.asarray(function(*points[:which], moved, *points[which + 1:]), dtype=object) * dy).sum()

    def differences(which, index, h):
        """The first and the second one: f(+h) - f(-h) by 2h, and f(+h) - 2 f + f(-h)."""
        up, down = points[which].copy(), points[which].copy()
        up[index] += h
        down[index] -= h
        above, below = loss(up, which), loss(down, which)
        return (above - below) / (2 * h), above - 2 * here + below

    here = (y * dy).sum()
    result = Gradcheck()
    for which, (x, dx) in enumerate(zip(points, gradients)):
        if dx is None:
            continue
        dx = np.asarray(dx, dtype=object)
        if dx.shape != x.shape:
            raise CnnspecError(f"gradient: expected shape {x.shape} for input {which}, got {dx.shape}")
        for index in np.ndindex(x.shape):
            (whole, bend), (half, half_bend) = (differences(which, index, h) for h in (step, step / 2))
            if not agree(whole, half) or not is_zero(bend - 4 * half_bend):
                result.undecided.append((which, index))
                continue
            result.compared += 1
            if not agree(half, dx[index]):
                result.wrong.append(WrongDerivative(which, index, half, dx[index]))
    return result


def arithmetic(scalar):
    """How to make a number, the step, whether two derivatives agree, and whether a second difference vanishes."""
    if scalar == "exact":
        return Fraction, Fraction(1, 1 << 20), lambda a, b: a == b, lambda v: v == 0
    if scalar != "float50":
        raise CnnspecError(f"scalar: expected exact or float50, got {scalar!r}")
    try:
        import mpmath
    except ImportError:
        raise CnnspecError("scalar: float50 needs mpmath, which is not installed") from None
    context = mpmath.mp.clone()
    context.dps = DIGITS
    return (lambda v: context.mpf(Fraction(v).numerator) / Fraction(v).denominator, context.mpf(10) ** -(DIGITS // 3),
            lambda a, b: abs(a - b) <= (1 + abs(b)) * context.mpf(10) ** -(DIGITS // 2),
            lambda v: abs(v) <= context.mpf(10) ** -(DIGITS // 2))  # it is h^2 at a smooth point, and h at a kink


def exact_array(x, number, which):
    values = np.asarray(x)
    try:
        return np.array([number(v.item() if isinstance(v, np.generic) else v) for v in values.ravel()],
                        dtype=object).reshape(values.shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise CnnspecError(f"inputs: expected finite numbers in input {which}, got {error}") from None
