import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { delay } from '../../../sandbox/http/delay';
import { Engine } from '../support/engine';
import { byPhone, given, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { customer, lead, rows, run, set, whole, writes } = officeOf(school);

const PHONE = '+7(900)555-00-01';
/** Answers take so long that two executions overlap in every step. */
beforeEach(() => set({ latencyMs: 15 }));

/** Executions at the same moment, each with its own credential where that is asked for. */
async function together(list: INodeParameters[], credentials: 'one' | 'two') {
	const { hostname } = school.credential;
	const engines = list.map((_, index) =>
		credentials === 'one'
			? school.engine
			: // The same user of the same school, pasted in another way.
				new Engine(
					{ ...school.credential, hostname: `${String(hostname)}${index % 2 ? '/' : ''}` },
					String(index + 1),
				),
	);
	return await Promise.all(list.map(async (parameters, index) => await engines[index].run({ parameters })));
}
const resultsOf = (runs: ReadonlyArray<{ json: IDataObject[] }>) =>
	runs.map(({ json }) => json[0]?.operationResult).sort();
const planned = () => {
	const lesson = rows('lesson').find(
		(row) => row.status === 1 && row.branch_id === 1 && (row.customer_ids as number[]).length > 1,
	);
	return lesson as IDataObject & { customer_ids: number[] };
};
const mark = (more: INodeParameters): INodeParameters => ({
	resource: 'lesson',
	operation: 'complete',
	branchId: 1,
	id: pick(planned().id),
	if_completed: 'refuse',
	additionalFields: {},
	...more,
});
const assign = (id: number, teacher_ids: number[]): INodeParameters => ({
	resource: 'customer',
	operation: 'assignTeachers',
	branchId: 1,
	id: pick(id),
	teacher_ids,
	listMode: 'add',
});
const addTo = (id: number, updateFields: INodeParameters): INodeParameters => ({
	resource: 'customer',
	operation: 'update',
	branchId: 1,
	id: String(id),
	listMode: 'add',
	updateFields,
});

describe.each(['one', 'two'] as const)(
	'two executions at once, with %s credential(s) of an account',
	(credentials) => {
		it('complete a lesson once', async () => {
			const { id, customer_ids } = planned();
			const parameters = mark({ present_ids: customer_ids.join(',') });
			const runs = await together([parameters, parameters], credentials);
			expect(resultsOf(runs)).toEqual(['unchanged', 'updated']);
			expect(writes()).toEqual(['lesson/teach']);
			expect(rows('lesson-details').filter(({ lesson_id }) => lesson_id === id)).toHaveLength(
				customer_ids.length,
			);
		});

		it('that mark different things leave one of both, and the other is refused', async () => {
			const [one, two] = planned().customer_ids;
			const runs = await together(
				[mark({ present_ids: `${one},${two}` }), mark({ present_ids: `${one}`, absent_ids: `${two}` })],
				credentials,
			);
			expect(runs.map(({ status }) => status).sort()).toEqual(['error', 'success']);
			expect(runs.find(({ error }) => error)?.error?.message).toContain('is already completed');
			expect(writes()).toEqual(['lesson/teach']);
		});

		it('teach once where one gives IDs and the other rows', async () => {
			const { id, customer_ids } = planned();
			const values = customer_ids.map((one) => ({ customer_id: String(one), is_attend: true }));
			const runs = await together(
				[
					mark({ present_ids: customer_ids.join(',') }),
					{
						resource: 'lesson',
						operation: 'complete',
						branchId: 1,
						id: pick(id),
						details: { values },
						additionalFields: {},
					} as INodeParameters,
				],
				credentials,
			);
			expect(runs.map(({ error }) => error)).toEqual([undefined, undefined]);
			expect(writes()).toEqual(['lesson/teach']);
		});

		it.each<[string, (id: number) => INodeParameters[], IDataObject]>([
			[
				'Update',
				(id) => ['02', '03'].map((end) => addTo(id, { phone: given([`+7(900)555-00-${end}`]) })),
				{ phone: [PHONE, '+7(900)555-00-02', '+7(900)555-00-03'] },
			],
			['a job', (id) => [assign(id, [2]), assign(id, [3])], { teacher_ids: [1, 2, 3] }],
			[
				'Update and a job',
				(id) => [addTo(id, { teacher_ids: [2] }), assign(id, [3])],
				{ teacher_ids: [1, 2, 3] },
			],
			[
				'Update and Create or Update',
				(id) => [addTo(id, { teacher_ids: [2] }), byPhone(PHONE, { teacher_ids: [3] })],
				{ teacher_ids: [1, 2, 3] },
			],
			[
				'Create or Update by two keys',
				(id) => [
					byPhone(PHONE, { teacher_ids: [2] }),
					{ ...byPhone('', { teacher_ids: [3] }), matchBy: 'id', id: pick(id) },
				],
				{ teacher_ids: [1, 2, 3] },
			],
		])('lose no value that they add to a list: %s', async (_what, jobs, wanted) => {
			const id = lead({ phone: [PHONE], teacher_ids: [1] });
			// Whoever writes first is slow, so that the other one could read in between.
			school.sandbox.faults.add({ kind: 'delay', ms: 400, match: { entity: 'customer', action: 'update' } });
			const runs = await together(jobs(id), credentials);
			expect(runs.map(({ error }) => error)).toEqual([undefined, undefined]);
			for (const [name, values] of Object.entries(wanted)) {
				expect([...(customer(id)[name] as unknown[])].sort()).toEqual(values);
			}
		});
	},
);

describe('two credentials of one account at once', () => {
	it.each<[string, string, (id: number) => INodeParameters]>([
		['make one customer', 'customer', () => byPhone('8 900 555 00 01', { name: 'Соколов Артём' })],
		[
			'take one payment',
			'pay',
			(id) => ({ operation: 'takePayment', id: pick(id), income: 900, pay_account_id: 1 }),
		],
		[
			'sell one subscription',
			'customer-tariff',
			(id) => ({ operation: 'sellSubscription', id: pick(id), tariff_id: 1 }),
		],
		['make one task', 'task', (id) => ({ operation: 'createTask', id: pick(id), title: 'Перезвонить' })],
		[
			'write one comment',
			'communication',
			(id) => ({ operation: 'addComment', id: pick(id), comment: 'Ждёт' }),
		],
	])('%s', async (_what, path, job) => {
		const id = lead({ is_study: 1 });
		const before = rows(path).length;
		const parameters = { resource: 'customer', branchId: 1, ...job(id) };
		const runs = await together([parameters, parameters], 'two');
		expect(runs.map(({ error }) => error)).toEqual([undefined, undefined]);
		expect(resultsOf(runs)).toEqual(['created', 'unchanged']);
		expect(rows(path)).toHaveLength(before + 1);
	});
});

it('an execution that waits for its turn can be cancelled, and then sends nothing', async () => {
	const id = lead({ phone: [PHONE], note: 'Старое' });
	set({ latencyMs: 0 });
	const never = new AbortController().signal;
	// The first one holds the record until its update is let through.
	let letThrough = () => {};
	let arrive = () => {};
	const arrived = new Promise<void>((resolve) => (arrive = resolve));
	const gate = new Promise<void>((resolve) => (letThrough = resolve));
	school.sandbox.onRequest = async ({ action }) => {
		if (action !== 'update') return;
		arrive();
		await gate;
	};
	const first = whole(byPhone(PHONE, { note: 'Первое' }));
	await arrived;

	const stop = new AbortController();
	const second = whole(byPhone(PHONE, { note: 'Второе' }), { signal: stop.signal });
	// It waits for its turn when it asks nothing more.
	for (let calls = -1, still = 0; still < 50; still++) {
		await delay(1, never);
		if (school.calls().length !== calls) still = 0;
		calls = school.calls().length;
	}
	const before = school.calls().length;
	stop.abort();
	const ended = await Promise.race([second.then(() => true), delay(3_000, never).then(() => false)]);
	letThrough();
	await Promise.all([first, second]);

	expect(ended).toBe(true);
	expect((await second).json).toEqual([]);
	expect(customer(id).note).toBe('Первое');
	expect(school.calls()).toHaveLength(before);
	// Whoever comes after it is not held up by it.
	expect(await run(byPhone(PHONE, { note: 'Третье' }))).toMatchObject([{ operationResult: 'updated' }]);
});

const EMAIL = 'mia@example.org';
const DOGOVOR = 'Д-новый';

const upsert = (key: INodeParameters, fieldsToSet: INodeParameters): INodeParameters => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	...key,
	fieldsToSet: { name: 'Орлова Мия', ...fieldsToSet },
	options: {},
});
const custom = (value: string): INodeParameters => ({
	customFields: { values: [{ name: 'custom_dogovor', value }] },
});

