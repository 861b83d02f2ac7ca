import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { useSchool } from './support/school';

const SENT_AS_THEY_ARE = ['get', 'getMany', 'save'];
const school = useSchool({ customers: 80 });

type Rows = readonly IDataObject[];
const rows = (path: string): Rows => school.sandbox.store.rows(path) as unknown as Rows;
const some = (path: string, wanted: (row: IDataObject) => boolean): IDataObject => {
	const found = rows(path).find(wanted);
	if (found === undefined) throw new Error(`The school has no such ${path}`);
	return found;
};
const stored = (id: unknown) => school.sandbox.store.find('customer', id as number) as unknown as IDataObject;
const pick = (id: unknown): INodeParameters => ({ __rl: true, mode: 'id', value: String(id) });
const inBranch1 = (row: IDataObject) => (row.branch_ids as number[]).includes(1);
const isActive = (row: IDataObject) => row.e_date === '2030-12-31' && inBranch1(row);
const lead = () => some('customer', (row) => row.is_study === 0 && isActive(row));
const client = () => some('customer', (row) => row.is_study === 1 && isActive(row));

const job = (operation: string, id: unknown, more: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation,
	branchId: 1,
	id: pick(id),
	...more,
});
const run = async (parameters: INodeParameters, items?: IDataObject[]) => {
	const { json, error } = await school.engine.run({ parameters, items });
	expect(error).toBeUndefined();
	return json;
};
const failing = async (parameters: INodeParameters) => {
	const { error, status } = await school.engine.run({ parameters });
	expect(status).toBe('error');
	return error;
};
/** Calls that write. */
const writes = () => school.calls().filter((call) => /\/(create|update|delete|teach)$/.test(call));
const today = (add = 0) => {
	const day = new Intl.DateTimeFormat('ru-RU', { timeZone: 'Europe/Moscow' });
	return day.format(new Date(Date.now() + add * 86_400_000));
};

// ---------------------------------------------------------------- the life of a lead

