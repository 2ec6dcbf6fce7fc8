"""An independent verifier of a transparency log, from the published formats alone.

C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof, tlog-cosignature; RFC 6962 (trees), RFC 9162 (how proofs are
verified), RFC 8032 (Ed25519). It shares no code with Martlet. Of libraries it takes `cryptography` for Ed25519 where that is
installed; else it verifies signatures by itself.
"""

import base64
import hashlib
import pathlib

WIDTH = 256
HASH = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Refused(Exception):
    """What was looked at is not what the log's key signed."""


# --- Ed25519 -------------------------------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _recover_x(y, sign):
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE_X = _recover_x(_BASE_Y, 0)
BASE = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % P)


def ed25519_by_hand(public_key, signature, message):
    """RFC 8032, section 5.1.7."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r = _point(public_key), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    left, right = _times(s, BASE), _add(r, _times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def ed25519(public_key, signature, message):
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return ed25519_by_hand(public_key, signature, message)
    if len(public_key) != 32 or len(signature) != 64:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


# --- signed notes --------------------------------------------------------------------------------------------------------


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused(f"not base64: {error}") from None
    if base64.b64encode(data).decode() != text:
        raise Refused("base64 with stray bits")
    return data


class Key:
    """A verifier key: `name+hex(id)+base64(type || key)`. Type 1 is a log's, type 4 a witness's."""

    def __init__(self, vkey):
        name, identity, material = vkey.strip().split("+", 2)
        material = unbase64(material)
        self.name, self.type, self.public = name, material[0], material[1:]
        self.id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
        if self.id.hex() != identity or self.type not in (1, 4) or len(self.public) != 32:
            raise Refused(f"not a verifier key: {vkey}")


def parse_note(note):
    """The text, with its final newline, and (name, id, signature) for each line under it."""
    if isinstance(note, bytes):
        try:
            note = note.decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise Refused("not UTF-8") from None
    if any(ord(c) < 0x20 and c != "\n" for c in note):
        raise Refused("a control character")
    place = note.rfind("\n\n")
    if place < 0 or not note.endswith("\n"):
        raise Refused("no signatures")
    text, lines = note[: place + 1], note[place + 2 : -1].split("\n")
    signatures = []
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1] or "+" in parts[1]:
            raise Refused(f"not a signature line: {line!r}")
        blob = unbase64(parts[2])
        if len(blob) < 5:
            raise Refused("a signature that is too short")
        signatures.append((parts[1], blob[:4], blob[4:]))
    return text, signatures


def verify_note(note, key):
    """The text that the key signed. A signature by it that does not fit spoils the note, as the format has it."""
    text, signatures = parse_note(note)
    mine = [blob for name, identity, blob in signatures if (name, identity) == (key.name, key.id)]
    if not mine:
        raise Refused("not signed by the log's key")
    for blob in mine:
        if not ed25519(key.public, blob, text.encode()):
            raise Refused("a signature that does not fit the text")
    return text


def cosignature_time(note, witness):
    """When the witness says that it saw the checkpoint."""
    text, signatures = parse_note(note)
    for name, identity, blob in signatures:
        if (name, identity) == (witness.name, witness.id):
            if witness.type != 4 or len(blob) != 72:
                raise Refused("not a cosignature")
            time = int.from_bytes(blob[:8], "big")
            if not ed25519(witness.public, blob[8:], f"cosignature/v1\ntime {time}\n{text}".encode()):
                raise Refused("a cosignature that does not fit")
            return time
    raise Refused("not cosigned")


def checkpoint(note, key):
    """(size, root) that the log's key signed."""
    lines = verify_note(note, key).split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or lines[0] != key.name:
        raise Refused("not a checkpoint of this log")
    if not lines[1].isascii() or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:
        raise Refused("not a size")
    size, root = int(lines[1]), unbase64(lines[2])
    if len(root) != HASH or (size == 0 and root != EMPTY_ROOT):
        raise Refused("not a root")
    return size, root


# --- trees and proofs ----------------------------------------------------------------------------------------------------


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(hashes):
    """RFC 6962, section 2.1, level by level: an odd one at the end of a level goes up as it is."""
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > 1:
        paired = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = paired + ([hashes[-1]] if len(hashes) % 2 else [])
    return hashes[0]


