'use strict';

const path = require('node:path');

/** The repository's root. */
const ROOT = path.resolve(__dirname, '..', '..');

/** @param {string[]} parts */
const inRepo = (...parts) => path.join(ROOT, ...parts);

module.exports = { ROOT, inRepo };
