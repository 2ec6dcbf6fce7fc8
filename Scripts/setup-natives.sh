#!/usr/bin/env bash
# setup-natives.sh [DEST=.native]: the shared libraries that Martlet opens at run time, in one folder.
#
#   libduckdb.so    tables and SQL: the library of DuckDB's Python wheel behind a small stub (see below)
#   libxgboost.so   XGBoost models, and the OpenMP runtime that it needs (libgomp.so)
#
# The wheels come from PyPI by pip, pinned by version and SHA-256. Nothing is fetched when everything is there.
# A DuckDB that the system's loader already knows is used instead of ours.
set -euo pipefail

recipe=1          # raise it when this script makes something else out of the same wheels
duckdb=1.5.5
xgboost=3.2.0

pins() { # one line a wheel: name==version and its hashes, x86_64 then aarch64
    [ "$need_duckdb" = no ] || echo "duckdb==$duckdb" \
        --hash=sha256:b9b6f86ed85d4ef5e0211eaebf75d057bd8bb520bba438a95dd0f4e42234bbfe \
        --hash=sha256:2e72f9e1a4f90a5c8483ad4d540e495bf0834ba61c360b52499a573d7ed62a3f
    echo "xgboost-cpu==$xgboost" \
        --hash=sha256:9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950 \
        --hash=sha256:896b9e2bc52ec0921edf92ddd1cebedf47032e94992b7aca0293524d380ce6e9
}

say() { echo "setup-natives: $*"; }
refuse() { # what is missing, then the command that mends it
    echo "setup-natives: $1" >&2
    [ $# -lt 2 ] || echo "  mend it with:  $2" >&2
    exit 1
}

case "${1:-}" in
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) refuse "unknown option $1; usage: setup-natives.sh [DEST]" ;;
esac
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dest=${1:-$checkout/.native}

[ "$(uname -s)" = Linux ] || refuse "only Linux is served so far, and this is $(uname -s)"
case "$(uname -m)" in
    x86_64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) refuse "there are wheels for x86_64 and aarch64 only, and this is $(uname -m)" ;;
esac

# --- what is there already -------------------------------------------------------------------------------------------

need_duckdb=yes
known=$({ ldconfig -p || /sbin/ldconfig -p || true; } 2>/dev/null | awk '$1 == "libduckdb.so" { print $NF; exit }')
if [ -n "$known" ] && [ ! -e "$dest/libduckdb.so" ]; then
    need_duckdb=no
    say "the system's DuckDB is used: $known"
fi

stamp="recipe $recipe, $machine, duckdb $([ $need_duckdb = yes ] && echo "$duckdb" || echo system), xgboost $xgboost"
complete() {
    local file
    [ "$(cat "$dest/stamp" 2>/dev/null)" = "$stamp" ] || return 1
    for file in libxgboost.so libgomp.so; do [ -e "$dest/$file" ] || return 1; done
    [ $need_duckdb = no ] || { [ -e "$dest/libduckdb.so" ] && [ -e "$dest/libduckdb_wheel.so" ]; }
}
if complete; then say "ready in $dest ($stamp)"; exit 0; fi

# --- what we need ----------------------------------------------------------------------------------------------------

install="sudo apt-get install -y"
command -v python3 >/dev/null || refuse "python3 is missing" "$install python3 python3-pip"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' \
    || refuse "python3 is $(python3 -V 2>&1 | cut -d' ' -f2), and 3.9 or newer is needed" "$install python3 python3-pip"
python3 -m pip --version >/dev/null 2>&1 || refuse "pip is missing: python3 -m pip does not run" "$install python3-pip"

compiler=
if [ $need_duckdb = yes ]; then
    swift=$(command -v swift || true)
    beside_swift=${swift:+$(dirname "$(readlink -f "$swift")")/clang}
    for candidate in "${CC:-}" cc gcc clang "$beside_swift"; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null; then compiler=$candidate; break; fi
    done
    [ -n "$compiler" ] || refuse "a C compiler is missing: none of cc, gcc, clang was found" "$install gcc libc6-dev"
fi

mkdir -p "$dest"
dest=$(cd "$dest" && pwd)
work=$(mktemp -d "$dest/.incoming.XXXXXX")    # the same file system, so that the moves below are whole or not at all
trap 'rm -rf "$work"' EXIT

# --- the wheels ------------------------------------------------------------------------------------------------------

say "fetching duckdb $duckdb and xgboost-cpu $xgboost from PyPI"
pins >"$work/pins.txt"
platforms=()
for tag in manylinux_2_28 manylinux_2_27 manylinux_2_26 manylinux2014 manylinux_2_17; do
    platforms+=(--platform "${tag}_$machine")
