const { readFileSync } = require('node:fs');
const { join } = require('node:path');

exports.readme = readFileSync(join(__dirname, '../../sandbox/README.md'), 'utf8');
