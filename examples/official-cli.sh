#!/bin/sh
# A round trip with the official command line: push an app, call it, look at its data, take it away and bring it back.
# Needs a deployment (`npm start` in another terminal) and the two settings that it writes into .env.local of its app:
#   export CONVEX_SELF_HOSTED_URL=http://127.0.0.1:3210
#   export CONVEX_SELF_HOSTED_ADMIN_KEY='epigraph|…'
# Run it in the folder of an app that has the package `convex`, with functions like those of examples/messages.
set -eu
: "${CONVEX_SELF_HOSTED_URL:?}" "${CONVEX_SELF_HOSTED_ADMIN_KEY:?}"

npx convex deploy --dry-run
npx convex deploy --message "round trip"
npx convex function-spec > functions.json

npx convex env set GREETING hello
npx convex env list

npx convex run "${1:-messages:list}"
npx convex data

npx convex export --path snapshot.zip --include-file-storage
npx convex import --replace-all --yes snapshot.zip

npx convex network-test
npx convex env remove GREETING
rm functions.json snapshot.zip
