import { AnyN8nClient } from '../../scripts/lib/n8n/anyClient';
import { RefusedRequest } from '../../scripts/lib/n8n/session';

const PUBLISH_PATH = '/rest/workflows/w/activate';
const WORKFLOW = { id: 'w', nodes: [], versionId: 'v', active: false };

/** Makes a client whose n8n fails each call of `PUBLISH_PATH`, and records the bodies of its PATCH calls. */
function makeClientThatCannotPublish(error: Error) {
	const client = new AnyN8nClient({ url: 'http://127.0.0.1:9', modules: '' });
	const patches: unknown[] = [];

	jest.spyOn(client.session, 'request').mockImplementation(async (method, path, data) => {
		if (path === PUBLISH_PATH) throw error;
		if (method === 'PATCH') {
			patches.push(data);
		}
		return WORKFLOW as never;
	});

	return { client, patches };
}

describe('publishing a workflow in any version of n8n', () => {
	it.each([{ status: 404 }, { status: 400 }, { status: 500 }])(
		'the client activates the workflow as in older versions when n8n answers the call with $status',
		async ({ status }) => {
			const refusal = new RefusedRequest(status, `POST ${PUBLISH_PATH}`, 'whatever');
			const { client, patches } = makeClientThatCannotPublish(refusal);

			await client.publishWorkflow('w');

			expect(patches).toEqual([{ active: true, versionId: 'v' }]);
		},
	);

	it.each([
		{ cause: 'n8n forbids the call', error: new RefusedRequest(403, `POST ${PUBLISH_PATH}`, 'no') },
		{ cause: 'n8n is overloaded', error: new RefusedRequest(503, `POST ${PUBLISH_PATH}`, 'later') },
		{ cause: 'a proxy answers 404', error: new Error('n8n answered 404 to POST, says a proxy') },
	])('the client fails and changes nothing when $cause', async ({ error }) => {
		const { client, patches } = makeClientThatCannotPublish(error);

		await expect(client.publishWorkflow('w')).rejects.toBe(error);

		expect(patches).toEqual([]);
	});
});
