import type { JsonObject } from '../../sandbox';
import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-11 09:30:00', pageSize: 100 }, { customers: 20 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const log = async (body: JsonObject = {}, path = 'log/index') => (await school.call(path, body)).items;
const today = { date_from: '11.02.2026' };

describe('late rows', () => {
	const shows = async (id: number) => ((await school.call('subject/index')).ids.includes(id) ? 1 : 0);

	it('appear after so many lists of their entity', async () => {
		const { id } = school.sandbox.store.insert('subject', { name: 'Х' }, { visibility: { afterCalls: 2 } });
		await school.call('branch/index');
		expect([await shows(id), await shows(id), await shows(id), await shows(id)]).toEqual([0, 0, 1, 1]);
	});

	it('appear at a time of the account', async () => {
		const put = await school.control('PUT', 'records/subject?at=2026-02-11 10:00:00', { name: 'Х' });
		const { id } = put.json as { id: number };
		expect(await shows(id)).toBe(0);
		school.settings.now = '2026-02-11 10:00:00';
		expect(await shows(id)).toBe(1);
	});

	it('are logged and can be written at once', async () => {
		const put = await school.control('PUT', 'records/subject?afterCalls=5', { name: 'Х' });
		const { id } = put.json as { id: number };
		expect((await school.call(`subject/update?id=${id}`, { name: 'У' })).json.success).toBe(true);
		expect(await log({ entity: 'Subject', entity_id: id })).toHaveLength(2);
	});

	it('are hidden and shown by hand, leaving totals right', async () => {
		const { total } = (await school.call('subject/index')).json;
		await school.control('POST', 'records/subject/2/hide');
		const hidden = await school.call('subject/index');
		expect(hidden.json.total).toBe(Number(total) - 1);
		expect(hidden.ids).not.toContain(2);
		expect((await school.call('subject/index', { id: 2 })).items).toEqual([]);
		expect((await school.control('POST', 'records/subject/2/show')).json).toEqual({ shown: true });
		expect(await shows(2)).toBe(1);
		await school.control('POST', 'records/subject/2/hide?afterCalls=1');
		expect([await shows(2), await shows(2)]).toEqual([0, 1]);
	});

	it('hidden ones are forgotten by a reset; wrong wishes are refused', async () => {
		school.sandbox.store.hide('subject', 2);
		await school.restore();
		expect(await shows(2)).toBe(1);
		expect(school.sandbox.store.show('subject', 2)).toBe(false);
		for (const path of ['records/subject/999/hide', 'records/subject/2/hide?at=soon']) {
			expect((await school.control('POST', path)).status).toBeGreaterThanOrEqual(400);
		}
		expect((await school.control('PUT', 'records/subject?afterCalls=-1', { name: 'Х' })).status).toBe(400);
	});

	it('of the log itself can be late too', async () => {
		const entry = { entity: 'Customer', entity_id: 1, event: 2, user_id: 1, branch_ids: [1] };
		school.sandbox.store.insert('log', entry, { visibility: { afterCalls: 1 } });
		expect(await log(today)).toEqual([]);
		expect(await log(today)).toMatchObject([{ entity_id: 1, date_time: '2026-02-11 09:30:00' }]);
	});
});
