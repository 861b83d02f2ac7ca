import type { INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { rateLimiterOf } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { tellsCause } from '../support/version';

const school = useSchool({ customers: 20 });
const list: INodeParameters = { resource: 'leadStatus', operation: 'getAll', branchId: 1, returnAll: true };

// Older n8n loses how long AlfaCRM asks to wait.
(tellsCause ? it : it.skip)(
	'while an execution waits for two minutes as AlfaCRM asks, dropdowns and polls end with the message and send nothing',
	async () => {
		const poller = new Poller(school.engine, { event: 'customerCreated' });
		await poller.tick();
		const { state } = poller;
		const execution = new AbortController();
		school.sandbox.faults.add({ kind: 'tooMany', retryAfter: 120, match: { entity: 'lead-status' } });
		const running = school.engine.run({ parameters: list, signal: execution.signal });
		while (rateLimiterOf(school.sandbox.url).askedMs === 0) await sleep(20);
		const calls = school.calls().length;
		const begun = performance.now();

		await expect(school.engine.options('getBranches', {})).rejects.toThrow(
			/asks to wait for 1[12]\d seconds/,
		);
		await expect(poller.tick()).rejects.toThrow(/asks to wait for 1[12]\d seconds/);

		expect(performance.now() - begun).toBeLessThan(5_000);
		expect(school.calls()).toHaveLength(calls);
		expect(poller.state).toEqual(state);
		execution.abort();
		await running;
	},
);