def verify_inclusion(leaf, index, size, proof, root):
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        raise Refused("no such index")
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise Refused("the proof is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn or r != root:
        raise Refused("the proof does not lead to the root")


def verify_consistency(first, second, first_root, second_root, proof):
    """RFC 9162, section 2.1.4.2."""
    if first > second:
        raise Refused("the log went back")
    if first == second:
        if proof or first_root != second_root:
            raise Refused("two roots of one size")
        return
    if first == 0:
        if proof:
            raise Refused("a proof from nothing")
        return
    if not proof:
        raise Refused("no proof")
    path = ([first_root] if first & (first - 1) == 0 else []) + list(proof)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise Refused("the proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn or fr != first_root or sr != second_root:
        raise Refused("the proof does not lead from root to root")


def verify_proof(text, key, entry=None):
    """A tlog-proof file. (index, size, entry) of what it shows; the entry given, or the one that came as `extra`."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines[0] != "c2sp.org/tlog-proof@v1":
        raise Refused("not a tlog-proof")
    lines = lines[1:]
    if lines and lines[0].startswith("extra "):
        extra = unbase64(lines.pop(0)[6:])
        entry = extra if entry is None else entry
    if not lines or not lines[0].startswith("index ") or not lines[0][6:].isdigit():
        raise Refused("no index")
    index = int(lines[0][6:])
    if str(index) != lines[0][6:] or entry is None:
        raise Refused("no index, or no entry")
    hashes = [unbase64(line) for line in lines[1:]]
    if any(len(h) != HASH for h in hashes):
        raise Refused("not a hash")
    size, root = checkpoint(note, key)
    verify_inclusion(leaf_hash(entry), index, size, hashes, root)
    return index, size, entry


def verify_consistency_file(text, key, old_note):
    """`old SIZE`, hashes, an empty line and the newer checkpoint: the request of tlog-witness."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    old_size, old_root = checkpoint(old_note, key)
    if not blank or lines[0] != f"old {old_size}":
        raise Refused("not a proof from that checkpoint")
    size, root = checkpoint(note, key)
    verify_consistency(old_size, size, old_root, root, [unbase64(line) for line in lines[1:]])
    return size


# --- tiles ---------------------------------------------------------------------------------------------------------------


def tile_path(level, index, width=WIDTH):
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + ("" if width == WIDTH else f".p/{width}")


def folder_reader(folder):
    root = pathlib.Path(folder)

    def read(path):
        file = root / path
        return file.read_bytes() if file.is_file() else None

    return read


def bundle_entries(data, count):
    entries, place = [], 0
    for _ in range(count):
        if len(data) - place < 2:
            raise Refused("a bundle that is cut off")
        length = int.from_bytes(data[place : place + 2], "big")
        place += 2
        if len(data) - place < length:
            raise Refused("a bundle that is cut off")
        entries.append(data[place : place + length])
        place += length
    if place != len(data):
        raise Refused("a bundle that is too long")
    return entries


def verify_log(read, key):
    """Every file that the checkpoint says there is: entries, tiles of each level, and the root. (size, root, entries)."""
    note = read("checkpoint")
    if note is None:
        raise Refused("no checkpoint")
    size, root = checkpoint(note, key)
    entries, below = [], []
    for level in range(8):
        count = size >> (8 * level)
        if level > 0 and count == 0:
            break
        hashes = []
        for index in range((count + WIDTH - 1) // WIDTH):
            width = min(WIDTH, count - index * WIDTH)
            data = read(tile_path(level, index, width))
            if data is None or len(data) != width * HASH:
                raise Refused(f"{tile_path(level, index, width)} is missing or has another length")
            tile = [data[i : i + HASH] for i in range(0, len(data), HASH)]
            if level == 0:
                bundle = read(tile_path("entries", index, width))
                if bundle is None:
                    raise Refused(f"{tile_path('entries', index, width)} is missing")
                found = bundle_entries(bundle, width)
                if [leaf_hash(entry) for entry in found] != tile:
                    raise Refused(f"entries under tile {index} are not what was hashed")
                entries += found
            hashes += tile
        if level == 0:
            if tree_root(hashes) != root:
                raise Refused("the root is not the one that was signed")
        else:
            for place, hash_ in enumerate(hashes):
                if tree_root(below[place * WIDTH : (place + 1) * WIDTH]) != hash_:
                    raise Refused(f"hash {place} of level {level} does not fit what is under it")
        below = hashes
    return size, root, entries