describe('steps of a lead or client', () => {
	interface Step {
		operation: string;
		given: INodeParameters;
		/** What is there before, and what AlfaCRM is to hold afterwards. */
		before: IDataObject;
		after: IDataObject;
	}
	it.each<Step>([
		{
			operation: 'convertToClient',
			given: { additionalFields: { study_status_id: 2 } },
			before: {},
			after: { is_study: 1, study_status_id: 2 },
		},
		{ operation: 'convertToClient', given: {}, before: {}, after: { is_study: 1 } },
		{
			operation: 'moveToStage',
			given: { lead_status_id: 3 },
			before: { lead_status_id: 1 },
			after: { lead_status_id: 3 },
		},
		{
			operation: 'assignManager',
			given: { assigned_id: '4' },
			before: { assigned_id: null },
			after: { assigned_id: 4 },
		},
		{
			operation: 'assignTeachers',
			given: { teacher_ids: [2, 3] },
			before: { teacher_ids: [1, 2] },
			after: { teacher_ids: [1, 2, 3] },
		},
		{
			operation: 'assignTeachers',
			given: { teacher_ids: [2, 3], listMode: 'replace' },
			before: { teacher_ids: [1, 2] },
			after: { teacher_ids: [2, 3] },
		},
		{
			operation: 'reject',
			given: { lead_reject_id: 1 },
			before: { lead_reject_id: null },
			after: { lead_reject_id: 1, e_date: '2030-12-31' },
		},
		{
			operation: 'archive',
			given: { additionalFields: { customer_reject_id: 1 } },
			before: { customer_reject_id: null },
			after: { customer_reject_id: 1 },
		},
		{ operation: 'unarchive', given: {}, before: { e_date: '2025-01-31' }, after: { e_date: '2030-12-31' } },
	])(
		'$operation with $given is done once, and again changes nothing',
		async ({ operation, given, before, after }) => {
			const { id } = lead();
			school.sandbox.store.patch('customer', id as number, before as never);

			const [first] = await run(job(operation, id, given));
			expect(first).toMatchObject({ id, operationResult: 'updated' });
			expect(first.changedFields).not.toEqual([]);
			expect(stored(id)).toMatchObject(after);
			expect(writes()).toEqual(['customer/update']);

			const state = stored(id);
			const [second] = await run(job(operation, id, given));
			expect(second).toMatchObject({ id, operationResult: 'unchanged', changedFields: [] });
			expect(writes()).toEqual(['customer/update']);
			expect(stored(id)).toEqual(state);
		},
	);

	it('reject can archive too, and refuses a client', async () => {
		const { id } = lead();
		await run(job('reject', id, { lead_reject_id: 2, additionalFields: { removed: true } }));
		expect(stored(id).e_date).not.toBe('2030-12-31');
		expect(stored(id).lead_reject_id).toBe(2);

		const before = school.records();
		const other = client().id;
		const error = await failing(job('reject', other, { lead_reject_id: 2 }));
		expect(error?.message).toBe(`Customer ${String(other)} is a client, not a lead`);
		expect(school.records()).toEqual(before);
	});

	it('tell when AlfaCRM takes the flag of the archive and does nothing', async () => {
		school.sandbox.settings.removedWrite = 'ignored';
		const { id } = lead();
		const { hints } = await school.engine.run({ parameters: job('archive', id) });
		expect(hints).toEqual([
			`AlfaCRM took the change, but shows a customer as active still. Archive it there by hand: customer ${String(id)}`,
		]);
	});

	it('reach a customer in another branch, and save there', async () => {
		school.sandbox.settings.otherBranch = 'missing';
		const { id } = lead();
		school.sandbox.store.patch('customer', id as number, { branch_ids: [3], assigned_id: null } as never);
		await run(job('assignManager', id, { assigned_id: 4 }));
		expect(stored(id)).toMatchObject({ assigned_id: 4, branch_ids: [3] });
		expect(school.sandbox.journal.at(-1)?.path).toBe('/v2api/3/customer/update');
		await run(job('takePayment', id, { income: 600, pay_account_id: 1 }));
		expect(rows('pay').at(-1)).toMatchObject({ customer_id: id, payer_name: stored(id).legal_name });
	});

	it('say that there is no such customer', async () => {
		const error = await failing(job('convertToClient', 9_999));
		expect(error?.message).toBe('AlfaCRM has no customer with ID 9999');
		expect(writes()).toEqual([]);
	});

	it('give small outputs unless the raw record is asked for', async () => {
		const { id } = lead();
		const [small] = await run(job('assignManager', id, { assigned_id: 4 }));
		expect(Object.keys(small).length).toBeLessThanOrEqual(12);
		const [raw] = await run(job('assignManager', id, { assigned_id: 4, simplify: false }));
		expect(Object.keys(raw).length).toBeGreaterThan(25);
	});
});

// ---------------------------------------------------------------- groups