const keyedByPhone = (fields: INodeParameters) => upsert({ matchBy: 'phone', phone: PHONE }, fields);
const byEmail = (fields: INodeParameters) => upsert({ matchBy: 'email', email: EMAIL }, fields);
const byContract = (fields: INodeParameters) =>
	upsert({ matchBy: 'customField', matchField: 'custom_dogovor', matchValue: DOGOVOR }, fields);

/** Each knows of the other's key, spelled in another way. */
const PAIRS: Array<[string, INodeParameters, INodeParameters]> = [
	['phone and email', keyedByPhone({ email: 'Mia@Example.org' }), byEmail({ phone: '8 900 555 00 01' })],
	['email and custom field', byEmail(custom(' Д-НОВЫЙ')), byContract({ email: EMAIL })],
	['custom field and phone', byContract({ phone: '89005550001' }), keyedByPhone(custom(DOGOVOR))],
];

describe('two executions that look for the same new customer', () => {
	it.each(PAIRS)('by %s make one', async (_what, one, other) => {
		const before = rows('customer').length;
		await Promise.all([run(one), run(other)]);
		expect(rows('customer')).toHaveLength(before + 1);
	});

	it('by several keys in turns do not wait for each other for ever', async () => {
		const before = rows('customer').length;
		const all = PAIRS.flatMap(([, one, other]) => [run(one), run(other)]);
		const results = (await Promise.all(all)).flat().map(({ operationResult }) => operationResult);
		expect(results.filter((result) => result === 'created').length).toBe(rows('customer').length - before);
	});
});
