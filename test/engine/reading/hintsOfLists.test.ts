import { Engine } from '../support/engine';
import { useRawServer } from '../support/rawServer';

const server = useRawServer();

it('a list that kept changing is no list that shows the same rows each time, whatever another one does', async () => {
	let readings = 0;
	server.answer = ({ path, body }) => {
		if (path === 'auth/login') return { body: { token: 'a token' } };
		if (body.status === 3 && body.page === 0) readings += 1;
		const ids = body.status === 1 ? [1, 2] : [readings % 2 === 0 ? 3 : 4];
		const items = body.page === 0 ? ids.map((id) => ({ id, status: body.status })) : [];
		return { body: { total: 3, count: items.length, page: body.page, items } };
	};
	const user = { email: 'lessons@school.example', apiKey: 'the key of a user' };
	const { hints } = await new Engine({ hostname: server.url, requestsPerSecond: 0, ...user }).run({
		parameters: { resource: 'lesson', operation: 'getAll', branchId: 1, returnAll: true, status: [1, 3] },
	});
	expect(hints).toEqual([expect.stringMatching(/^A list did not come whole, though it was read again/)]);
});