describe('groups', () => {
	const of = (customer: unknown, group: unknown) =>
		rows('cgi').filter((row) => row.customer_id === customer && row.group_id === group);
	/** A customer and a group that have never met. */
	const strangers = () => {
		const customer = client().id;
		const group = some('group', (row) => inBranch1(row) && of(customer, row.id).length === 0).id;
		school.sandbox.store.patch(
			'group',
			group as number,
			{ b_date: '01.09.2026', e_date: '31.12.2030' } as never,
		);
		return { customer, group };
	};
	const join = (customer: unknown, group: unknown, more: INodeParameters = {}) =>
		job('addToGroup', customer, { group_id: pick(group), ...more });
	const leave = (customer: unknown, group: unknown, more: INodeParameters = {}) =>
		job('removeFromGroup', customer, { group_id: pick(group), leave_by: 'end', ...more });

	it('a customer is enrolled once; again it is a member already', async () => {
		const { customer, group } = strangers();
		const [first] = await run(join(customer, group));
		expect(first).toMatchObject({
			customer_id: customer,
			group_id: group,
			operationResult: 'created',
			alreadyMember: false,
		});
		const [second] = await run(join(customer, group));
		expect(second).toMatchObject({ id: first.id, operationResult: 'unchanged', alreadyMember: true });
		expect(of(customer, group)).toHaveLength(1);
		expect(writes()).toEqual(['cgi/create']);
	});

	it('AlfaCRM’s own word for a member counts where its list does not show the membership', async () => {
		const { customer, group } = strangers();
		const [{ id }] = await run(join(customer, group));
		school.sandbox.store.hide('cgi', id as number);
		expect(await run(join(customer, group))).toMatchObject([
			{ customer_id: customer, group_id: group, operationResult: 'unchanged', alreadyMember: true },
		]);
		expect(of(customer, group)).toHaveLength(1);
	});

	it('another refusal stays one', async () => {
		const { customer } = strangers();
		const error = await failing(join(customer, 9_999));
		expect(error?.message).toContain(`add customer ${String(customer)} to group 9999`);
	});

	it('who has left may join again', async () => {
		const { customer, group } = strangers();
		school.sandbox.store.insert('cgi', {
			customer_id: customer,
			group_id: group,
			b_date: '01.09.2024',
			e_date: '31.05.2025',
		} as never);
		expect(await run(join(customer, group))).toMatchObject([{ operationResult: 'created' }]);
		expect(of(customer, group)).toHaveLength(2);
	});

	it('a membership ends on a day, today if none is given; again it has ended', async () => {
		const { customer, group } = strangers();
		school.sandbox.store.insert('cgi', {
			customer_id: customer,
			group_id: group,
			b_date: '01.09.2025',
			e_date: '31.12.2030',
		} as never);
		const [first] = await run(leave(customer, group));
		expect(first).toMatchObject({ operationResult: 'updated', alreadyLeft: false, e_date: today() });
		const [second] = await run(leave(customer, group));
		expect(second).toMatchObject({ customer_id: customer, operationResult: 'unchanged', alreadyLeft: true });
		expect(of(customer, group)).toMatchObject([{ e_date: today() }]);
		expect(writes()).toEqual(['cgi/update']);
	});

	it('a membership is deleted only where that is chosen, one that begins later too', async () => {
		const { customer, group } = strangers();
		school.sandbox.store.insert('cgi', {
			customer_id: customer,
			group_id: group,
			b_date: today(10),
			e_date: today(60),
		} as never);
		expect(await run(leave(customer, group, { leave_by: 'delete' }))).toMatchObject([
			{ operationResult: 'deleted', alreadyLeft: false },
		]);
		expect(await run(leave(customer, group, { leave_by: 'delete' }))).toMatchObject([
			{ operationResult: 'unchanged', alreadyLeft: true },
		]);
		expect(of(customer, group)).toEqual([]);
	});
});

// ---------------------------------------------------------------- what is added once

