#!/usr/bin/env bash
# What the action does: finds or builds holdpoint, runs one gate, and tells the workflow the verdict.
# It ends as holdpoint does, so that a step is green for GO and for nothing else.
set -uo pipefail

stop() {
  printf 'error: %s\n' "$1" >&2
  exit 2
}

binary="${HOLDPOINT_BINARY:-}"
if [ -n "$binary" ]; then
  case "$binary" in
    */*) binary="$(realpath -e -- "$binary")" || stop "there is no program at \`${HOLDPOINT_BINARY}\`" ;;
  esac
elif ! binary="$(command -v holdpoint)"; then
  source="${GITHUB_ACTION_PATH:?the action was not started by a workflow}"
  target="${CARGO_TARGET_DIR:-$source/target}"
  cargo build --quiet --locked --release --manifest-path "$source/Cargo.toml" --package holdpoint \
    --target-dir "$target" >&2 || stop "holdpoint could not be built"
  binary="$target/release/holdpoint"
fi

[ -n "${HOLDPOINT_DOCUMENT:-}" ] || stop 'the input `document` is empty'
cd -- "${HOLDPOINT_FOLDER:-.}" || stop "there is no folder \`${HOLDPOINT_FOLDER:-.}\`"

kept="$(mktemp)" || stop "no temporary file could be made"
trap 'rm -f -- "$kept"' EXIT
arguments=(run --gate "${HOLDPOINT_GATE:-pre}" --report "json=$kept")
[ -z "${HOLDPOINT_ENVIRONMENT:-}" ] || arguments+=(--env "$HOLDPOINT_ENVIRONMENT")
[ -z "${HOLDPOINT_SETTINGS:-}" ] || arguments+=(--config "$HOLDPOINT_SETTINGS")
while IFS= read -r report; do
  report="${report#"${report%%[![:space:]]*}"}"
  report="${report%"${report##*[![:space:]]}"}"
  [ -z "$report" ] || arguments+=(--report "$report")
done <<<"${HOLDPOINT_REPORTS:-}"

"$binary" "${arguments[@]}" -- "$HOLDPOINT_DOCUMENT"
code=$?

case "$code" in
  0) verdict=GO ;;
  1) verdict=NO-GO ;;
  3) verdict=HOLD ;;
  *) verdict= ;;
esac
# The first fields of the report are ours; nothing that a document says can stand there.
run=""
if [ -s "$kept" ]; then
  run="$(head -c 200 -- "$kept" | sed -n '1s/^{"schema":"holdpoint.run\/1","run":"\([0-9]\{1,\}\)",.*/\1/p')"
fi
record=""
[ -z "$run" ] || record="$PWD/.holdpoint/$run.sqlite"
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    printf 'verdict=%s\n' "$verdict"
    printf 'exit-code=%s\n' "$code"
    printf 'record=%s\n' "${record//[$'\r\n']/}"
  } >>"$GITHUB_OUTPUT" || stop "the outputs could not be written"
fi
exit "$code"
