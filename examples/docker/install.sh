#!/bin/sh
# Puts the package, as it was built in this repository, where n8n looks for community nodes: into the volume that all n8n containers share.
set -eu

if [ ! -d /repo/dist ]; then
	echo 'Run "npm run build" in the repository first.' >&2
	exit 1
fi
home=/nodes/node_modules/n8n-nodes-alfacrm
rm -rf "$home"
mkdir -p "$home"
cp -r /repo/package.json /repo/index.js /repo/dist "$home"
# n8n writes this file if it is missing, and each of its processes would.
[ -f /nodes/package.json ] || echo '{ "name": "installed-nodes", "private": true, "dependencies": {} }' > /nodes/package.json
# The user of n8n's image.
chown -R 1000:1000 /nodes
