import { AnyN8nClient } from '../../scripts/lib/n8n/anyClient';
import { RefusedRequest } from '../../scripts/lib/n8n/session';

const PUBLISH = '/rest/workflows/w/activate';
const WORKFLOW = { id: 'w', nodes: [], versionId: 'v', active: false };

/** Whose n8n answers so when it is to publish a workflow; and what it is told besides. */
function clientOf(answer: Error) {
	const client = new AnyN8nClient({ url: 'http://127.0.0.1:9', modules: '' });
	const changed: unknown[] = [];
	jest.spyOn(client.session, 'request').mockImplementation(async (method, path, data) => {
		if (path === PUBLISH) throw answer;
		if (method === 'PATCH') changed.push(data);
		return WORKFLOW as never;
	});
	return { client, changed };
}

describe('a client of any n8n that publishes a workflow', () => {
	it.each([404, 400, 500])('does it as before where the call is not known, by status %d', async (status) => {
		const { client, changed } = clientOf(new RefusedRequest(status, `POST ${PUBLISH}`, 'whatever'));
		await client.publishWorkflow('w');
		expect(changed).toEqual([{ active: true, versionId: 'v' }]);
	});

	it.each([
		new RefusedRequest(403, `POST ${PUBLISH}`, 'no'),
		new RefusedRequest(503, `POST ${PUBLISH}`, 'later'),
		// It was not n8n that said so.
		new Error('n8n answered 404 to POST, says a proxy'),
	])('fails with anything else: %s', async (answer) => {
		const { client, changed } = clientOf(answer);
		await expect(client.publishWorkflow('w')).rejects.toBe(answer);
		expect(changed).toEqual([]);
	});
});
