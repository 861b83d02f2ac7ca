// n8n-core writes an encryption key into the user folder as soon as it is imported; keep it out of the developer's home.
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

require('reflect-metadata');
// Refused saves and the like are what many tests are about; n8n would log each of them.
process.env.N8N_LOG_LEVEL ??= 'silent';
process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'alfacrm-jest-'));

// Jest's fake clock leaves this one out.
const { timeout } = AbortSignal;
AbortSignal.timeout = (ms) => {
	if (setTimeout.clock === undefined) return timeout.call(AbortSignal, ms);
	const limit = new AbortController();
	setTimeout(() => limit.abort(new DOMException('The time is up', 'TimeoutError')), ms);
	return limit.signal;
};
