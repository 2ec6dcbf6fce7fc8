"""The audit log, read by a verifier that shares no code with it (tlog_verifier.py).

Logs of chosen sizes come from `martlet-benchmarks audit-log`, which stands beside the binary under test.
"""

import json
import os
import pathlib
import random
import shutil
import subprocess

import pytest
import requests

import martlet_process
import tlog_verifier as tlog

SIZES = [0, 1, 255, 256, 257, 65_536, 70_000]
SEED = int(os.environ.get("MARTLET_TEST_SEED", random.randrange(2**32)))


def generator() -> str:
    path = pathlib.Path(martlet_process.binary()).with_name("martlet-benchmarks")
    if not os.access(path, os.X_OK):
        pytest.skip(f"no {path}: swift build --product martlet-benchmarks")
    return str(path)


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """A folder for each size: the log under `log`, its key, proofs, an older checkpoint."""
    base = tmp_path_factory.mktemp("tlog")
    for size in SIZES:
        subprocess.run([generator(), "audit-log", "--size", str(size), str(base / str(size))], check=True, timeout=600)
    return base


def key_text(folder):
    return (folder / "log.pub").read_text().strip()


def key_of(folder):
    return tlog.Key(key_text(folder))


def martlet(*arguments, status=0):
    """`martlet audit`, in a folder without a workspace."""
    return martlet_process.run("audit", *arguments, status=status, MARTLET_WORKSPACE="/nonexistent/workspace")


@pytest.mark.parametrize("size", SIZES)
def test_a_log_of_this_size_is_accepted(logs, size):
    folder = logs / str(size)
    found, root, entries = tlog.verify_log(tlog.folder_reader(folder / "log"), key_of(folder))
    assert found == size == len(entries)
    assert root == tlog.tree_root([tlog.leaf_hash(entry) for entry in entries])
    proofs = sorted((folder / "proofs").glob("*.tlog-proof")) if size else []
    assert bool(proofs) == (size > 0)
    for file in proofs:
        index, of, entry = tlog.verify_proof(file.read_text(), key_of(folder))
        assert of == size and index == int(file.stem) and entry == entries[index]
    for file in (folder / "consistency").glob("*.proof"):
        old = (folder / "consistency" / f"{file.stem}.note").read_text()
        assert tlog.verify_consistency_file(file.read_text(), key_of(folder), old) == size
    # Martlet's own, with nothing but the folder, the key and a checkpoint that was kept.
    kept = folder / "consistency" / f"{size // 2}.note"
    said = martlet("verify", folder / "log", "--public-key", key_text(folder), "--checkpoint", kept)
    assert said.startswith(f"Intact: {size} entries")


def test_the_verifier_knows_signatures_by_itself():
    """RFC 8032, section 7.1, tests 1 to 3, by both ways to verify."""
    vectors = [
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ]
    for public, message, signature in vectors:
        public, message, signature = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
        for verify in (tlog.ed25519, tlog.ed25519_by_hand):
            assert verify(public, signature, message)
            assert not verify(public, signature, message + b"x")
            assert not verify(public, bytes([signature[0] ^ 1]) + signature[1:], message)


def flip(data, dice):
    place = dice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << dice.randrange(8)]) + data[place + 1 :]


def tamper(folder, dice):
    """Does one random thing to a copy of a log, and says what."""
    log = folder / "log"
    files = sorted(p for p in log.rglob("*") if p.is_file())
    tiles = [p for p in files if "entries" not in p.parts and p.name != "checkpoint"]
    bundles = [p for p in files if "entries" in p.parts]
    partial = [p for p in files if p.parent.name.endswith(".p")]
    what = dice.choice(
        ["tile bit", "entry bit", "checkpoint bit", "signature bit", "size", "cut partial", "swap tiles", "remove", "longer"]
    )
    if what == "tile bit":
        file = dice.choice(tiles)
        file.write_bytes(flip(file.read_bytes(), dice))
    elif what == "entry bit":
        file = dice.choice(bundles)
        file.write_bytes(flip(file.read_bytes(), dice))
    elif what == "checkpoint bit":
        text, mark, rest = (log / "checkpoint").read_bytes().partition(b"\n\n")
        (log / "checkpoint").write_bytes(flip(text, dice) + mark + rest)
    elif what == "signature bit":
        note = (log / "checkpoint").read_text()
        text, signatures = tlog.parse_note(note)
        name, identity, blob = signatures[0]
        blob = tlog.base64.b64encode(identity + flip(blob, dice)).decode()
        (log / "checkpoint").write_text(f"{text}\n\u2014 {name} {blob}\n")
    elif what == "size":
        lines = (log / "checkpoint").read_text().split("\n")
        lines[1] = str(int(lines[1]) + dice.choice([-1, 1]))
        (log / "checkpoint").write_text("\n".join(lines))
    elif what == "cut partial":
        file = dice.choice(partial or tiles)
        file.write_bytes(file.read_bytes()[: -dice.randrange(1, 33)])
    elif what == "swap tiles":
        level = [p for p in tiles if p.parts[-2] == "0" and not p.parent.name.endswith(".p")]
        pairs = [(a, b) for a in level for b in level if a < b]
        if not pairs:
            return None
        a, b = dice.choice(pairs)
        first, second = a.read_bytes(), b.read_bytes()
        a.write_bytes(second), b.write_bytes(first)
        if dice.random() < 0.5:
            # With the bundles under them, so that only the tree can tell.
            a, b = (log / "tile" / "entries" / p.name for p in (a, b))
            first, second = a.read_bytes(), b.read_bytes()
            a.write_bytes(second), b.write_bytes(first)
    elif what == "remove":
        dice.choice(files).unlink()
    else:
        file = dice.choice(tiles + bundles)
        file.write_bytes(file.read_bytes() + bytes([dice.randrange(256)]))
    return what