describe('additions', () => {
	interface Addition {
		operation: string;
		path: string;
		given: INodeParameters;
		/** One thing else makes it another one. */
		other: INodeParameters;
		stored: IDataObject;
	}
	const additions: Addition[] = [
		{
			operation: 'sellSubscription',
			path: 'customer-tariff',
			given: { tariff_id: 1, additionalFields: { b_date: '2026-03-01', subject_ids: [1] } },
			other: { additionalFields: { b_date: '2026-04-01' } },
			stored: { tariff_id: 1, b_date: '01.03.2026', subject_ids: [1] },
		},
		{
			operation: 'takePayment',
			path: 'pay',
			given: { income: 5000, pay_account_id: 1, additionalFields: { document_date: '2026-02-09' } },
			other: { income: 4000 },
			stored: { income: '5000.00', document_date: '09.02.2026', pay_type_id: 1, branch_id: 1 },
		},
		{
			operation: 'addComment',
			path: 'communication',
			given: { comment: 'Просил позвонить вечером' },
			other: { comment: 'Просил позвонить утром' },
			stored: { class: 'Customer', type_id: 1, comment: 'Просил позвонить вечером' },
		},
		{
			operation: 'createTask',
			path: 'task',
			given: { title: 'Перезвонить', additionalFields: { due_date: '2026-02-12', assigned_ids: [4] } },
			other: { title: 'Написать' },
			stored: { title: 'Перезвонить', due_date: '12.02.2026', assigned_ids: [4], branch_ids: [1] },
		},
	];

	describe.each(additions)('$operation', ({ operation, path, given, other, stored: wanted }) => {
		const count = () => rows(path).length;

		it('is done once when it is run twice', async () => {
			const { id } = client();
			const before = count();
			const [first] = await run(job(operation, id, given));
			expect(first.operationResult).toBe('created');
			expect(rows(path).at(-1)).toMatchObject(wanted);
			const [second] = await run(job(operation, id, given));
			expect(second).toMatchObject({ id: first.id, operationResult: 'unchanged', changedFields: [] });
			expect(count()).toBe(before + 1);
		});

		it('is done once for two items of one run, and where lists show it late', async () => {
			const { id } = client();
			const { sandbox } = school;
			const original = sandbox.store.onChange;
			sandbox.store.onChange = (change) => {
				original(change);
				if (change.entity.path === path && change.after) sandbox.store.hide(path, change.after.id);
			};
			const before = count();
			const json = await run(job(operation, id, given), [{}, {}]);
			sandbox.store.onChange = original;
			expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged']);
			expect(count()).toBe(before + 1);
		});

		it('is done for another customer, with another value, and again if that is chosen', async () => {
			const [one, two] = rows('customer').filter((row) => row.is_study === 1 && isActive(row));
			const before = count();
			await run(job(operation, one.id, given));
			await run(job(operation, two.id, given));
			await run(job(operation, one.id, { ...given, ...other }));
			await run(job(operation, one.id, { ...given, skipIfThere: false }));
			expect(count()).toBe(before + 4);
		});

		it('says that there is no such customer', async () => {
			const before = count();
			const { status } = await school.engine.run({ parameters: job(operation, 9_999, given) });
			// A task is not tied to its customers by AlfaCRM.
			expect(status).toBe(operation === 'createTask' ? 'success' : 'error');
			expect(count()).toBe(before + (operation === 'createTask' ? 1 : 0));
		});
	});

	it('a payment is of today, an income, and paid by the payer of the customer, unless told otherwise', async () => {
		const { id, legal_name } = client();
		await run(job('takePayment', id, { income: 700, pay_account_id: 1 }));
		expect(rows('pay').at(-1)).toMatchObject({
			document_date: today(),
			pay_type_id: 1,
			payer_name: legal_name,
			customer_id: id,
		});
		await run(
			job('takePayment', id, { income: 800, pay_account_id: 1, additionalFields: { payer_name: 'Бабушка' } }),
		);
		expect(rows('pay').at(-1)).toMatchObject({ payer_name: 'Бабушка' });
	});

	it('an old comment with the same text does not count, nor does a task that is done', async () => {
		const { id } = client();
		school.sandbox.store.insert('communication', {
			class: 'Customer',
			related_id: id,
			type_id: 1,
			comment: 'Не дозвонились',
			added: '2026-01-10 12:00:00',
		} as never);
		expect(await run(job('addComment', id, { comment: 'Не дозвонились' }))).toMatchObject([
			{ operationResult: 'created' },
		]);
		school.sandbox.store.insert('task', {
			title: 'Позвонить',
			customer_ids: [id],
			branch_ids: [1],
			is_done: 1,
		} as never);
		expect(await run(job('createTask', id, { title: 'Позвонить' }))).toMatchObject([
			{ operationResult: 'created' },
		]);
	});

	it('two at the same moment make one', async () => {
		const { id } = client();
		const before = rows('pay').length;
		const parameters = job('takePayment', id, { income: 900, pay_account_id: 1 });
		await Promise.all([run(parameters), run(parameters)]);
		expect(rows('pay')).toHaveLength(before + 1);
	});

	it.each<[string, INodeParameters, RegExp]>([
		['takePayment', { income: 'много', pay_account_id: 1 }, /^'Sum' must be a number/],
		['createTask', { title: '={{ "" }}' }, /^'Title' and 'Text' are both empty/],
		[
			'sellSubscription',
			{ tariff_id: 1, additionalFields: { b_date: 'весной' } },
			/^'Start Date' must be a date/,
		],
	])('%s refuses %j before a call', async (operation, given, message) => {
		const error = await failing(job(operation, 1, given));
		expect(error?.message).toMatch(message);
		expect(school.calls()).toEqual([]);
	});
});

// ---------------------------------------------------------------- attendance

