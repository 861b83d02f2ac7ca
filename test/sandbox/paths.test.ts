import { School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open();
});
afterEach(() => school.restore());
afterAll(() => school.close());

const names = [
	'branch',
	'location',
	'customer',
	'subject',
	'study-status',
	'lead-status',
	'lead-source',
] as const;

describe('paths', () => {
	it.each(names)('%s is listed with a branch, without one and with branch 0', async (name) => {
		const plain = await school.call(`${name}/index`);
		expect(plain.status).toBe(200);
		expect(plain.ids.length).toBeGreaterThan(0);
		expect((await school.call(`0/${name}/index`)).json).toEqual(plain.json);
		const inBranch = await school.call(`1/${name}/index`);
		expect(inBranch.status).toBe(200);
		expect(inBranch.ids.length).toBeGreaterThan(0);
	});

	it.each(['lead/index', '1/lead/index', '1/customer/view', '1/customer', '1/', '', '1/x/y/z'])(
		'%s is 404',
		async (path) => {
			school.settings.actionlessIndex = false;
			expect((await school.call(path)).json).toEqual(yii(404, 'Not Found'));
		},
	);

	it('without an action they mean index, unless actionlessIndex is off', async () => {
		const index = await school.call('1/customer/index');
		expect((await school.call('1/customer')).json).toEqual(index.json);
	});

	it('outside of the API are 404', async () => {
		expect((await school.send('/v1/branch', {})).json).toEqual(yii(404, 'Not Found'));
	});

	it.each(['GET', 'PUT', 'DELETE'])('%s is 405', async (method) => {
		const answer = await school.call('1/customer/index', {}, { method });
		expect(answer.json).toEqual(yii(405, 'Method Not Allowed'));
		expect(answer.headers.get('allow')).toBe('POST');
	});
});

describe('with the main branch switched off', () => {
	it('the list of branches answers inside of a branch only, all others as before', async () => {
		school.settings.mainBranch = 'off';
		expect((await school.call('branch/index')).json).toEqual(yii(403, 'Forbidden'));
		expect((await school.call('2/branch/index')).ids).toHaveLength(3);
		expect((await school.call('company/index')).status).toBe(200);
		expect((await school.call('customer/index')).status).toBe(200);
	});
});

describe('an unknown branch', () => {
	it.each([
		['notFound404', 404],
		['forbidden403', 403],
	] as const)('is answered as wrongBranch %s says', async (wrongBranch, status) => {
		if (wrongBranch !== 'notFound404') school.settings.wrongBranch = wrongBranch;
		expect((await school.call('77/customer/index')).status).toBe(status);
		expect((await school.call('77/branch/index')).status).toBe(status);
	});

	it('can look empty', async () => {
		school.settings.wrongBranch = 'empty';
		const { json } = await school.call('77/customer/index', { page: 2 });
		expect(json).toEqual({ total: 0, count: 0, page: 2, items: [] });
		const lead = { name: 'Лид', is_study: 0, legal_type: 1 };
		expect((await school.call('77/customer/create', lead)).status).toBe(404);
	});
});

describe('bodies', () => {
	it('that are not JSON are 400', async () => {
		const answer = await school.call('1/customer/index', {}, { raw: '{"page":' });
		expect(answer.json).toEqual(yii(400, 'Bad Request'));
	});

	it.each(['', '[]', '"text"', '  '])('of %j count as empty', async (raw) => {
		const answer = await school.call('1/customer/index', {}, { raw });
		expect(answer.json).toEqual((await school.call('1/customer/index')).json);
	});

	it('need no content type', async () => {
		const body = new Blob([JSON.stringify({ id: 2 })]);
		const answer = await fetch(`${school.sandbox.url}/v2api/1/subject/index`, {
			method: 'POST',
			headers: { 'x-alfacrm-token': school.token },
			body,
		});
		expect(await answer.json()).toMatchObject({ total: 1, items: [{ id: 2 }] });
	});
});
