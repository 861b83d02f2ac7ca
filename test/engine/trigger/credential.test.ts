import { PollContext } from 'n8n-core';
import type { INode } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { Engine, node, Types } from '../support/engine';
import type { RawAnswer, RawRequest } from '../support/rawServer';
import { useRawServer } from '../support/rawServer';

const TYPE = 'n8n-nodes-alfacrm.alfaCrmTrigger';
const [server, other] = [useRawServer(), useRawServer()];

/** n8n makes one context when a workflow is activated and polls with it until it is deactivated. */
function activated(engine: Engine) {
	const trigger: INode = {
		...node('AlfaCRM Trigger', TYPE, { event: 'customerCreated', branchIds: [1] }),
		credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
	};
	const types = new Types();
	const workflow = new Workflow({
		id: 'poll',
		nodes: [trigger],
		connections: {},
		active: true,
		nodeTypes: types,
	});
	const context = new PollContext(workflow, trigger, engine.additionalData(workflow), 'trigger', 'activate');
	const poll = types.getByNameAndVersion(TYPE).poll;
	return async () => await poll?.call(context);
}

const customers = ({ path }: RawRequest): RawAnswer => ({
	body: path === 'auth/login' ? { token: 'of the poll' } : { total: 0, items: [] },
});
const credential = () => ({
	hostname: server.url,
	email: 'poll@school.example',
	apiKey: 'key',
	requestsPerSecond: 0,
});
const callsOf = ({ requests }: typeof server) => requests.filter(({ path }) => path !== 'auth/login').length;

describe('a workflow that stays active', () => {
	beforeEach(() => {
		server.answer = customers;
		other.answer = customers;
	});

	it('polls another host from the poll on that follows an edit of the credential', async () => {
		const engine = new Engine(credential());
		const poll = activated(engine);
		await poll();
		expect(callsOf(server)).toBeGreaterThan(0);

		server.requests.length = 0;
		Object.assign(engine.credentials.stored, { hostname: other.url, token: '' });
		await poll();
		expect(server.requests).toEqual([]);
		expect(callsOf(other)).toBeGreaterThan(0);
	});

	it('keeps to another number of requests per second from then on', async () => {
		const engine = new Engine({ ...credential(), requestsPerSecond: 1 });
		const poll = activated(engine);
		await poll();
		const begun = Date.now();
		Object.assign(engine.credentials.stored, { requestsPerSecond: 0 });
		for (let count = 0; count < 5; count++) await poll();
		expect(Date.now() - begun).toBeLessThan(3_000);
	});

	it('goes on after a credential that was broken has been corrected', async () => {
		const engine = new Engine({ ...credential(), hostname: 'not a host' });
		const poll = activated(engine);
		await expect(poll()).rejects.toThrow("'Hostname' is not a host name");
		Object.assign(engine.credentials.stored, { hostname: server.url });
		await poll();
		expect(callsOf(server)).toBeGreaterThan(0);
	});

	it('reads again what was forbidden before', async () => {
		let isForbidden = true;
		server.answer = (request) =>
			isForbidden && request.path !== 'auth/login' ? { status: 403, body: {} } : customers(request);
		const poll = activated(new Engine(credential()));
		await expect(poll()).rejects.toThrow('denied access');
		isForbidden = false;
		await poll();
	});
});
