"""Writes sums.json: lists of doubles with their exact sum, variance and deviation, each rounded once.

The sum is math.fsum's, checked against rational arithmetic; variance (population and sample) and deviation are exact
fractions rounded at the end. Doubles are written as 16 hexadecimal digits of their bits.  python3 make_sums.py
"""
import json, math, os, random, struct
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60


def bits(x):
    return struct.pack(">d", x).hex()


def rounded(f):
    try:
        return float(f)
    except OverflowError:
        return math.inf if f > 0 else -math.inf


def root(f):
    """The double nearest to the root of a fraction, by whole numbers."""
    if f == 0:
        return 0.0
    shift = 0
    while f < 1 << 300:
        f, shift = f * 4, shift + 1
    while f > 1 << 400:
        f, shift = f / 4, shift - 1
    return rounded(Fraction(math.isqrt(f.numerator // f.denominator)) / Fraction(2) ** shift)


def cases(r):
    for n in (1, 2, 3, 7, 20, 40):
        yield [r.uniform(-1, 1) for _ in range(n)]
        yield [r.uniform(-1, 1) * 10.0 ** r.randint(-12, 12) for _ in range(n)]
        yield [r.uniform(-1, 1) * 2.0 ** r.randint(-1070, 1000) for _ in range(n)]
        yield [1e16 + r.random() for _ in range(n)]
        yield [struct.unpack("<d", struct.pack("<Q", r.getrandbits(52)))[0] for _ in range(n)]
        xs = [r.uniform(-1, 1) * 10.0 ** r.randint(-200, 200) for _ in range(n)]
        yield xs + [-x for x in xs] + [r.uniform(-1, 1) * 1e-200]
    yield [1e16, 1.0, -1e16]
    yield [1.0, 2.0 ** -53]
    yield [1.0, 2.0 ** -53, 2.0 ** -1074]
    yield [1.0 + 2.0 ** -52, 2.0 ** -53]
    yield [5e-324] * 3
    yield [1.7976931348623157e308, 1.7976931348623157e308, -1.7976931348623157e308]
    yield [1.7976931348623157e308, 9.9792015476735991e291]
    yield [1.7976931348623157e308, 9.979201547673598e291]
    yield [-1.7976931348623157e308] * 5
    yield [0.0, -0.0]
    yield [0.1] * 10
    yield [3.0] * 9


def main():
    r = random.Random(4)
    out = []
    for xs in cases(r):
        total = sum(map(Fraction, xs), Fraction(0))
        exact = rounded(total)
        try:
            assert math.fsum(xs) == exact, xs
        except OverflowError:
            pass
        n = len(xs)
        squares = sum((Fraction(x) ** 2 for x in xs), Fraction(0))
        spread = n * squares - total ** 2
        population = spread / (n * n)
        case = {"values": [bits(x) for x in xs], "sum": bits(exact if exact else 0.0), "variance": bits(rounded(population)), "deviation": bits(root(population))}
        if n > 1:
            sample = spread / (n * (n - 1))
            case |= {"sample_variance": bits(rounded(sample)), "sample_deviation": bits(root(sample))}
        out.append(case)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sums.json")
    with open(path, "w") as fh:
        fh.write("[\n" + ",\n".join(json.dumps(c) for c in out) + "\n]\n")


main()
