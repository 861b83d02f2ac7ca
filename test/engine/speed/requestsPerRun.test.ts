import type { INodeParameters } from 'n8n-workflow';

import { byPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 200 });
const { add, customer, lead, rows, run, set } = officeOf(school);

const count = (call: string) => school.entries(call).length;

describe('Create Task without a date', () => {
	const task = (id: unknown, title: unknown): INodeParameters =>
		({
			resource: 'customer',
			operation: 'createTask',
			branchId: 1,
			id,
			title,
			additionalFields: {},
		}) as INodeParameters;
	const undated = 200;
	beforeEach(() => {
		for (let n = 1; n <= undated; n++)
			add('task', { title: `Дело ${n}`, branch_ids: [1], customer_ids: [1] });
	});

	it('reads the tasks once for a run, not for each item', async () => {
		const ids = Array.from({ length: 12 }, () => lead());
		const before = rows('task').length;
		const json = await run(task('={{ $json.id }}', 'Перезвонить'), { items: ids.map((id) => ({ id })) });
		expect(json.map(({ operationResult }) => operationResult)).toEqual(ids.map(() => 'created'));
		expect(rows('task')).toHaveLength(before + ids.length);
		// One reading, and one more to be sure.
		expect(count('task/index')).toBeLessThanOrEqual(2 * (undated / 20 + 4));
	});

	it('looks at each task of a customer once, however many there are', async () => {
		const id = lead();
		for (let n = 1; n <= 40_000; n++)
			add('task', { title: `Дело ${n}`, branch_ids: [1], customer_ids: [id] });
		set({ bodyPageSize: 'honoured' });
		const begun = performance.now();
		expect(await run(task(pick(id), 'Перезвонить'))).toMatchObject([{ operationResult: 'created' }]);
		expect(performance.now() - begun).toBeLessThan(5_000);
	}, 30_000);

	it('still makes each task once: of two items, and of two runs', async () => {
		const [one, two] = [lead(), lead()];
		const items = [one, two, one, two, one].map((id) => ({ id }));
		const results = async () =>
			(await run(task('={{ $json.id }}', 'Перезвонить'), { items })).map(
				({ operationResult }) => operationResult,
			);
		expect(await results()).toEqual(['created', 'created', 'unchanged', 'unchanged', 'unchanged']);
		expect(await results()).toEqual(items.map(() => 'unchanged'));
		expect(count('task/index')).toBeLessThanOrEqual(4 * (undated / 20 + 4));
	});

	it('sees what somebody else made between two runs', async () => {
		const id = lead();
		await run(task(pick(id), 'Перезвонить'));
		const made = rows('task').length;
		add('task', { title: 'Написать', branch_ids: [1], customer_ids: [id] });
		expect(await run(task('={{ $json.id }}', 'Написать'), { items: [{ id }, { id }, { id }] })).toMatchObject(
			Array.from({ length: 3 }, () => ({ operationResult: 'unchanged' })),
		);
		expect(rows('task')).toHaveLength(made + 1);
		expect(count('task/index')).toBeLessThanOrEqual(4 * (undated / 20 + 4));
	});
});

describe('a match by a custom field, which AlfaCRM cannot be asked for', () => {
	const by = (operation: string, value: string): INodeParameters => ({
		...byPhone('', operation === 'upsert' ? { name: 'Новый Лид' } : {}, {}),
		operation,
		matchBy: 'customField',
		matchField: 'custom_dogovor',
		matchValue: value,
		options: operation === 'find' ? { ifNone: 'nothing' } : {},
	});
	const some = () => Array.from({ length: 15 }, (_, n) => lead({ custom_dogovor: `Л-${n}` }));

	it.each(['find', 'upsert'])(
		'reads the customers once for a run of %s, not for each item',
		async (operation) => {
			const ids = some();
			await run(by(operation, 'Л-3'));
			const forOne = count('customer/index');
			school.sandbox.clearJournal();
			const items = ids.map((_, n) => ({ value: `Л-${n}` }));
			const json = await run(by(operation, '={{ $json.value }}'), { items });
			expect(json.map(({ id }) => id)).toEqual(ids);
			expect(count('customer/index')).toBeLessThanOrEqual(2 * forOne);
		},
	);

	it('knows what earlier items of the run have made and changed', async () => {
		const [first, second] = some();
		const values = ['Л-0', 'Новый', 'Новый', 'Л-1', 'Новый', 'Л-0'];
		const before = rows('customer').length;
		await run(by('upsert', 'Л-5'));
		const forOne = count('customer/index');
		school.sandbox.clearJournal();
		const json = await run(by('upsert', '={{ $json.value }}'), { items: values.map((value) => ({ value })) });
		expect(json.map(({ operationResult }) => operationResult)).toEqual([
			'unchanged',
			'created',
			'unchanged',
			'unchanged',
			'unchanged',
			'unchanged',
		]);
		expect(json.map(({ id }) => id)).toEqual([first, json[1].id, json[1].id, second, json[1].id, first]);
		expect(rows('customer')).toHaveLength(before + 1);
		expect(customer(json[1].id).custom_dogovor).toBe('Новый');
		expect(count('customer/index')).toBeLessThanOrEqual(2 * forOne + 3);
	});
});

it('hints of one kind are one hint, however many items they are about', async () => {
	school.sandbox.settings.removedWrite = 'ignored';
	const ids = Array.from({ length: 30 }, () => lead());
	const parameters = { resource: 'customer', operation: 'archive', branchId: 1, id: '={{ $json.id }}' };
	const { hints, error } = await school.engine.run({ parameters, items: ids.map((id) => ({ id })) });
	expect(error).toBeUndefined();
	expect(hints).toHaveLength(1);
	expect(hints[0]).toContain(String(ids[0]));
});
