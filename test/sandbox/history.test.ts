import type { JsonObject } from '../../sandbox';
import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-11 09:30:00', pageSize: 100 }, { customers: 20 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const lead = { name: 'Тестов Пример', is_study: 0, legal_type: 1, dob: '04.09.2015', phone: '+79000000101' };
const log = async (body: JsonObject = {}, path = 'log/index') => (await school.call(path, body)).items;
const today = { date_from: '11.02.2026' };

describe('the log', () => {
	it('shows what an update changed, dates as they are stored, newest first', async () => {
		const { model } = await school.call('1/customer/create', lead);
		await school.call(`1/customer/update?id=${String(model.id)}`, {
			note: 'х',
			dob: '05.09.2015',
			name: lead.name,
		});
		const [second, first] = await log({ entity: 'Customer', entity_id: Number(model.id) });
		expect(second).toEqual({
			entity: 'Customer',
			entity_id: 21,
			user_id: 1,
			event: 2,
			fields_old: { note: null, dob: '2015-09-04' },
			fields_new: { note: 'х', dob: '2015-09-05' },
			fields_rel: [],
			date_time: '2026-02-11 09:30:00',
		});
		expect(first).toMatchObject({
			event: 1,
			fields_old: [],
			fields_new: { name: lead.name, dob: '2015-09-04' },
		});
		expect(first?.fields_new).not.toHaveProperty('balance');
	});

	it('shows no new fields of a removed record', async () => {
		await school.call('subject/delete?id=2');
		const old = { name: 'Программирование', weight: 20 };
		expect(await log(today)).toMatchObject([
			{ entity: 'Subject', event: 3, fields_old: old, fields_new: '' },
		]);
		school.settings.logNull = 'list';
		await school.call('subject/delete?id=3');
		expect((await log(today))[0]?.fields_new).toEqual([]);
	});

	it('passes over a write that is refused, or changes nothing', async () => {
		await school.call('1/customer/create', {});
		await school.call('1/subject/update?id=1', { name: 'Робототехника' });
		await school.call('1/subject/update?id=999', { name: 'Х' });
		expect(await log(today)).toEqual([]);
	});

	it('names the user who acted, 0 for what happens behind the API', async () => {
		await school.login(school.sandbox.account.noSubjects);
		await school.call('1/room/update?id=1', { note: 'х' });
		school.sandbox.store.patch('room', 2, { note: 'у' });
		await school.control('PUT', 'records/room/3', { note: 'ъ' });
		school.sandbox.store.insert('room', { name: 'Новая' }, { user: 5 });
		school.sandbox.faults.add({ kind: 'mutate', changes: [{ entity: 'room', id: 1, remove: true }] });
		await school.call('1/room/index');
		const users = (await log({ ...today, entity: 'Room' })).map(({ user_id, event }) => [user_id, event]);
		expect(users).toEqual([
			[0, 3],
			[5, 1],
			[0, 2],
			[0, 2],
			[3, 2],
		]);
	});

	it('can pass over what happens behind the API', async () => {
		school.settings.recordOutside = false;
		school.sandbox.store.patch('room', 2, { note: 'у' });
		expect(await log(today)).toEqual([]);
		await school.call('1/room/update?id=1', { note: 'х' });
		expect(await log(today)).toHaveLength(1);
	});

	it('is filtered by class, record, user, event and day, and by nothing else', async () => {
		await school.call('1/room/update?id=1', { note: 'х' });
		await school.call('1/room/update?id=2', { note: 'х' });
		await school.call('1/subject/create', { name: 'Х' });
		const all = await log();
		const count = async (body: JsonObject) => (await log(body)).length;
		expect(await count({ entity: 'Room' })).toBe(2);
		expect(await count({ entity: 'Lead' })).toBe(0);
		expect(await count({ entity: 'Room', entity_id: 2 })).toBe(1);
		expect(await count({ ...today, event: 1 })).toBe(1);
		expect(await count({ user_id: 3 })).toBe(all.filter((row) => row.user_id === 3).length);
		expect(await count(today)).toBe(3);
		expect(await count({ date_to: '10.02.2026' })).toBe(all.length - 3);
		const others: JsonObject[] = [{ lead_status_id: 1 }, { id: 1 }, { date_from: '2026-02-11' }];
		for (const ignored of others) {
			expect(await count(ignored)).toBe(all.length);
		}
		const times = all.map((row) => String(row.date_time));
		expect(times).toEqual([...times].sort().reverse());
	});

	it('belongs to the branches of the records, or to the account', async () => {
		await school.call('1/room/update?id=1', { note: 'х' });
		await school.call('1/level/index');
		await school.call('1/subject/create', { name: 'Х' });
		const seen = async (branch: number) =>
			(await log(today, `${branch}/log/index`)).map(({ entity }) => entity);
		expect(await seen(1)).toEqual(['Subject', 'Room']);
		expect(await seen(2)).toEqual(['Subject']);
		school.settings.logScope = 'account';
		expect(await seen(2)).toEqual(['Subject', 'Room']);
	});

	it('can have ids, and maps as text', async () => {
		await school.call('1/room/update?id=1', { note: 'х' });
		expect((await log(today))[0]).not.toHaveProperty('id');
		Object.assign(school.settings, { logIds: true, logFields: 'jsonText' });
		await school.call('1/room/update?id=1', { note: 'у' });
		expect((await log(today))[0]).toMatchObject({
			id: school.sandbox.store.rows('log').at(-1)?.id,
			fields_old: '{"note":"х"}',
			fields_new: '{"note":"у"}',
			fields_rel: '[]',
		});
	});
});
