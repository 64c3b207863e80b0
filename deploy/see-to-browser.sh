#!/bin/sh
# Sees to a browser for the charts; never fails, since the app works without one.
[ -n "$BROWSER_PATH" ] && exit 0
for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
[ -d "/Applications/Google Chrome.app" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing a browser for the charts ..."
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends \
        chromium-headless-shell fonts-dejavu-core fonts-noto-core >/dev/null; then
        exit 0
    fi
fi
echo "No Chrome or Chromium was found. The digest will go without pictures; set BROWSER_PATH to change that."
