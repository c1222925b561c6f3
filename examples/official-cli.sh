#!/bin/sh
# A round trip with the official command line: push an app, call it, look at its data, take it away and bring it back.
#
#   examples/official-cli.sh
#       does that with an empty deployment and a copy of examples/messages, both in a folder that is removed afterwards.
#
#   path/to/official-cli.sh messages:list
#       does it with your app, which has the package `convex`: run it in the folder of the app, with a function that takes
#       no arguments, and with the two settings that `epigraph dev` writes into .env.local exported:
#       CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY.
set -eu

if [ -z "${CONVEX_SELF_HOSTED_URL:-}" ]; then
  repository=$(cd "$(dirname "$0")/.." && pwd)
  PATH="$repository/node_modules/.bin:$PATH"
  folder=$(mktemp -d)
  server=
  finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait
    rm -rf "$folder"
  }
  trap finish EXIT
  trap 'exit 1' INT TERM

  mkdir -p "$folder/app/node_modules/.bin" "$folder/app/node_modules/@types"
  for package in convex typescript @types/node; do
    ln -s "$repository/node_modules/$package" "$folder/app/node_modules/$package"
  done
  ln -s ../convex/bin/main.js "$folder/app/node_modules/.bin/convex"
  cp -R "$repository/examples/messages/convex" "$folder/app"
  rm -rf "$folder/app/convex/_generated"
  echo '{ "name": "app", "type": "module", "dependencies": { "convex": "*" } }' > "$folder/app/package.json"

  epigraph serve --data "$folder/data" --port 0 --site-port 0 2> "$folder/log" &
  server=$!
  ready='s/^ready: functions at \([^ ,]*\),.*/\1/p'
  until url=$(sed -n "$ready" "$folder/log") && [ -n "$url" ]; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
  done
  CONVEX_SELF_HOSTED_URL=$url
  CONVEX_SELF_HOSTED_ADMIN_KEY=$(epigraph admin-key show --data "$folder/data")
  export PATH CONVEX_SELF_HOSTED_URL CONVEX_SELF_HOSTED_ADMIN_KEY
  cd "$folder/app"
  set -- messages:byAuthor '{"author": "Ada"}'
  first_call() { npx convex run messages:send '{"author": "Ada", "body": "hello"}'; }
else
  : "${CONVEX_SELF_HOSTED_ADMIN_KEY:?}" "${1:?the name of a function}"
  first_call() { :; }
fi

npx convex codegen
npx convex deploy --dry-run
npx convex deploy --message "round trip"
npx convex function-spec > functions.json

npx convex env set GREETING hello
npx convex env list

first_call
npx convex run "$@"
npx convex data

npx convex export --path snapshot.zip --include-file-storage
npx convex import --replace-all --yes snapshot.zip
npx convex run "$@"

npx convex network-test
npx convex env remove GREETING
rm functions.json snapshot.zip
