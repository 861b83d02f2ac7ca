import type { INodeParameters } from 'n8n-workflow';

import { byPhone, officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, customer, lead, rows, run, set, whole } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const WEST = 'America/New_York';
const EAST = 'Asia/Vladivostok';
const BORN = '04.09.2015';

afterEach(() => jest.useRealTimers());

/** The same day in every way in which other nodes write a birth date. */
const BIRTH_DATES: Array<[string, string]> = [
	['a database', '2015-09-04T00:00:00.000Z'],
	['a sheet', '2015-09-04 00:00:00'],
	['a form', '2015-09-04'],
	['AlfaCRM', BORN],
	['n8n in Moscow', '2015-09-04T00:00:00.000+03:00'],
	['n8n in New York', '2015-09-04T00:00:00.000-04:00'],
	['n8n in Vladivostok', '2015-09-04T00:00:00+10:00'],
	['Python', '2015-09-04 00:00:00+00:00'],
	['a JS Date', '={{ new Date("2015-09-04T00:00:00.000Z") }}'],
	['a DateTime of UTC', '={{ DateTime.fromISO("2015-09-04", { zone: "utc" }) }}'],
	['a DateTime of the east', '={{ DateTime.fromISO("2015-09-04", { zone: "Asia/Vladivostok" }) }}'],
];

describe.each([[WEST], ['UTC']])('with n8n in %s', (timezone) => {
	it('a birth date is the day that is written, whoever wrote it', async () => {
		const saved: unknown[] = [];
		for (const [, dob] of BIRTH_DATES) {
			const id = lead({ phone: [PHONE] });
			await run(byPhone(PHONE, { dob }), { timezone });
			saved.push(customer(id).dob);
			school.sandbox.store.remove('customer', id);
		}
		expect(saved).toEqual(BIRTH_DATES.map(() => BORN));
	});

	it('is the same for Create and Update, and is no change where it is there', async () => {
		for (const [, dob] of BIRTH_DATES) {
			const [made] = await run(
				{
					resource: 'customer',
					operation: 'create',
					branchId: 1,
					name: 'Лисова Ева',
					is_study: 0,
					legal_type: 1,
					phone: PHONE,
					additionalFields: { dob },
				},
				{ timezone },
			);
			expect(customer(made.id).dob).toBe(BORN);
			expect(await run(byPhone(PHONE, { dob }), { timezone })).toMatchObject([
				{ id: made.id, operationResult: 'unchanged' },
			]);
			school.sandbox.store.remove('customer', made.id as number);
		}
	});

	it('tells who is who', async () => {
		const key = { matchBy: 'nameAndBirthDate', name: 'Орлова Мия' };
		const id = lead({ dob: BORN });
		lead({ dob: '03.09.2015' });
		lead({ dob: '05.09.2015' });
		for (const [, dob] of BIRTH_DATES) {
			expect(await run({ ...byPhone(''), operation: 'find', ...key, dob }, { timezone })).toMatchObject([
				{ id },
			]);
		}
	});
});

it.each([
	[WEST, '2015-09-04T02:30:00.000Z', '03.09.2015'],
	[WEST, '2015-09-04T00:00:00.000Z', BORN],
])('any other moment is the day in the zone of the workflow: %s %s', async (timezone, dob, day) => {
	const id = lead({ phone: [PHONE] });
	await run(byPhone(PHONE, { dob }), { timezone });
	expect(customer(id).dob).toBe(day);
	// Midnight itself stays the day that is written.
	await run(byPhone(PHONE, { dob: '2015-09-10T00:00:00.000Z' }), { timezone });
	expect(customer(id).dob).toBe('10.09.2015');
});

describe('"today", where it is tomorrow already in the school', () => {
	const MOMENT = '2026-02-10T18:00:00Z';
	beforeEach(() => {
		stopClock(MOMENT);
		set({ timeZone: EAST });
	});
	const more = { timezone: WEST };
	const job = (operation: string, id: number, rest: INodeParameters): INodeParameters => ({
		resource: 'customer',
		operation,
		branchId: 1,
		id: pick(id),
		...rest,
	});

	it('takes who was added to a group today out again', async () => {
		const id = lead({ is_study: 1 });
		const group = add('group', { name: 'Сборка роботов', branch_ids: [1], e_date: '2035-05-31' });
		const current = () =>
			rows('cgi').filter(
				({ group_id, e_date }) => group_id === group && (e_date === null || !/2026$/.test(String(e_date))),
			);
		await run(job('addToGroup', id, { group_id: pick(group) }), more);
		expect(current()).toHaveLength(1);
		const leave = job('removeFromGroup', id, { group_id: pick(group), leave_by: 'end' });
		await run(leave, more);
		expect(current()).toEqual([]);
		expect(await run(leave, more)).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
		// And may be added again, which is no membership of somebody who is in.
		const [again] = await run(
			job('addToGroup', id, { group_id: pick(group), additionalFields: { b_date: '2026-03-01' } }),
			more,
		);
		expect(again).toMatchObject({ operationResult: 'created', alreadyMember: false });
	});

	it('takes no comment for that of before, which would swallow it, unless the workflow has the zone of the school', async () => {
		const id = lead({ is_study: 1 });
		const comment = job('addComment', id, { comment: 'Ждёт звонка' });
		const results = [];
		for (const timezone of [WEST, WEST, EAST])
			results.push(...(await run(comment, { timezone })).map((one) => one.operationResult));
		expect(results).toEqual(['created', 'created', 'unchanged']);
		const { hints } = await whole(comment, more);
		expect(hints).toEqual([expect.stringContaining("the time zone of this workflow is not the school's")]);
	});

	it('finds the payment of the same run again', async () => {
		const id = lead({ is_study: 1 });
		const payment = job('takePayment', id, {
			income: 600,
			pay_account_id: 1,
			additionalFields: { document_date: '2026-02-11T00:00:00.000Z' },
		});
		await run(payment, more);
		expect(await run(payment, more)).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(rows('pay').at(-1)).toMatchObject({ customer_id: id, document_date: '11.02.2026' });
	});
});