describe('mark attendance', () => {
	const planned = () =>
		some(
			'lesson',
			(row) => row.status === 1 && row.branch_id === 1 && (row.customer_ids as number[]).length > 1,
		);
	const mark = (id: unknown, more: INodeParameters) => ({
		resource: 'lesson',
		operation: 'markAttendance',
		branchId: 1,
		id: pick(id),
		if_conducted: 'refuse',
		...more,
	});
	const attendance = (lesson: unknown) =>
		Object.fromEntries(
			rows('lesson-details')
				.filter((row) => row.lesson_id === lesson)
				.map((row) => [row.customer_id, row.is_attend]),
		);

	it.each(['always', 'withCustomer'] as const)(
		'conducts a planned lesson, and again changes nothing, where details are shown %s',
		async (lessonDetails) => {
			school.sandbox.settings.lessonDetails = lessonDetails;
			const { id, customer_ids } = planned();
			const [one, two] = customer_ids as number[];
			const given = mark(id, {
				present_ids: String(one),
				absent_ids: `${two}`,
				additionalFields: { topic: 'Датчики' },
			});

			expect(await run(given)).toMatchObject([{ id, status: 3, operationResult: 'updated' }]);
			expect(school.sandbox.journal.at(-1)).toMatchObject({
				path: '/v2api/1/lesson/teach',
				query: { id: String(id) },
				body: {
					status: 3,
					topic: 'Датчики',
					details: [
						{ customer_id: one, is_attend: 1 },
						{ customer_id: two, is_attend: 0 },
					],
				},
			});
			expect(attendance(id)).toMatchObject({ [one]: 1, [two]: 0 });

			expect(await run(given)).toMatchObject([{ id, operationResult: 'unchanged', changedFields: [] }]);
			expect(writes()).toEqual(['lesson/teach']);
		},
	);

	it('of a conducted lesson stops at another attendance, unless it is to be sent again', async () => {
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids as number[];
		await run(mark(id, { present_ids: `${one},${two}` }));

		const error = await failing(mark(id, { absent_ids: `${two}`, present_ids: `${one}` }));
		expect(error?.message).toBe(
			`Lesson ${String(id)} is conducted already, with another attendance of customer ${two}`,
		);
		expect(attendance(id)).toMatchObject({ [one]: 1, [two]: 1 });

		await run(mark(id, { absent_ids: `${two}`, if_conducted: 'teach' }));
		expect(attendance(id)).toMatchObject({ [one]: 1, [two]: 0 });
		expect(
			rows('lesson-details').filter((row) => row.lesson_id === id && row.customer_id === two),
		).toHaveLength(1);
	});

	it('takes what is more to say of a customer from the rows of the form', async () => {
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids as number[];
		const details = { values: [{ customer_id: String(one), is_attend: true, grade: '5', note: 'Молодец' }] };
		const given = mark(id, { present_ids: `${two}`, additionalFields: { details } });
		await run(given);
		expect(some('lesson-details', (row) => row.lesson_id === id && row.customer_id === one)).toMatchObject({
			grade: '5',
			note: 'Молодец',
			is_attend: 1,
		});
		expect(await run(given)).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	it('refuses a cancelled lesson', async () => {
		const { id } = planned();
		school.sandbox.store.patch('lesson', id as number, { status: 2 });
		const error = await failing(mark(id, { present_ids: '1' }));
		expect(error?.message).toBe(`Lesson ${String(id)} is cancelled, so nobody attended it`);
		expect(writes()).toEqual([]);
	});

	it.each<[INodeParameters, string]>([
		[
			{},
			expect.stringMatching(/^No customer is given whose attendance is to be marked: 'Present Customer IDs'/),
		],
		[{ present_ids: '5, 6', absent_ids: '6' }, 'Customer 6 is given twice'],
	])('refuses %j before a call', async (given, message) => {
		expect((await failing(mark(1, given)))?.message).toEqual(message);
		expect(school.calls()).toEqual([]);
	});
});

it('all jobs have a test here, those of a group beside the other actions', () => {
	const names = entities.flatMap(({ resource, actions = [] }) =>
		actions.filter(({ kind }) => !SENT_AS_THEY_ARE.includes(kind)).map(({ name }) => `${resource}.${name}`),
	);
	expect(names.sort()).toEqual(
		[
			'customer.addComment',
			'customer.addToGroup',
			'customer.archive',
			'customer.assignManager',
			'customer.assignTeachers',
			'customer.convertToClient',
			'customer.createTask',
			'customer.moveToStage',
			'customer.reject',
			'customer.removeFromGroup',
			'customer.sellSubscription',
			'customer.takePayment',
			'customer.unarchive',
			'group.archive',
			'group.unarchive',
			'lesson.conduct',
			'lesson.markAttendance',
		].sort(),
	);
});
