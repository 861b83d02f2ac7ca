import type { INodeParameters } from 'n8n-workflow';

import { failing } from '../support/nothingChanges';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

const stored = (id: unknown) => school.sandbox.store.find('customer', id as number);
const body = () => school.sandbox.journal.at(-1)?.body;

async function createWith(
	{ phone = [], email = [], ...additionalFields }: INodeParameters,
	timezone?: string,
) {
	const { json, error } = await school.engine.run({
		parameters: {
			resource: 'customer',
			operation: 'create',
			branchId: 1,
			name: 'Поля Тест',
			phone,
			email,
			additionalFields,
		},
		timezone,
	});
	expect(error).toBeUndefined();
	return json[0];
}

async function update(id: unknown, updateFields: INodeParameters, more: INodeParameters = {}) {
	const { json, error } = await school.engine.run({
		parameters: {
			resource: 'customer',
			operation: 'update',
			branchId: 1,
			id: id as number,
			updateFields,
			...more,
		},
	});
	expect(error).toBeUndefined();
	return json[0];
}

describe('dates', () => {
	it.each([
		['an ISO day', '2015-09-04', '04.09.2015'],
		["AlfaCRM's own format", '04.09.2015', '04.09.2015'],
		["the value of n8n's date picker", '2015-09-04T00:00:00', '04.09.2015'],
		['a moment that is already the next day in Moscow', '2015-09-03T22:30:00Z', '04.09.2015'],
		['an expression that gives a DateTime', '={{ DateTime.fromISO("2015-09-04") }}', '04.09.2015'],
		['an expression that gives a Date', '={{ new Date("2015-09-03T21:30:00Z") }}', '04.09.2015'],
	])('%s is sent with dots', async (_what, dob, sent) => {
		const { id } = await createWith({ dob });
		expect(body()).toMatchObject({ dob: sent });
		expect(stored(id)).toMatchObject({ dob: sent });
	});

	it("are seen in the workflow's time zone", async () => {
		await createWith({ dob: '2015-09-03T22:30:00Z' }, 'America/New_York');
		expect(body()).toMatchObject({ dob: '03.09.2015' });
	});

	it.each([
		['created_at_from', '2026-02-28', '28.02.2026'],
		['next_lesson_date_from', '28.02.2026', '2026-02-28'],
	])('of the filter %s go out in its own format', async (filter, given, sent) => {
		await school.engine.run({
			parameters: { resource: 'customer', operation: 'getAll', branchId: 1, filters: { [filter]: given } },
		});
		expect(body()).toMatchObject({ [filter]: sent });
	});
});

describe('values', () => {
	it('that are empty are left out of a new record, the branch stands in for the branches', async () => {
		await createWith({ phone: [], note: '', lead_source_id: '', dob: '={{ $json.none }}' });
		expect(body()).toEqual({ name: 'Поля Тест', is_study: 0, legal_type: 1, branch_ids: [1] });
	});

	it('come as texts from expressions and are sent as numbers and flags', async () => {
		await createWith({
			lead_source_id: '={{ "2" }}',
			branch_ids: '={{ ["1", "2"] }}',
			gender: '={{ "2" }}',
			teacher_ids: '3, 4',
		});
		expect(body()).toMatchObject({ lead_source_id: 2, branch_ids: [1, 2], gender: 2, teacher_ids: [3, 4] });
	});

	it('emptied in an update are emptied in AlfaCRM, others stay', async () => {
		const { id } = await createWith({
			note: 'Заметка',
			lead_status_id: 2,
			phone: ['+7(900)000-11-01'],
			legal_name: 'Плательщик',
		});
		await update(id, { note: '', lead_status_id: '', phone: [] }, { options: { overwriteWithEmpty: true } });
		expect(stored(id)).toMatchObject({
			note: null,
			lead_status_id: null,
			phone: [],
			legal_name: 'Плательщик',
		});
	});

	it('of custom fields go out under their own names', async () => {
		const { id } = await createWith({ customFields: { values: [{ name: 'custom_school', value: '12' }] } });
		expect(stored(id)).toMatchObject({ custom_school: '12' });
	});

	it('for a name that is no custom field are refused', async () => {
		const additionalFields = { customFields: { values: [{ name: 'school', value: '12' }] } };
		const { message } = await failing(school, {
			resource: 'customer',
			operation: 'create',
			branchId: 1,
			name: 'Поля Тест',
			additionalFields,
		});
		expect(message).toBe('"school" is not the name of a custom field');
	});
});

describe('fields that hold several values, in an update', () => {
	it('are replaced', async () => {
		const { id } = await createWith({ phone: ['+7(900)000-11-01'], email: ['a@example.org'] });
		await update(id, { phone: ['+7(900)000-11-02'] }, { listMode: 'replace' });
		expect(stored(id)).toMatchObject({ phone: ['+7(900)000-11-02'], email: ['a@example.org'] });
	});

	it('are added to, where that is chosen, without doubling a phone in another spelling', async () => {
		const { id } = await createWith({ phone: ['+7(900)000-11-01'], branch_ids: [1] });
		await update(id, { phone: ['8 900 000 11 01', '89000001102'], branch_ids: [2] }, { listMode: 'add' });
		expect(stored(id)).toMatchObject({ phone: ['+7(900)000-11-01', '+7(900)000-11-02'], branch_ids: [1, 2] });
	});

	it('can be added to in an archived lead as well', async () => {
		const archived = school.sandbox.store
			.rows('customer')
			.find(
				(row) =>
					row.is_study === 0 && row.e_date !== '2030-12-31' && (row.branch_ids as number[]).includes(1),
			);
		await update(archived?.id, { email: ['new@example.org'] }, { listMode: 'add' });
		expect(stored(archived?.id)?.email).toEqual([...(archived?.email as string[]), 'new@example.org']);
	});
});
