import type { JsonObject } from '../../sandbox';
import { numbers, School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-10 12:00:00', pageSize: 100 }, { customers: 120 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const everyone = { is_study: 2, removed: 1 };
const rows = () => school.sandbox.store.rows('customer');
const archived = ({ e_date }: JsonObject) => e_date !== '2030-12-31';
const idsOf = async (body: JsonObject, path = 'customer/index') =>
	numbers(await school.all(path, body)).sort((a, b) => a - b);
const expected = (test: (row: JsonObject) => boolean) => numbers(rows().filter(test));

describe('customers', () => {
	it('are only active clients unless something else is asked for', async () => {
		expect(await idsOf({})).toEqual(expected((row) => row.is_study === 1 && !archived(row)));
	});

	it.each([
		[{ is_study: 0 }, (row: JsonObject) => row.is_study === 0 && !archived(row)],
		[{ is_study: 1 }, (row: JsonObject) => row.is_study === 1 && !archived(row)],
		[{ is_study: 2 }, (row: JsonObject) => !archived(row)],
		[{ is_study: [0, 1] }, (row: JsonObject) => !archived(row)],
		[{ removed: 0 }, (row: JsonObject) => row.is_study === 1 && !archived(row)],
		[{ removed: 1 }, (row: JsonObject) => row.is_study === 1],
		[{ removed: 2 }, (row: JsonObject) => row.is_study === 1 && archived(row)],
		[{ is_study: 0, removed: 2 }, (row: JsonObject) => row.is_study === 0 && archived(row)],
		[{ is_study: '2', removed: '1' }, () => true],
	])('with %j', async (body, test) => {
		const ids = await idsOf(body);
		expect(ids.length).toBeGreaterThan(0);
		expect(ids).toEqual(expected(test));
	});

	it('are hidden from an id by the same defaults', async () => {
		const lead = rows().find((row) => row.is_study === 0);
		expect(await idsOf({ id: lead?.id ?? 0 })).toEqual([]);
		expect(await idsOf({ id: lead?.id ?? 0, ...everyone })).toEqual([lead?.id]);
		expect(await idsOf({ id: [3, 5], ...everyone })).toEqual([3, 5]);
	});

	it('are listed in each of their branches', async () => {
		const [both] = expected((row) => JSON.stringify(row.branch_ids) === '[1,2]');
		expect(both).toBeDefined();
		for (const branch of [1, 2, 3]) {
			const ids = await idsOf(everyone, `${branch}/customer/index`);
			expect(ids).toEqual(expected((row) => (row.branch_ids as number[]).includes(branch)));
			expect(ids.includes(both ?? 0)).toBe(branch < 3);
		}
	});

	it('have groups only with withGroups', async () => {
		const { items: plain } = await school.call('customer/index');
		const { items: grouped } = await school.call('customer/index', { withGroups: true });
		const name = (id: unknown) => school.sandbox.store.find('group', Number(id))?.name;
		for (const [index, row] of plain.entries()) {
			const groups = (row.group_ids as number[]).map((id) => ({ id, name: name(id) }));
			expect(row).not.toHaveProperty('groups');
			expect(grouped[index]).toEqual({ ...row, groups });
		}
		expect(plain.some(({ group_ids }) => (group_ids as number[]).length > 0)).toBe(true);
		expect(plain.some(({ group_ids }) => (group_ids as number[]).length === 0)).toBe(true);
	});
});

const field = (name: string) => (row: JsonObject) => row[name];
const day = (value: unknown) => String(value).slice(0, 10);
const dob = (row: JsonObject) =>
	String(row.dob ?? '')
		.split('.')
		.reverse()
		.join('-');

describe('every customer filter', () => {
	it.each<[JsonObject, (row: JsonObject) => boolean]>([
		[{ study_status_id: 2 }, (row) => row.study_status_id === 2],
		[{ lead_status_id: 1 }, (row) => row.lead_status_id === 1],
		[{ lead_status_id: '1' }, (row) => row.lead_status_id === 1],
		[{ lead_source_id: 3 }, (row) => row.lead_source_id === 3],
		[{ assigned_id: 2 }, (row) => row.assigned_id === 2],
		[{ employee_id: 4 }, (row) => (row.teacher_ids as number[]).includes(4)],
		[{ level_id: 2 }, (row) => row.level_id === 2],
		[{ gender: 2 }, (row) => row.gender === 2],
		[{ legal_type: 2 }, (row) => row.legal_type === 2],
		[{ name: 'ОВ' }, (row) => /ов/i.test(String(row.name))],
		[{ legal_name: 'на' }, (row) => /на/i.test(String(row.legal_name))],
		[{ note: 'после 18' }, (row) => row.note !== null],
		[{ email: 'family7' }, (row) => String((row.email as string[])[0]).startsWith('family7')],
		[{ phone: '0000012' }, (row) => (row.phone as string[])[0] === '+7(900)000-00-12'],
		[{ phone: '(900)000-00-12' }, (row) => (row.phone as string[])[0] === '+7(900)000-00-12'],
		[{ age_from: 9 }, (row) => row.dob !== null && dob(row) <= '2017-02-10'],
		[{ age_to: 8 }, (row) => dob(row) > '2017-02-10'],
		[
			{ lesson_count_from: 4, lesson_count_to: 6 },
			(row) => [4, 5, 6].includes(Number(row.paid_lesson_count)),
		],
		[{ balance_contract_from: '800' }, (row) => Number(row.balance) >= 800],
		[{ balance_bonus_from: 1 }, (row) => row.balance_bonus === 100],
		[
			{ removed_from: '01.01.2025', removed_to: '31.12.2025' },
			(row) => String(row.e_date).startsWith('2025'),
		],
		[
			{ removed_from: '2025-01-01', removed_to: '2025-12-31' },
			(row) => String(row.e_date).startsWith('2025'),
		],
		[{ date_from: '01.06.2025' }, (row) => day(row.created_at) >= '2025-06-01'],
		[
			{ next_lesson_date_to: '2026-02-14' },
			(row) => row.next_lesson_date !== null && day(row.next_lesson_date) <= '2026-02-14',
		],
		[{ last_attend_date_from: '2025-09-01' }, (row) => String(row.last_attend_date ?? '') >= '2025-09-01'],
		[{ tariff_till_from: '01.03.2026' }, (row) => String(row.paid_till ?? '') >= '2026-03-01'],
		[{ dob_from: '01.01.2015', dob_to: '31.12.2017' }, (row) => /201[567]$/.test(String(row.dob))],
		[
			{ created_at_from: '01.06.2025', created_at_to: '31.08.2025' },
			(row) => /^2025-0[678]/.test(String(row.created_at)),
		],
		[{ updated_at_from: '10.10.2025' }, (row) => day(row.updated_at) >= '2025-10-10'],
	])('%j', async (body, test) => {
		const ids = await idsOf({ ...everyone, ...body });
		expect(ids.length).toBeGreaterThan(0);
		expect(ids.length).toBeLessThan(120);
		expect(ids).toEqual(expected(test));
	});

	it('company, refusal, colour and comment', async () => {
		school.sandbox.store.patch('customer', 7, {
			company_id: 3,
			customer_reject_id: 4,
			color: 5,
			comment: 'Просил позвонить',
		});
		const cases: JsonObject[] = [
			{ company_id: 3 },
			{ customer_reject_id: 4 },
			{ color: 5 },
			{ comment: 'позвон' },
		];
		for (const body of cases) {
			expect(await idsOf({ ...everyone, ...body })).toEqual([7]);
		}
	});

	it('includes both ends of a range of days', async () => {
		const row = rows()[50];
		const dotted = day(row?.created_at).split('-').reverse().join('.');
		const ids = await idsOf({ ...everyone, created_at_from: dotted, created_at_to: dotted });
		expect(ids).toContain(row?.id);
	});

	it('is a flat key: nested and unknown ones change nothing', async () => {
		const all = await idsOf(everyone);
		const cases: JsonObject[] = [
			{ filters: { id: 1 } },
			{ nonsense: 5 },
			{ group_id: 1 },
			{ branch_ids: [3] },
		];
		for (const extra of cases) {
			expect(await idsOf({ ...everyone, ...extra })).toEqual(all);
		}
	});

	it('by phone can look at the number as it is stored', async () => {
		const digits = { ...everyone, phone: '0000012' };
		const written = { ...everyone, phone: '(900)000-00-12' };
		const found = await idsOf(digits);
		expect(found).not.toEqual([]);
		school.settings.phoneSearch = 'text';
		expect(await idsOf(digits)).toEqual([]);
		expect(await idsOf(written)).toEqual(found);
	});

	it('with an empty value is no filter', async () => {
		const all = await idsOf(everyone);
		for (const empty of ['', null, []]) {
			expect(await idsOf({ ...everyone, lead_status_id: empty, name: empty })).toEqual(all);
		}
	});
});

describe('values that a filter cannot read', () => {
	const wrong: JsonObject[] = [
		{ created_at_from: '2025-06-01' },
		{ updated_at_from: '32.01.2025' },
		{ dob_from: '2015-01-01' },
		{ next_lesson_date_from: '14.02.2026' },
		{ age_from: 'ten' },
		{ name: { like: 'ов' } },
		{ phone: 'none' },
	];

	it.each(wrong)('%j is ignored by default', async (body) => {
		expect(await idsOf({ ...everyone, ...body })).toHaveLength(120);
	});

	it.each(wrong)('%j finds nothing when wrongFilterValue says so', async (body) => {
		school.settings.wrongFilterValue = 'matchesNothing';
		expect(await idsOf({ ...everyone, ...body })).toEqual([]);
	});

	it('leave the defaults in force', async () => {
		expect(await idsOf({ is_study: 'all', removed: 7 })).toEqual(await idsOf({}));
	});
});

describe('the other entities', () => {
	it.each<[string, JsonObject, number[]]>([
		['branch', {}, [1, 2, 3]],
		['branch', { id: 2 }, [1, 2, 3]],
		['branch', { name: 'СЕВЕР' }, [2]],
		['branch', { is_active: 1 }, [1, 2]],
		['branch', { is_active: false }, [3]],
		['branch', { subject_ids: [2] }, [1, 2]],
		['location', {}, [1, 2, 3, 4]],
		['location', { id: 2 }, [2]],
		['location', { name: 'ул.' }, [1, 3]],
		['location', { is_active: 0 }, [4]],
		['subject', { id: 3 }, [3]],
		['subject', { name: 'ро' }, [1, 2, 3]],
		['subject', {}, [1, 2, 3, 4, 5]],
		['subject', { active: true }, [1, 2, 3, 4]],
		['subject', { active: false }, [1, 2, 3, 4, 5]],
		['study-status', { id: 1 }, [1]],
		['study-status', { name: 'пауза' }, [2]],
		['study-status', { is_enabled: 0 }, [4]],
		['lead-status', { id: '5' }, [5]],
		['lead-status', { name: 'пробн' }, [2, 3]],
		['lead-status', { is_enabled: true }, [1, 2, 3, 4]],
		['lead-source', { id: 2 }, [2]],
		['lead-source', { code: 'SIT' }, [1]],
		['lead-source', { name: '.' }, []],
		['lead-source', { is_enabled: 0 }, [5]],
	])('%s %j', async (entity, body, ids) => {
		expect(await idsOf(body, `${entity}/index`)).toEqual(ids);
	});

	it('locations belong to one branch', async () => {
		expect(await idsOf({}, '1/location/index')).toEqual([1, 2]);
		expect(await idsOf({}, '2/location/index')).toEqual([3]);
	});

	it('inactive subjects can be hidden by default', async () => {
		school.settings.subjectDefault = 'active';
		expect(await idsOf({}, 'subject/index')).toEqual([1, 2, 3, 4]);
		expect(await idsOf({ active: false }, 'subject/index')).toEqual([1, 2, 3, 4, 5]);
		expect((await school.call('subject/index')).items[0]).not.toHaveProperty('is_active');
	});

	it('filters can be made to be ignored, or to be honoured', async () => {
		school.settings.ignoredFilters = ['customer.id', 'subject.name'];
		expect(await idsOf({ id: 1, ...everyone })).toHaveLength(120);
		expect(await idsOf({ name: 'ро' }, 'subject/index')).toHaveLength(5);
		expect(await idsOf({ id: 2 }, 'branch/index')).toEqual([2]);
	});

	it('an id in the query counts only with queryId', async () => {
		expect((await school.call('subject/index?id=2')).ids).toHaveLength(5);
		school.settings.queryId = true;
		expect((await school.call('subject/index?id=2')).ids).toEqual([2]);
		expect((await school.call('subject/index?id=2', { id: 3 })).ids).toEqual([3]);
	});

	it('customer filters that no source proves can be switched on', async () => {
		school.settings.ignoredFilters = [];
		const ids = await idsOf({ ...everyone, branch_ids: [3] });
		expect(ids).toEqual(expected((row) => (field('branch_ids')(row) as number[]).includes(3)));
	});
});
