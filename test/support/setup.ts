import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

// Refused saves and the like are what many tests are about; n8n would log each of them.
process.env.N8N_LOG_LEVEL ??= 'silent';
// n8n-core writes an encryption key into the user folder as soon as it is imported; keep it out of the developer's home, and
// leave no folder behind for each test file.
const { JEST_WORKER_ID: worker = '0' } = process.env;
process.env.N8N_USER_FOLDER ??= join(__dirname, '../../node_modules/.cache/n8n-of-tests', worker);
mkdirSync(process.env.N8N_USER_FOLDER, { recursive: true });

// Jest's fake clock leaves this one out. One reason is that of all, for the stack of each would take half of the time.
const { timeout } = AbortSignal;
const timeIsUp = new DOMException('The time is up', 'TimeoutError');
AbortSignal.timeout = (ms) => {
	if (!('clock' in setTimeout)) return timeout.call(AbortSignal, ms);
	const limit = new AbortController();
	setTimeout(() => limit.abort(timeIsUp), ms);
	return limit.signal;
};
