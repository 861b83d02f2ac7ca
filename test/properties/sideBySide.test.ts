import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { depth, seed } from '../support/depth';
import { SmallSchool } from '../unit/operations/school';

jest.setTimeout(600_000);

/**
 * Executions and items that are under way at the same moment, in one process. AlfaCRM's answers come in any order, which
 * fast-check chooses; whatever it is, what comes of them is what would come of one after the other.
 */
const PHONE = '+7(900)555-00-01';
const EMAIL = 'mia@example.org';
const CONTRACT = 'Д-новый';
let school: SmallSchool;

/** The same account, pasted in two ways; n8n keeps the two apart. */
const CREDENTIALS = ['demo', 'https://demo.s20.online/'].map((hostname) => ({ hostname, callsAtOnce: 5 }));

const forCustomer = (operation: string, more: IDataObject): IDataObject => ({
	resource: 'customer',
	operation,
	branchId: 1,
	simplify: false,
	additionalFields: {},
	options: {},
	...more,
});
const upsert = (key: IDataObject, { name = '', ...fieldsToSet }: IDataObject, options: IDataObject = {}) =>
	forCustomer('upsert', { ...key, name, fieldsToSet, options });
const byPhone = (fields: IDataObject, phone = PHONE) => upsert({ matchBy: 'phone', phone }, fields);
const byEmail = (fields: IDataObject) => upsert({ matchBy: 'email', email: EMAIL }, fields);
const byContract = (fields: IDataObject) =>
	upsert({ matchBy: 'customField', matchField: 'custom_dogovor', matchValue: CONTRACT }, fields);
const custom = (value: string) => ({ customFields: { values: [{ name: 'custom_dogovor', value }] } });

function open(): void {
	school = new SmallSchool();
	for (const path of ['pay-account', 'pay-item', 'location', 'subject'])
		school.addRecord(path, { name: 'A' });
	school.addRecord('user', { name: 'A', email: 'api@school.example' });
	school.addRecord('tariff', { name: 'A', type: 1, price: '1000.00' });
	for (let id = 1; id <= 3; id++) school.addRecord('teacher', { name: `Учитель ${id}`, branch_ids: [1] });
	// Somebody shows the custom field, so that there is one.
	school.addLead({ custom_dogovor: 'Д-старый', phone: ['+7(900)555-99-99'] });
}

/** From now on answers come as the scheduler says. */
const inOrderOf = (order: fc.Scheduler) => {
	school.onCall = async () => void (await order.schedule(Promise.resolve()));
};
const results = (runs: Array<{ json: IDataObject[] }>) =>
	runs.map(({ json }) => json[0]?.operationResult).sort();

