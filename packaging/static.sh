#!/usr/bin/env bash
# Builds holdpoint as one static file that needs nothing of the machine it runs on:
#   packaging/static.sh [FOLDER]      writes FOLDER/holdpoint-TARGET and its digest; FOLDER is `dist`
# Needs rustup and a C compiler for musl (Debian: musl-tools).
# HOLDPOINT_PROFILE=dev builds without optimisation, in a fifth of the time.
set -euo pipefail

folder="$(mkdir -p -- "${1:-dist}" && cd -- "${1:-dist}" && pwd)"
cd -- "$(dirname -- "$0")/.."
target="$(uname -m)-unknown-linux-musl"
profile="${HOLDPOINT_PROFILE:-release}"

if ! command -v musl-gcc >/dev/null; then
  echo "error: musl-gcc is missing; on Debian, apt-get install musl-tools" >&2
  exit 2
fi
if [ ! -d "$(rustc --print target-libdir --target "$target")" ]; then
  rustup target add "$target"
fi
export "CC_${target//-/_}=musl-gcc"
cargo build --quiet --locked --profile "$profile" --package holdpoint --target "$target"

built="${CARGO_TARGET_DIR:-target}/$target/${profile/#dev/debug}/holdpoint"
# A program that asks for a loader is not static.
if readelf --program-headers --wide "$built" | grep -q INTERP; then
  echo "error: $built is not static" >&2
  exit 1
fi
name="holdpoint-$target"
install -m 755 -- "$built" "$folder/$name"
(cd -- "$folder" && sha256sum -- "$name" | tee "$name.sha256")