done
# The Python version names the wheel and not the interpreter that runs: nothing of it is executed.
python3 -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
    "${platforms[@]}" --python-version 3.11 --implementation cp --abi cp311 --abi none \
    --dest "$work/wheels" --requirement "$work/pins.txt" \
    || refuse "pip could not fetch the wheels, or they are not the pinned ones (its words are above)" \
        "check the network and pip's index, then run this again"
for wheel in "$work"/wheels/*.whl; do python3 -m zipfile -e "$wheel" "$work/x"; done

# --- XGBoost ---------------------------------------------------------------------------------------------------------

# libxgboost.so NEEDs its OpenMP runtime by this very name; whoever opens it opens libgomp.so first.
gomp=$(basename "$work"/x/xgboost_cpu.libs/libgomp-*.so.*)
mkdir "$work/out"
mv "$work/x/xgboost_cpu.libs/$gomp" "$work/x/xgboost/lib/libxgboost.so" "$work/out/"
ln -s "$gomp" "$work/out/libgomp.so"

# --- DuckDB ----------------------------------------------------------------------------------------------------------

# The wheel's library holds DuckDB's whole C API, and refers to CPython besides. libduckdb.so defines those symbols and
# NEEDs the wheel's library. They are never called through the C API; if one is, the program ends with its name.
write_stub() {
    python3 - "$1" <<'PYTHON'
import re, struct, sys

with open(sys.argv[1], "rb") as file:
    elf = file.read()
assert elf[:6] == b"\x7fELF\x02\x01", "not a little-endian 64-bit ELF file"
(section_offset,) = struct.unpack_from("<Q", elf, 0x28)
entry_size, count = struct.unpack_from("<HH", elf, 0x3A)
sections = [struct.unpack_from("<IIQQQQIIQQ", elf, section_offset + i * entry_size) for i in range(count)]
SHT_DYNSYM = 11
_, _, _, _, offset, size, link, _, _, _ = next(s for s in sections if s[1] == SHT_DYNSYM)
strings = sections[link][4]
names = set()
for at in range(offset, offset + size, 24):
    name, _, _, section = struct.unpack_from("<IBBH", elf, at)
    if section == 0 and name:
        word = elf[strings + name : elf.index(b"\0", strings + name)].decode()
        if re.match(r"_?Py", word):
            names.add(word)
assert names, "the wheel's library refers to no CPython symbol: it needs no stub"
data = re.compile(r"^PyExc_|(_Type|Struct|_RefType|GenericAliasType|^_Py_EllipsisObject)$")
print("#include <stdio.h>\n#include <stdlib.h>")
print("static void refuse(const char *name) {")
print('    fprintf(stderr, "DuckDB called the CPython symbol %s, which is not there\\n", name);')
print("    abort();\n}")
for name in sorted(names):
    if data.search(name):
        print(f"char {name}[512] __attribute__((aligned(16)));")
    else:
        print(f'void *{name}(void) {{ refuse("{name}"); return 0; }}')
PYTHON
}
if [ $need_duckdb = yes ]; then
    mv "$work"/x/_duckdb*.so "$work/out/libduckdb_wheel.so"
    write_stub "$work/out/libduckdb_wheel.so" >"$work/stub.c"
    "$compiler" -O1 -shared -fPIC -w -Wl,-soname,libduckdb.so "$work/stub.c" -o "$work/out/libduckdb.so" \
        -Wl,--no-as-needed -L"$work/out" -l:libduckdb_wheel.so '-Wl,-rpath,$ORIGIN' \
        || refuse "$compiler could not build DuckDB's stub (its words are above)" "$install gcc libc6-dev"
    # Opened by a process that is not Python, as Martlet will.
    cat >"$work/check.c" <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **arguments) {
    void *library = count > 1 ? dlopen(arguments[1], RTLD_NOW) : 0;
    const char *(*version)(void) = library ? (const char *(*)(void))dlsym(library, "duckdb_library_version") : 0;
    puts(version ? version() : dlerror());
    return !version;
}
C
    "$compiler" -w "$work/check.c" -o "$work/check" -ldl
    answer=$("$work/check" "$work/out/libduckdb.so") || refuse "DuckDB does not open: $answer"
    [ "$answer" = "v$duckdb" ] || refuse "DuckDB says that it is $answer, and v$duckdb was asked for"
fi

# --- all at once -----------------------------------------------------------------------------------------------------

rm -f "$dest/stamp"
for file in "$work"/out/*; do mv -f "$file" "$dest/"; done
echo "$stamp" >"$dest/stamp"
say "ready in $dest ($stamp)"
