#!/bin/sh
# Makes the virtual environment .venv and installs the project into it, once.
#
#   sh tools/set_up.sh [EXTRA...]     extras of pyproject.toml: dev, peers
#   PYTHON=/path/to/python            the interpreter to use; without it, the first that will do
#
# What was installed is written down in .venv/set_up; where that still fits, nothing is done.
# A .venv whose making was interrupted, or that was moved, is made anew; one that works is added to.
set -eu
cd "$(dirname "$0")/.."

python=.venv/bin/python
written_down=.venv/set_up
half_made=.venv/half_made

folder=$(pwd -P)
asked=$(cat pyproject.toml constraints.txt | cksum)

# A line of what is written down: 1 the folder, 2 what was asked for, 3 the extras.
written() {
    sed -n "$1p" "$written_down" 2>/dev/null || true
}

will_do() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# One whose making was interrupted does not, nor one moved here: its scripts name the old folder.
works() {
    [ ! -e "$half_made" ] || return 1
    [ ! -e "$written_down" ] || [ "$(written 1)" = "$folder" ] || return 1
    will_do "$python" && "$python" -m pip --version >/dev/null 2>&1
}

# Prints the interpreter to use; says what to do if there is none.
find_python() {
    without_venv=
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; fi
    for candidate in "$@"; do
        will_do "$candidate" || continue
        if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
        : "${without_venv:=$candidate}"
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "Set-up: $without_venv cannot make virtual environments: its venv module is missing." >&2
        echo "On Debian and Ubuntu: sudo apt install python$version-venv" >&2
    else
        echo "Set-up: no Python 3.11 or later found (tried: $*)." >&2
        echo "Install one from https://www.python.org/downloads/ or by your system's packages," >&2
        echo "or name one: make run PYTHON=/path/to/python3.12" >&2
    fi
    return 1
}

install() {
    "$python" -m pip install --quiet --disable-pip-version-check "$@"
}

installed=
if [ -x "$python" ] && [ "$(written 1)" = "$folder" ] && [ "$(written 2)" = "$asked" ]; then
    installed=$(written 3)
    missing=
    for extra in "$@"; do
        case ",$installed," in *",$extra,"*) ;; *) missing=$extra ;; esac
    done
    if [ -z "$missing" ]; then exit 0; fi
fi

extras=$installed
for extra in "$@"; do
    case ",$extras," in *",$extra,"*) ;; *) extras=${extras:+$extras,}$extra ;; esac
done

if ! works; then
    found=$(find_python python3 python3.13 python3.12 python3.14 python3.11 python)
    echo "Setting up .venv with $found; done once, it takes a few minutes."
    rm -rf .venv
    mkdir .venv
    : >"$half_made"
    "$found" -m venv .venv
else
    echo "Bringing .venv up to date."
    : >"$half_made"
fi
rm -f "$written_down"

# A user's own pip configuration may ask for --user, which no virtual environment allows.
PIP_USER=0
export PIP_USER
project=".${extras:+[$extras]}"
if ! install --only-binary :all: --constraint constraints.txt --editable "$project"; then
    echo "The versions in constraints.txt are not to be had here; taking the newest that fit."
    install --editable "$project"
fi
printf '%s\n' "$folder" "$asked" "$extras" >"$written_down"
rm "$half_made"
