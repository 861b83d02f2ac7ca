import type { JsonObject, Row } from '../../sandbox';
import { numbers, School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const rows = (entity = 'lesson') => school.sandbox.store.rows(entity);
const sorted = (ids: readonly number[]) => [...ids].sort((a, b) => a - b);
const idsWhere = (test: (row: Row) => boolean) => sorted(numbers(rows().filter(test)));
const list = async (body: JsonObject, path = 'lesson/index') => sorted((await school.call(path, body)).ids);
const holds = (field: string, id: number) => (row: Row) => (row[field] as number[]).includes(id);
describe('calendars', () => {
	it.each([
		['customer', 'customer_ids', 3],
		['teacher', 'teacher_ids', 1],
		['group', 'group_ids', 1],
	])('%s is a bare list of lessons of every status, by time', async (action, field, id) => {
		const week = idsWhere(
			(row) => String(row.date) >= '2026-02-02' && String(row.date) <= '2026-02-20' && holds(field, id)(row),
		);
		for (const [date1, date2] of [
			['02.02.2026', '20.02.2026'],
			['2026-02-02', '2026-02-20'],
		]) {
			const { text } = await school.call(`calendar/${action}?id=${id}&date1=${date1}&date2=${date2}`);
			const events = JSON.parse(text) as JsonObject[];
			expect(Array.isArray(events)).toBe(true);
			expect(sorted(numbers(events))).toEqual(week);
			const starts = events.map(({ start }) => String(start));
			expect(starts).toEqual([...starts].sort());
		}
	});

	it('show what is known of each event, and refuse dates that are none', async () => {
		const path = '1/calendar/teacher?id=1&date1=01.01.2026&date2=';
		const [event] = JSON.parse((await school.call(`${path}01.03.2026`)).text) as JsonObject[];
		expect(event).toEqual({
			...{ id: expect.any(Number), branch_id: 1, type: expect.any(Number), status: expect.any(Number) },
			...{ start: expect.stringMatching(/ \d\d:00:00$/), end: expect.any(String), title: expect.any(String) },
		});
		expect((await school.call(`${path}soon`)).status).toBe(400);
	});
});

describe('regular lessons', () => {
	const regular = { branch_id: 1, days: [2, 4], b_date_v: '01.09.2025', e_date_v: '31.05.2026' };

	it('make a record for each day of the week', async () => {
		const { model } = await school.call('1/regular-lesson/create', { ...regular, teacher_ids: [1] });
		expect(rows('regular-lesson').slice(-2)).toMatchObject([
			{ id: model.id, day: 2 },
			{ id: Number(model.id) + 1, day: 4, teacher_ids: [1] },
		]);
	});

	it.each<[JsonObject, string]>([
		[{ days: [0] }, 'days'],
		[{ days: [8] }, 'days'],
		[{ days: [] }, 'days'],
		[{ teacher_ids: [4] }, 'teacher_ids'],
		[{ related_class: 'Lead' }, 'related_class'],
		[{ time_from_v: '18:00', time_to_v: '17:00' }, 'time_to_v'],
	])('%j is refused', async (body, field) => {
		const { errors } = await school.call('1/regular-lesson/create', { ...regular, ...body } as JsonObject);
		expect(Object.keys(errors as JsonObject)).toEqual([field]);
	});

	it('are filtered by teacher and dates, not by group unless told so', async () => {
		const byGroup: JsonObject[] = [{ group_id: 2 }, { related_id: 2 }];
		const ids = (test: (row: Row) => boolean) => sorted(numbers(rows('regular-lesson').filter(test)));
		const path = 'regular-lesson/index';
		expect(await list({ teacher_id: 1 }, path)).toEqual(ids(holds('teacher_ids', 1)));
		expect(await list({ date_from: '2036-01-01' }, path)).toEqual([]);
		expect(await list({ date_to: '01.01.2020' }, path)).toEqual([]);
		for (const filter of byGroup) expect(await list(filter, path)).toEqual(ids(() => true));
		school.settings.ignoredFilters = [];
		for (const filter of byGroup) {
			expect(await list(filter, path)).toEqual(ids((row) => row.related_id === 2));
		}
	});
});
