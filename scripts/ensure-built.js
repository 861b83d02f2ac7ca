'use strict';

const { ensureBuilt } = require('./lib');

/** For commands that look into dist. */
module.exports = { main: ensureBuilt };