def test_a_hundred_random_tamperings_are_rejected(logs, tmp_path):
    """By the independent verifier and by `martlet audit verify`, each of them."""
    dice = random.Random(SEED)
    done = {}
    count = 0
    while count < 100:
        source = logs / str(dice.choice([1, 255, 256, 257, 257, 70_000] if count % 10 == 0 else [1, 255, 256, 257]))
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(source, copy)
        what = tamper(copy, dice)
        if what is None:
            continue
        count += 1
        done[what] = done.get(what, 0) + 1
        with pytest.raises(tlog.Refused):
            tlog.verify_log(tlog.folder_reader(copy / "log"), key_of(copy))
            raise AssertionError(f"seed {SEED}: {what} in {source.name} was not seen")
        martlet("verify", copy / "log", "--public-key", key_text(copy), status=1)
    print(f"seed {SEED}: {done}")


def test_the_first_changed_entry_is_named_by_its_position(logs, tmp_path):
    dice = random.Random(SEED)
    for size in (1, 256, 257, 70_000):
        copy = tmp_path / str(size)
        shutil.copytree(logs / str(size), copy)
        changed = sorted({dice.randrange(size), dice.randrange(size)})
        for position in changed:
            width = min(256, size - position // 256 * 256)
            file = copy / "log" / tlog.tile_path("entries", position // 256, width)
            entries = tlog.bundle_entries(file.read_bytes(), width)
            entries[position % 256] = flip(entries[position % 256], dice)
            file.write_bytes(b"".join(len(e).to_bytes(2, "big") + e for e in entries))
        said = martlet("verify", copy / "log", "--public-key", key_text(copy), "--json", status=1)
        problems = json.loads(said)["problems"]
        assert [p["position"] for p in problems if "position" in p] == changed, f"seed {SEED}, size {size}: {problems}"


def test_a_log_that_was_signed_again_is_told_by_a_checkpoint_that_was_kept(logs, tmp_path):
    """By somebody who has the log's private key: sound by itself, and not what was signed before."""
    serialization = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    martlet_process.run("init", "--workspace", tmp_path / "workspace")
    secret = (tmp_path / "workspace" / "audit" / "log.key").read_text().strip()
    _, _, name, _, seed = secret.split("+", 4)
    private = serialization.Ed25519PrivateKey.from_private_bytes(tlog.unbase64(seed)[1:])
    key = (tmp_path / "workspace" / "audit" / "log.pub").read_text().strip()

    def write(folder, entries):
        """A log in one tile, and its checkpoint."""
        assert 0 < len(entries) < 256
        hashes = [tlog.leaf_hash(entry) for entry in entries]
        for level, data in ((0, b"".join(hashes)), ("entries", b"".join(len(e).to_bytes(2, "big") + e for e in entries))):
            file = folder / tlog.tile_path(level, 0, len(entries))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        root = tlog.base64.b64encode(tlog.tree_root(hashes)).decode()
        text = f"{name}\n{len(entries)}\n{root}\n"
        blob = tlog.base64.b64encode(tlog.Key(key).id + private.sign(text.encode())).decode()
        (folder / "checkpoint").write_text(f"{text}\n\u2014 {name} {blob}\n")
        return folder / "checkpoint"

    entries = [f"entry {number}".encode() for number in range(60)]
    kept = write(tmp_path / "kept", entries[:40])
    write(tmp_path / "grown", entries)
    write(tmp_path / "rewritten", entries[:7] + [b"something else"] + entries[8:])
    write(tmp_path / "cut", entries[:39])

    def verify(folder, *more, status):
        return martlet("verify", tmp_path / folder, "--public-key", key, *more, status=status)

    for folder in ("grown", "rewritten", "cut"):
        verify(folder, status=0)
    verify("grown", "--checkpoint", kept, status=0)
    assert "positions 0 to 39" in verify("rewritten", "--checkpoint", kept, status=1)
    assert "position 39" in verify("cut", "--checkpoint", kept, status=1)
    # A checkpoint of another log is no measure for this one, and a folder needs a key from elsewhere.
    other = logs / "257" / "consistency" / "128.note"
    verify("grown", "--checkpoint", other, status=65)
    martlet("verify", tmp_path / "grown", status=64)


def test_proofs_show_only_what_they_were_made_for(logs):
    dice = random.Random(SEED)
    folder = logs / "70000"
    key = key_of(folder)
    _, _, entries = tlog.verify_log(tlog.folder_reader(folder / "log"), key)
    for file in (folder / "proofs").glob("*.tlog-proof"):
        text, index = file.read_text(), int(file.stem)
        other = (index + dice.randrange(1, 70_000)) % 70_000
        for wrong, entry in [
            (text.replace(f"index {index}\n", f"index {other}\n"), None),
            (text, entries[other]),
            (text, entries[index] + b" "),
        ]:
            with pytest.raises(tlog.Refused):
                tlog.verify_proof(wrong, key, entry)
                raise AssertionError(f"seed {SEED}: {file.name}")
        lines = text.split("\n")
        hashes = [i for i, line in enumerate(lines) if i > 2 and line and i < lines.index("")]
        place = dice.choice(hashes)
        changed = flip(tlog.unbase64(lines[place]), dice)
        for wrong in (
            lines[:place] + [tlog.base64.b64encode(changed).decode()] + lines[place + 1 :],
            lines[:place] + lines[place + 1 :],
            lines[:place] + [lines[place]] + lines[place:],
        ):
            with pytest.raises(tlog.Refused):
                tlog.verify_proof("\n".join(wrong), key)
                raise AssertionError(f"seed {SEED}: {file.name}")


def test_a_served_log_is_accepted_and_proves_what_was_done(governed, tmp_path):
    """Over HTTP, as anybody's monitor would read it."""
    url, auditor = governed.url, governed.user("auditor")["token"]
    headers = {"Authorization": f"Bearer {auditor}"}
    engineer = {"Authorization": f"Bearer {governed.user('engineer')['token']}"}
    made = requests.post(f"{url}/api/2.0/mlflow/experiments/create", json={"name": "proven"}, headers=engineer)
    assert made.status_code == 200

    assert requests.get(f"{url}/audit/checkpoint").status_code == 401
    assert requests.get(f"{url}/audit/checkpoint", headers=engineer).status_code == 403

    def ask(command, *more):
        return martlet_process.run("audit", command, *more, "--server", url, "--token", auditor)

    first = json.loads(ask("checkpoint", "--publish", "--json"))
    key_text = requests.post(f"{url}/api/martlet/1.0/audit/checkpoint", json={}, headers=headers).json()["key"]
    key = tlog.Key(key_text)

    def read(path):
        answer = requests.get(f"{url}/audit/{path}", headers=headers)
        if path.startswith("tile/") and answer.status_code == 200:
            assert "immutable" in answer.headers["Cache-Control"]
        return answer.content if answer.status_code == 200 else None

    size, _, entries = tlog.verify_log(read, key)
    assert size == first["size"]
    for path in ("tile/0/000.p/0", "tile/0/000.p/256", "tile/0/0", "tile/00/000", "tile/0/x000/000", "tile/0/999",
                 "tile/entries/../../log.key", "log.key", f"tile/0/000.p/{size + 1}"):
        assert requests.get(f"{url}/audit/{path}", headers=headers).status_code in (400, 404), path

    # The folder in the workspace is the same log.
    copy = tmp_path / "copied"
    shutil.copytree(pathlib.Path(governed.workspace) / "audit", copy, ignore=shutil.ignore_patterns("log.key", "index*"))
    assert tlog.verify_log(tlog.folder_reader(copy), key)[0] == size
    martlet_process.run("audit", "verify", "--directory", copy, "--public-key", key_text)

    # What the engineer did, found and proven.
    found = json.loads(ask("log", "--action", "tracking.create_experiment", "--object", "proven", "--json"))["events"]
    assert len(found) == 1 and found[0]["user"] == governed.user("engineer")["name"]
    ask("prove", found[0]["event_id"], "--out", tmp_path / "e.tlog-proof")
    proof = (tmp_path / "e.tlog-proof").read_text()
    index, _, entry = tlog.verify_proof(proof, key)
    assert index == found[0]["position"] and entry == entries[index]
    assert json.loads(entry)["event_id"] == found[0]["event_id"]
    martlet_process.run("audit", "verify", "--proof", tmp_path / "e.tlog-proof", "--public-key", key_text)
    wrong = proof.replace(f"index {index}", f"index {index + 1}")
    (tmp_path / "wrong.tlog-proof").write_text(wrong)
    martlet_process.run("audit", "verify", "--proof", tmp_path / "wrong.tlog-proof", "--public-key", key_text, status=1)

    # The refused readers are in it, too, and the log only grew.
    second = json.loads(ask("checkpoint", "--publish", "--json"))
    assert second["size"] > first["size"]
    consistency = ask("prove", "--from", str(first["size"]))
    assert tlog.verify_consistency_file(consistency, key, first["checkpoint"]) == second["size"]
    refused = json.loads(ask("log", "--service", "identity", "--outcome", "refused", "--json"))["events"]
    assert {event["action"] for event in refused} >= {"authenticate", "authorize"}
