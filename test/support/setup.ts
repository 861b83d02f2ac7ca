import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

// Many tests are about refusals and failures, and n8n would log each of them.
process.env.N8N_LOG_LEVEL ??= 'silent';
// n8n-core writes an encryption key into the user folder as soon as it is imported. With this folder, it does
// not write into the developer's home. All test files of a worker share the folder.
const { JEST_WORKER_ID: worker = '0' } = process.env;
process.env.N8N_USER_FOLDER ??= join(__dirname, '../../node_modules/.cache/n8n-of-tests', worker);
mkdirSync(process.env.N8N_USER_FOLDER, { recursive: true });

// Jest's fake timers do not replace `AbortSignal.timeout`, so this file does. All signals share one reason,
// because making an error with a stack for each signal would take half of the time of some tests.
const realTimeout = AbortSignal.timeout.bind(AbortSignal);
const timeIsUp = new DOMException('The time is up', 'TimeoutError');
AbortSignal.timeout = (ms) => {
	const areTimersFake = 'clock' in setTimeout;
	if (!areTimersFake) return realTimeout(ms);

	const limit = new AbortController();
	setTimeout(() => limit.abort(timeIsUp), ms);
	return limit.signal;
};
