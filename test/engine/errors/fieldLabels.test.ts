import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

/** What AlfaCRM refuses is named as the form of that very operation has it. */
const school = useSchool({ customers: 40 });
const { add, lead, stopped } = officeOf(school);

const lesson = (customer: number): number =>
	add('lesson', {
		branch_id: 1,
		date: '2026-03-03',
		time_from: '2026-03-03 17:00:00',
		time_to: '2026-03-03 18:30:00',
		lesson_type_id: 2,
		status: 1,
		subject_id: 3,
		customer_ids: [customer],
	});

const job = (operation: string, id: unknown, fields: IDataObject): INodeParameters =>
	({
		resource: 'customer',
		operation,
		branchId: 1,
		id: pick(id),
		additionalFields: {},
		...fields,
	}) as INodeParameters;

it.each<[string, string, string, string, (customer: number) => INodeParameters]>([
	[
		'takePayment',
		'create',
		'income',
		'Amount',
		(id) => job('takePayment', id, { income: 5, pay_account_id: 1 }),
	],
	[
		'takePayment',
		'create',
		'customer_id',
		'Customer',
		(id) => job('takePayment', id, { income: 5, pay_account_id: 1 }),
	],
	[
		'sellSubscription',
		'create',
		'customer_id',
		'Customer',
		(id) => job('sellSubscription', id, { tariff_id: 1 }),
	],
	[
		'createTask',
		'create',
		'customer_ids',
		'Customer',
		(id) => job('createTask', id, { title: 'Перезвонить' }),
	],
	[
		'addComment',
		'create',
		'related_id',
		'Customer',
		(id) => job('addComment', id, { comment: 'Просил позвонить' }),
	],
	...(['details', 'topic'] as const).map(
		(field) =>
			[
				'complete',
				'teach',
				field,
				{ details: 'Attendance', topic: 'Topic' }[field],
				(id: number): INodeParameters => ({
					resource: 'lesson',
					operation: 'complete',
					branchId: 1,
					id: String(lesson(id)),
					present_ids: String(id),
					absent_ids: '',
					additionalFields: {},
				}),
			] as [string, string, string, string, (customer: number) => INodeParameters],
	),
	[
		'complete',
		'teach',
		'branch_id',
		'Branch of Lesson',
		(id) => ({
			resource: 'lesson',
			operation: 'complete',
			branchId: 1,
			id: String(lesson(id)),
			details: { values: [{ customer_id: String(id), is_attend: true }] },
			additionalFields: {},
		}),
	],
])('%s, %s refused for %s: %s', async (_operation, action, field, label, parameters) => {
	const given = parameters(lead({ is_study: 1 }));
	school.sandbox.faults.add({ kind: 'successFalse', errors: { [field]: ['Неверно.'] }, match: { action } });
	const { message, description } = await stopped(given);
	expect(message).toContain(`: ${label} – Неверно.`);
	expect(description).toMatch(/^(Correct|Fill) '/);
	expect(description).toContain(`'${label}' (${field})`);
});
