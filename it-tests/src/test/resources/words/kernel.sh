# Runs `ip` with the words of each line of a file; prints status, output and message of each.
out=$(mktemp) err=$(mktemp)
trap 'rm -f "$out" "$err"' EXIT
while IFS= read -r line; do
  # shellcheck disable=SC2086 # words are meant to be split
  ip $line >"$out" 2>"$err" </dev/null
  echo "=== $?"
  cat "$out"
  echo "==="
  cat "$err"
done <"$1"
