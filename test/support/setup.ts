import 'reflect-metadata';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Refused saves and the like are what many tests are about; n8n would log each of them.
process.env.N8N_LOG_LEVEL ??= 'silent';
// n8n-core writes an encryption key into the user folder as soon as it is imported; keep it out of the developer's home.
process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'alfacrm-jest-'));

// Jest's fake clock leaves this one out.
const { timeout } = AbortSignal;
AbortSignal.timeout = (ms) => {
	if (!('clock' in setTimeout)) return timeout.call(AbortSignal, ms);
	const limit = new AbortController();
	setTimeout(() => limit.abort(new DOMException('The time is up', 'TimeoutError')), ms);
	return limit.signal;
};
