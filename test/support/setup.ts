import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

// Many tests are about refusals and failures, and n8n would log each of them.
process.env.N8N_LOG_LEVEL ??= 'silent';
// n8n-core writes an encryption key into the user folder as soon as it is imported. This folder keeps it out
// of the developer's home, and is one for all test files of a worker.
const { JEST_WORKER_ID: worker = '0' } = process.env;
process.env.N8N_USER_FOLDER ??= join(__dirname, '../../node_modules/.cache/n8n-of-tests', worker);
mkdirSync(process.env.N8N_USER_FOLDER, { recursive: true });

// Jest's fake timers do not replace `AbortSignal.timeout`, so the tests do. All signals share one reason:
// making the stack of another error for each would take half of the time of some tests.
const realTimeout = AbortSignal.timeout.bind(AbortSignal);
const timeIsUp = new DOMException('The time is up', 'TimeoutError');
AbortSignal.timeout = (ms) => {
	const areTimersFake = 'clock' in setTimeout;
	if (!areTimersFake) return realTimeout(ms);

	const limit = new AbortController();
	setTimeout(() => limit.abort(timeIsUp), ms);
	return limit.signal;
};