describe('two executions at the same moment, by one credential or by two of an account,', () => {
	/** What they do about a customer, and what there must be afterwards. */
	interface Case {
		jobs: (id: number) => IDataObject[];
		holds: (id: number, runs: Awaited<ReturnType<SmallSchool['runToEnd']>>[]) => void;
	}

	const succeeded: Case['holds'] = (_id, runs) =>
		expect(runs.map(({ error }) => error)).toEqual(runs.map(() => undefined));

	/** Each adds one of two values to a list. */
	const adding = (field: string, values: unknown[], jobs: Case['jobs']): Case => ({
		jobs,
		holds: (id, runs) => {
			succeeded(id, runs);
			expect([...(school.readRecord('customer', id)[field] as unknown[])].sort()).toEqual(values);
		},
	});
	const update = (id: number, updateFields: IDataObject) =>
		forCustomer('update', { id, listMode: 'add', updateFields });
	const assign = (id: number, teacher: number) =>
		forCustomer('assignTeachers', { id, teacher_ids: [teacher], listMode: 'add' });

	/** The same record is made by either. */
	const making = (path: string, jobs: Case['jobs']): Case => ({
		jobs,
		holds: (id, runs) => {
			succeeded(id, runs);
			expect(school.readWrites().filter((call) => call === `${path}/create`)).toHaveLength(1);
		},
	});
	const twice = (operation: string, more: IDataObject) => (id: number) => {
		const job = forCustomer(operation, { id, ...more });
		return [job, job];
	};

	const lesson = (customer_ids: number[]) =>
		school.addRecord('lesson', {
			...{ branch_id: 1, date: '2026-02-10', lesson_type_id: 2, subject_id: 1, status: 1 },
			...{ time_from: '2026-02-10 17:00:00', time_to: '2026-02-10 18:00:00' },
			...{ teacher_ids: [], group_ids: [], customer_ids },
		});
	/** Both complete one lesson of two customers, each with what is given of the two. */
	const completing =
		(...marks: Array<(one: number, two: number) => IDataObject>): Case['jobs'] =>
		(one) => {
			const two = school.addLead({ is_study: 1 });
			const lessonId = lesson([one, two]);
			const common = { resource: 'lesson', operation: 'complete', branchId: 1, id: lessonId };
			const usual = { if_completed: 'refuse', additionalFields: {} };
			return marks.map((mark) => ({ ...common, ...usual, ...mark(one, two) }));
		};
	const bothThere = (one: number, two: number) => ({ present_ids: `${one},${two}` });
	const bothByRows = (one: number, two: number) => ({
		details: { values: [one, two].map((id) => ({ customer_id: String(id), is_attend: true })) },
	});
	const oneThere = (one: number, two: number) => ({ present_ids: `${one}`, absent_ids: `${two}` });
	const taughtOnce = () => expect(school.readWrites()).toEqual(['lesson/teach']);

	const CASES: Record<string, Case> = {
		'complete a lesson once': {
			jobs: completing(bothThere, bothThere),
			holds: (_id, runs) => {
				expect(results(runs)).toEqual(['unchanged', 'updated']);
				expect(school.readRecords('lesson-details')).toHaveLength(2);
				taughtOnce();
			},
		},
		'complete a lesson once where one gives IDs and the other rows': {
			jobs: completing(bothThere, bothByRows),
			holds: (id, runs) => {
				succeeded(id, runs);
				taughtOnce();
			},
		},
		'that mark different things leave one of both, and the other is refused': {
			jobs: completing(bothThere, oneThere),
			holds: (_id, runs) => {
				const errors = runs.flatMap(({ error }) => error?.message ?? []);
				expect(errors).toEqual([expect.stringContaining('is already completed')]);
				taughtOnce();
			},
		},
		'lose no phone that Update adds': adding('phone', [PHONE, '+7(900)555-00-02', '+7(900)555-00-03'], (id) =>
			['02', '03'].map((end) => update(id, { phone: [`+7(900)555-00-${end}`] })),
		),
		'lose no teacher that a job adds': adding('teacher_ids', [1, 2, 3], (id) => [
			assign(id, 2),
			assign(id, 3),
		]),
		'lose no teacher that Update and a job add': adding('teacher_ids', [1, 2, 3], (id) => [
			update(id, { teacher_ids: [2] }),
			assign(id, 3),
		]),
		'lose no teacher that Update and Create or Update add': adding('teacher_ids', [1, 2, 3], (id) => [
			update(id, { teacher_ids: [2] }),
			byPhone({ teacher_ids: [3] }),
		]),
		'lose no teacher that Create or Update adds by two keys': adding('teacher_ids', [1, 2, 3], (id) => [
			byPhone({ teacher_ids: [2] }),
			upsert({ matchBy: 'id', id }, { teacher_ids: [3] }),
		]),
		'take one payment': making('pay', twice('takePayment', { income: 900, pay_account_id: 1 })),
		'sell one subscription': making('customer-tariff', twice('sellSubscription', { tariff_id: 1 })),
		'make one task': making('task', twice('createTask', { title: 'Перезвонить' })),
		'write one comment': making('communication', twice('addComment', { comment: 'Ждёт' })),
		'make one customer by a phone': making('customer', () => {
			const job = byPhone({ name: 'Соколов Артём' }, '8 900 555 00 05');
			return [job, job];
		}),
		// Each knows of the other's key, spelled in another way.
		'make one customer by phone and by email': making('customer', () => [
			byPhone({ name: 'Орлова Мия', email: EMAIL.toUpperCase() }, '+7 900 555 00 05'),
			byEmail({ name: 'Орлова Мия', phone: '8 900 555 00 05' }),
		]),
		'make one customer by email and by a custom field': making('customer', () => [
			byEmail({ name: 'Орлова Мия', ...custom(` ${CONTRACT}  `) }),
			byContract({ name: 'Орлова Мия', email: EMAIL }),
		]),
		'make one customer by a custom field and by phone': making('customer', () => [
			byContract({ name: 'Орлова Мия', phone: '89005550005' }),
			byPhone({ name: 'Орлова Мия', ...custom(CONTRACT) }, '+7 900 555 00 05'),
		]),
	};

	it.each(Object.entries(CASES))('%s', async (_what, { jobs, holds }) => {
		const property = fc.asyncProperty(fc.boolean(), fc.scheduler(), async (isOne, order) => {
			open();
			const id = school.addLead({ is_study: 1, phone: [PHONE], teacher_ids: [1] });
			const both = jobs(id);
			inOrderOf(order);
			const runs = both.map(
				async (job, n) => await school.runToEnd(job, { credential: { ...CREDENTIALS[isOne ? 0 : n] } }),
			);
			holds(id, await order.waitFor(Promise.all(runs)));
		});
		await fc.assert(property, { seed, numRuns: depth.sideBySide });
	});

	it('and more, about the same new people by other keys and in other orders, come to an end and make each once', async () => {
		const keys = fc.constantFrom('phone', 'email', 'both');
		const item = fc.record({ person: fc.nat({ max: 2 }), by: keys });
		const items = fc.array(item, { minLength: 1, maxLength: 6 });
		const property = fc.asyncProperty(
			fc.array(items, { minLength: 3, maxLength: 3 }),
			fc.scheduler(),
			async (all, order) => {
				open();
				const each = all.map((some) =>
					some.map(({ person, by }) => {
						const phone = `+7(900)555-11-0${person}`;
						const email = `vera${person}@school.example`;
						const key = { phone: by === 'email' ? '' : phone, email: by === 'phone' ? '' : email };
						return upsert({ matchBy: 'phoneOrEmail', ...key }, { name: `Вера ${person}`, phone, email });
					}),
				);
				inOrderOf(order);
				const runs = each.map(
					async (some, n) =>
						await school.runToEnd({}, { parametersByItem: some, credential: { ...CREDENTIALS[n % 2] } }),
				);
				const ended = await order.waitFor(Promise.all(runs));
				expect(ended.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
				const people = new Set(all.flat().map(({ person }) => person));
				expect(school.readRecords('customer')).toHaveLength(1 + people.size);
			},
		);
		await fc.assert(property, { seed, numRuns: depth.sideBySide * 2 });
	});
});

describe('items of one execution that overlap', () => {
	/** A person is found by a phone or by an email, and may lose the phone to the next one. */
	const item = fc.record({
		person: fc.nat({ max: 1 }),
		by: fc.constantFrom('phone', 'email'),
		fields: fc.record(
			{
				note: fc.constantFrom('a', 'b', 'c'),
				web: fc.constantFrom('a.example', 'b.example').map((site) => [site]),
				phone: fc.constantFrom('+7(900)555-22-02', '+7(900)555-22-00').map((phone) => [phone]),
			},
			{ requiredKeys: [] },
		),
		listMode: fc.constantFrom('add', 'replace'),
	});
	type Item = typeof item extends fc.Arbitrary<infer T> ? T : never;

	async function endOf(items: Item[], callsAtOnce: number, order?: fc.Scheduler) {
		open();
		for (const n of [0, 1]) {
			school.addLead({
				name: `Вера ${n}`,
				phone: [`+7(900)555-22-0${n}`],
				email: [`vera${n}@school.example`],
			});
		}
		const each = items.map(({ person, by, fields, listMode }) => {
			const phone = by === 'phone' ? `+7(900)555-22-0${person}` : '';
			const email = by === 'email' ? `vera${person}@school.example` : '';
			return upsert(
				{ matchBy: 'phoneOrEmail', phone, email },
				{ name: `Вера ${person}`, ...fields },
				{ listMode },
			);
		});
		if (order) inOrderOf(order);
		const run = school.runToEnd(
			{},
			{ parametersByItem: each, credential: { ...CREDENTIALS[0], callsAtOnce }, continueOnFail: true },
		);
		const { json } = order ? await order.waitFor(run) : await run;
		const people = school
			.readRecords('customer')
			.map(({ id, name, phone, email, web, note }) => ({ id, name, phone, email, web, note }));
		return { results: json.map(({ id, operationResult, error }) => [id, operationResult, error]), people };
	}

	/** All that an item names a record by. */
	const valuesOf = ({ person, by, fields: { phone = [] } }: Item) => [
		`Вера ${person}`,
		by === 'phone' ? `+7(900)555-22-0${person}` : `vera${person}@school.example`,
		...phone,
	];

	/** Every order, as indexes, in which those that name the same value keep theirs. */
	function* ordersOf(items: Item[], rest = [...items.keys()]): Generator<number[]> {
		if (rest.length === 0) yield [];
		for (const next of rest) {
			const values = valuesOf(items[next]);
			const waits = rest.some((one) => one < next && valuesOf(items[one]).some((v) => values.includes(v)));
			if (waits) continue;
			const others = rest.filter((one) => one !== next);
			for (const order of ordersOf(items, others)) yield [next, ...order];
		}
	}

	it('leave what one after the other would, those about the same value in their order, and each tells what came of it', async () => {
		const items = fc.array(item, { minLength: 2, maxLength: 6 });
		const property = fc.asyncProperty(items, fc.scheduler(), async (given, scheduler) => {
			const end = await endOf(given, 5, scheduler);
			const others = [];
			for (const order of ordersOf(given)) {
				const { results, people } = await endOf(
					order.map((index) => given[index]),
					1,
				);
				const inPlace = given.map((_, index) => results[order.indexOf(index)]);
				const serial = { results: inPlace, people };
				if (isDeepStrictEqual(end, serial)) return;
				others.push(serial);
			}
			expect(end).toEqual(others[0]);
		});
		await fc.assert(property, { seed, numRuns: depth.sideBySide * 6 });
	});
});
