import fc from 'fast-check';
import type { JsonObject, Row, Settings } from '../../sandbox';
import { entities } from '../../sandbox/school/entities';
import type { Entity } from '../../sandbox/model/entity';
import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ pageSize: 500 }, { customers: 60 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const updatable = entities.filter(({ actions }) => !actions || actions.includes('update'));
const stored = (entity: string, id: unknown) => school.sandbox.store.find(entity, Number(id));
const update = (entity: Entity, row: Row, body: JsonObject) =>
	school.call(`${entity.path}/update?id=${row.id}&${queryOf(entity, row)}`, body);

/** The parameters besides the id under which a list shows the row. */
function queryOf(entity: Entity, row: Row): string {
	const names = entity.params?.index ?? [];
	return names.map((name) => `${name}=${String(row[name])}`).join('&');
}

/** The row as a list shows it, whatever it has to be asked for. */
async function listed(entity: Entity, row: Row): Promise<JsonObject> {
	const everything = { is_study: 2, removed: 1, b_date: '01.01.1900', e_date: '31.12.2099' };
	const status = entity.path === 'lesson' ? { status: row.status ?? null } : {};
	const path = `${entity.path}/index?${queryOf(entity, row)}`;
	const { items } = await school.call(path, { ...everything, ...status, id: row.id });
	return items.find(({ id }) => id === row.id) ?? {};
}

const withoutStamp = (row: JsonObject | undefined): JsonObject => ({ ...row, updated_at: null });

const shapes = fc.record<Partial<Settings>>(
	{
		sunday: fc.constantFrom(7, 0),
		groupTeachers: fc.constantFrom('ids', 'names', 'objects'),
		rowsShowRemoved: fc.constantFrom([], ['customer', 'group']),
		cgiDates: fc.constantFrom('plain', 'v'),
		refundSum: fc.constantFrom('income', 'expenditure'),
		updateMode: fc.constantFrom('partial', 'full'),
		lessonUpdate: fc.constantFrom('keeps', 'blanks', 'refuses400'),
		isoDate: fc.constantFrom('reject', 'silentlyLost'),
		dateFormats: fc.constantFrom<Array<Settings['dateFormats']>>(
			{},
			{
				'group.b_date': 'iso',
				'group.e_date': 'dotted',
			},
		),
		timeZone: fc.constantFrom('Europe/Moscow', 'Asia/Vladivostok', 'America/New_York'),
		now: fc.constantFrom('2026-02-10 12:00:00', '2024-02-29 23:59:59', '2031-06-01 00:00:00'),
	},
	{ requiredKeys: [] },
);
const pick = fc.nat({ max: 10_000 });

describe.each(updatable.map((entity) => [entity.path, entity] as const))('%s', (path, entity) => {
	const rows = () => school.sandbox.store.rows(path);

	it('takes back each row as lists show it, and is the same afterwards', async () => {
		await fc.assert(
			fc.asyncProperty(shapes, pick, async (settings, place) => {
				school.sandbox.reset();
				await school.login();
				Object.assign(school.settings, settings);
				const row = rows()[place % rows().length] as Row;
				const model = await listed(entity, row);
				expect(model).toMatchObject({ id: row.id });
				const { json } = await update(entity, row, model);
				expect(json).toMatchObject({ success: true, errors: [] });
				expect(withoutStamp(stored(path, row.id))).toEqual(withoutStamp(row));
			}),
			{ numRuns: 25 },
		);
	});

	it('takes back a row that has changed since, and one that no rule let in', async () => {
		const texts = Object.entries(entity.fields).filter(([, { kind }]) => kind === 'string');
		const empty = Object.fromEntries(texts.map(([name]) => [name, name === 'class' ? 'Customer' : '']));
		for (const row of rows().slice(0, 12)) {
			const model = await listed(entity, row);
			const days = { b_date: '2020-01-01', e_date: '2020-01-02', date: '2020-01-01' };
			const times = { time_from: '2020-01-01 05:00:00', time_to: '2020-01-01 06:00:00' };
			const held = Object.entries({ ...days, ...times }).filter(([name]) => name in entity.fields);
			if (['group', 'lesson', 'regular-lesson'].includes(path)) {
				school.sandbox.store.patch(path, row.id, Object.fromEntries(held));
			}
			school.settings.roomCheck = false;
			expect((await update(entity, row, model)).json).toMatchObject({ success: true });
			school.sandbox.store.patch(path, row.id, empty);
			const odd = await listed(entity, row);
			expect((await update(entity, row, odd)).json).toMatchObject({ success: true });
		}
	});
});

describe('what is read only', () => {
	it.each<[string, JsonObject]>([
		['customer', { b_date: '2025-02-03T10:11:12', created_at: '2025-02-03T10:11:12', balance: 5.5 }],
		['customer', { last_attend_date: '03.02.2025', paid_till: 'never', group_ids: 'none', id: 'x' }],
		['group', { created_at: '2025-02-03T10:11:12' }],
		['task', { done_date: '2025-02-03T10:11:12', created_at: 0 }],
		['lesson', { date: '03.02.2025', regular_id: 'x', details: 'all' }],
		['regular-lesson', { b_date: 'x', e_date: 5 }],
	])('%s passes over %j', async (path, body) => {
		const before = stored(path, 1);
		const { json } = await school.call(`1/${path}/update?id=1`, body);
		expect(json).toMatchObject({ success: true, errors: [] });
		expect(withoutStamp(stored(path, 1))).toEqual(withoutStamp(before));
	});
});
