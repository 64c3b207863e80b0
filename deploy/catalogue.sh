#!/bin/sh
# Gathers every sentence of the app into one template and brings each language's catalogue up to date.
# Catalogues are read as they are (.po), so nothing is compiled. Run it with: make catalogue
set -e
LOCALES=slackapp/locales
TEMPLATE=$LOCALES/appreciate.pot
mkdir -p "$LOCALES"
.venv/bin/pybabel --quiet extract --mapping-file deploy/babel.cfg --no-default-keywords --no-wrap --sort-output --no-location --omit-header \
  --keyword say --keyword _say --keyword translatable --keyword count:1,2 --output-file "$TEMPLATE" slackapp handlers reports
for CATALOGUE in "$LOCALES"/*/LC_MESSAGES/appreciate.po; do
  [ -f "$CATALOGUE" ] || continue
  LANGUAGE=$(basename "$(dirname "$(dirname "$CATALOGUE")")")
  # No fuzzy guesses: gettext would not use them, and a wrong guess is worse than plain English.
  .venv/bin/pybabel --quiet update --no-fuzzy-matching --no-wrap --ignore-obsolete --ignore-pot-creation-date \
    --locale "$LANGUAGE" --input-file "$TEMPLATE" --output-file "$CATALOGUE"
done
rm -f "$TEMPLATE"
