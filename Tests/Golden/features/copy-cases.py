"""Copies the cases of a golden collection that declared features cover: copy-cases.py COLLECTION_FOLDER

Keeps CSV and case.json, without the fields that only the collection's own checker reads.
"""
import json, pathlib, shutil, sys

here, source = pathlib.Path(__file__).parent, pathlib.Path(sys.argv[1])
for case in sorted(path for path in here.iterdir() if path.is_dir()):
    content = json.loads((source / case.name / "case.json").read_text())
    for key in ("engines", "tags"):
        content.pop(key, None)
    (case / "case.json").write_text(json.dumps(content, separators=(",", ":")))
    for file in (source / case.name).rglob("*.csv"):
        shutil.copy(file, case / file.relative_to(source / case.name))
