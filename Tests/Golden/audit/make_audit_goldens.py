"""Writes audit.json: known answers for the audit log, computed without Martlet. Needs the package `cryptography`.

    python3 make_audit_goldens.py > audit.json
"""

import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def canonical(value):
    """RFC 8785 for values without fractions."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def signed(name, seed, text):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    number = hashlib.sha256(name.encode() + b"\n\1" + public).digest()[:4]
    signature = base64.b64encode(number + key.sign(text.encode())).decode()
    return {
        "signing_key": "PRIVATE+KEY+" + name + "+" + number.hex() + "+" + base64.b64encode(b"\1" + seed).decode(),
        "verification_key": name + "+" + number.hex() + "+" + base64.b64encode(b"\1" + public).decode(),
        "text": text,
        "note": text + "\n\u2014 " + name + " " + signature + "\n",
    }


short = {
    "version": "1.0",
    "event_time": "2026-03-01T09:30:00.123456Z",
    "event_date": "2026-03-01",
    "workspace_id": "w1",
    "user_identity": {"name": "user-1", "roles": []},
    "service_name": "registry",
    "action_name": "createModelVersion",
    "request_params": {},
    "response": {"status_code": 200},
    "audit_level": "WORKSPACE_LEVEL",
    "event_id": "e-1",
}
full = short | {
    "source_ip_address": "192.0.2.7",
    "user_agent": "mlflow/3 \"py\" \\ \t",
    "session_id": "s-9",
    "user_identity": {"name": "Prüfstelle", "roles": ["reviewer", "program_manager"]},
    "action_name": "transitionStage",
    "request_id": "r-77",
    "request_params": {
        "stage": "Production",
        "name": "flight-delay",
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
        "comment": "line 1\nline 2 \u2028 \b\f\u0000\u001f\u007f/ </script>",
    },
    "response": {"status_code": 403, "error_code": "PERMISSION_DENIED", "error_message": "gate open: sign-off"},
    "audit_level": "ACCOUNT_LEVEL",
    "before_digest": "00" * 32,
    "after_digest": "ab" * 32,
    "policy_digest": "0f" * 32,
}
entries = [{"fields": entry, "leaf": canonical(entry)} for entry in (short, full)]
for entry in entries:
    entry["leaf_hash"] = leaf(entry["leaf"].encode()).hex()
leaves = [leaf(b"entry %d" % index) for index in range(1000)]
name = "example.com/audit"
seed = bytes(range(32))
sizes = [0, 1, 2, 3, 5, 7, 8, 100, 255, 256, 257, 511, 512, 600, 1000]
print(
    json.dumps(
        {
            "entries": entries,
            "roots": {str(size): root(leaves[:size]).hex() for size in sizes},
            "note": signed(name, seed, "One line, and umlauts: äöü.\n\nAnother.\n"),
            "checkpoint": signed(
                name, seed, f"{name}\n1000\n{base64.b64encode(root(leaves)).decode()}\n"
            ),
        },
        ensure_ascii=True,
        indent=1,
    )
)
