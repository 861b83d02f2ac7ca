import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { isActive, job, jobsOf, today } from '../support/jobs';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { rows, client, run, failing } = jobsOf(school);

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
			const json = await run(job(operation, id, given), { items: [{}, {}] });
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
			const { error } = await school.engine.run({ parameters: job(operation, 9_999, given) });
			expect(error?.message).toBe('AlfaCRM has no customer with ID 9999');
			expect(count()).toBe(before);
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
		['takePayment', { income: 'много', pay_account_id: 1 }, /^'Amount' must be a number/],
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
