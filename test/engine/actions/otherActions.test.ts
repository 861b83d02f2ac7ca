import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import { sends } from '../../support/actionKinds';
import { inBranch1, jobsOf } from '../support/jobs';
import { EMPTY, NULL, pick, UNDEFINED } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { client, rows, runInBranch1: run, some } = jobsOf(school);
const last = () => school.sandbox.journal.at(-1);

describe('actions beyond create, read, update and delete', () => {
	it('complete a lesson with the attendance of each customer', async () => {
		const planned = some('lesson', (row) => row.status === 1 && row.branch_id === 1);
		const customer = client().id;
		const details = { values: [{ customer_id: String(customer), is_attend: true, grade: '5' }] };

		await run({
			resource: 'lesson',
			operation: 'complete',
			id: planned.id as number,
			details,
			additionalFields: { topic: 'Датчики' },
		});

		expect(last()).toMatchObject({
			path: '/v2api/1/lesson/teach',
			query: { id: String(planned.id) },
			body: {
				status: 3,
				branch_id: 1,
				topic: 'Датчики',
				details: [{ customer_id: customer, is_attend: 1, grade: '5' }],
			},
		});
		expect(some('lesson', ({ id }) => id === planned.id)).toMatchObject({ status: 3, topic: 'Датчики' });
		expect(
			some('lesson-details', (row) => row.lesson_id === planned.id && row.customer_id === customer),
		).toMatchObject({
			is_attend: 1,
		});
	});

	it('Complete Lesson refuses an attendance without a customer before anything is sent', async () => {
		const { error } = await school.engine.run({
			parameters: {
				resource: 'lesson',
				operation: 'complete',
				branchId: 1,
				id: 1,
				details: { values: [{ is_attend: true }] },
				additionalFields: {},
			},
		});
		expect(error?.message).toMatch(/^'Customer' is empty in a row/);
		expect(school.calls()).toEqual([]);
	});

	it('find the groups of a customer', async () => {
		const membership = some(
			'cgi',
			({ e_date }) => String(e_date).endsWith('2030') || e_date === null || true,
		);
		const memberships = await run({
			resource: 'cgi',
			operation: 'getByCustomer',
			customer_id: pick(membership.customer_id),
			returnAll: true,
			additionalFields: { b_date: '2000-01-01', e_date: '2040-01-01' },
		});
		expect(last()).toMatchObject({
			path: '/v2api/1/cgi/customer',
			query: { customer_id: String(membership.customer_id) },
			body: { b_date: '01.01.2000', e_date: '01.01.2040' },
		});
		const expected = rows('cgi').filter((row) => row.customer_id === membership.customer_id);
		expect(memberships.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
	});

	it.each([EMPTY, UNDEFINED, NULL])(
		'find no groups of another time than was asked for, where a day comes to nothing: %s',
		async (b_date) => {
			const { error } = await school.engine.run({
				parameters: {
					...{ resource: 'cgi', operation: 'getByCustomer', branchId: 1, customer_id: pick(1) },
					additionalFields: { b_date },
				},
			});
			expect(error?.message).toBe("'Start Date' is empty");
			expect(school.calls()).toEqual([]);
		},
	);

	it.each([
		['customer', 'customer'],
		['group', 'group'],
		['teacher', 'teacher'],
	])('read the calendar of a %s, which is a bare list', async (resource, action) => {
		const lesson = some('lesson', (row) => row.branch_id === 1 && (row.group_ids as number[]).length > 0);
		const id = {
			customer: (lesson.customer_ids as number[])[0],
			group: (lesson.group_ids as number[])[0],
			teacher: (lesson.teacher_ids as number[])[0],
		}[resource as 'customer'];
		const events = await run({
			resource,
			operation: 'getCalendar',
			id: pick(id),
			date1: lesson.date as string,
			date2: lesson.date as string,
			addNames: false,
		});
		const dotted = String(lesson.date).split('-').reverse().join('.');
		expect(last()).toMatchObject({
			path: `/v2api/1/calendar/${action}`,
			query: { id: String(id), date1: dotted, date2: dotted },
		});
		expect(events.length).toBeGreaterThan(0);
		for (const event of events) expect(event).toHaveProperty('start');
	});

	it('add, spend and read bonus points', async () => {
		const { id } = client();
		const balance = async () =>
			(await run({ resource: 'customer', operation: 'getBonusBalance', id: pick(id) }))[0].balance_bonus;
		const before = Number(await balance());

		await run({
			resource: 'customer',
			operation: 'addBonus',
			id: pick(id),
			amount: 50,
			note: 'Подарок',
			additionalFields: {},
		});
		expect(last()).toMatchObject({
			path: '/v2api/1/bonus/bonus-add',
			query: { customer_id: String(id) },
			body: { amount: 50 },
		});
		expect(await balance()).toBe(before + 50);

		await run({
			resource: 'customer',
			operation: 'spendBonus',
			id: pick(id),
			amount: 20,
			note: 'Скидка',
			additionalFields: {},
		});
		expect(last()).toMatchObject({ path: '/v2api/1/bonus/bonus-spend', body: { amount: 20 } });
		expect(await balance()).toBe(before + 30);
	});

	describe('a correction or refund', () => {
		const correction = (more: IDataObject): INodeParameters =>
			({
				resource: 'pay',
				operation: 'createCorrection',
				customer_id: pick(client().id),
				income: -250.5,
				pay_type_id: 2,
				pay_account_id: 1,
				document_date: '2026-02-09',
				additionalFields: { payer_name: 'Основа', note: 'Ошибка кассы' },
				...more,
			}) as INodeParameters;

		it('is sent with its sign, type and day', async () => {
			const [saved] = await run(correction({}));
			expect(last()).toMatchObject({
				path: '/v2api/1/pay/create',
				body: { branch_id: 1, income: -250.5, pay_type_id: 2, document_date: '09.02.2026' },
			});
			expect(some('pay', ({ id }) => id === saved.id)).toMatchObject({
				customer_id: client().id,
				income: '-250.50',
				note: 'Ошибка кассы',
			});
		});

		it.each([
			['Amount', { income: 0 }],
			['Amount', { income: '' }],
			['Payment Type', { pay_type_id: '={{ "" }}' }],
			['Payment Date', { document_date: '={{ "" }}' }],
		])("needs '%s': %j", async (label, more) => {
			const parameters = { branchId: 1, ...correction(more) } as INodeParameters;
			const { error } = await school.engine.run({ parameters });
			expect(error?.message).toMatch(new RegExp(`^'${label}'`));
			expect(school.calls()).toEqual([]);
		});
	});

	it.each([
		['customer', 'customer'],
		['group', 'group'],
	])('archive a %s and bring it back', async (resource, path) => {
		const { id } = resource === 'customer' ? client() : some('group', inBranch1);
		await run({ resource, operation: 'archive', id: pick(id) });
		const updates = () => school.entries(`${path}/update`);
		expect(updates()).toMatchObject([
			{ path: `/v2api/1/${path}/update`, query: { id: String(id) }, body: { removed: 1 } },
		]);
		const active = async () =>
			(await run({ resource, operation: 'getAll', returnAll: true, removed: 0 })).some(
				(row) => row.id === id,
			);
		expect(await active()).toBe(false);

		await run({ resource, operation: 'unarchive', id: pick(id) });
		expect(updates().map(({ body }) => body)).toEqual([{ removed: 1 }, { removed: 0 }]);
		expect(await active()).toBe(true);
	});

	it.each([
		['getRates', 'teacher-rate'],
		['getWorkingHours', 'working-hour'],
	])('%s lists what the school has', async (operation, action) => {
		await run({ resource: 'teacher', operation, returnAll: true, addNames: false });
		expect(last()?.path).toBe(`/v2api/1/teacher/${action}`);
	});

	it('all have a test here', () => {
		// Those that look first have theirs in jobs.test.ts, additions.test.ts and completeLesson.test.ts.
		const names = entities.flatMap(({ resource, actions = [] }) =>
			actions.filter(({ kind }) => sends(kind)).map(({ name }) => `${resource}.${name}`),
		);
		expect(names.sort()).toEqual(
			[
				'cgi.getByCustomer',
				'customer.addBonus',
				'customer.getBonusBalance',
				'customer.getCalendar',
				'customer.spendBonus',
				'group.getCalendar',
				'pay.createCorrection',
				'teacher.getCalendar',
				'teacher.getRates',
				'teacher.getWorkingHours',
			].sort(),
		);
	});
});
