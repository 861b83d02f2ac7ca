import { isDeepStrictEqual } from 'node:util';

import type { Scheduler } from 'fast-check';
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { depth, seed } from '../support/depth';
import { customerForm, PHONE } from '../unit/operations/school';
import type { ExecutionOutcome } from './sideBySide/overlappingItems';
import {
	itemsOfExecution,
	listPossibleOrders,
	runInOrder,
	runOverlapping,
} from './sideBySide/overlappingItems';
import {
	assignTeacherForm,
	completeForm,
	CONTRACT,
	contractField,
	CREDENTIALS,
	EMAIL,
	PAY_ACCOUNT,
	PLAN,
	SideBySideSchool,
	TEACHER,
	updateForm,
	upsertByContract,
	upsertByEmail,
	upsertByPhone,
	upsertForm,
} from './sideBySide/school';

/**
 * Executions and items run at the same moment in one process. AlfaCRM's answers come in an order that fast-check chooses. In
 * any order, the school ends as if the executions had run one after the other.
 */
jest.setTimeout(600_000);

const SECOND_PHONE = '+7(900)555-00-02';
const THIRD_PHONE = '+7(900)555-00-03';

describe('two executions at the same moment', () => {
	it('Complete changes a lesson once when two executions run it at the same moment', async () => {
		await forEachOrder(async (school, runTogether) => {
			const anna = school.addClient();
			const boris = school.addClient();
			const form = completeForm(school.addLesson([anna, boris]), { present_ids: `${anna},${boris}` });

			const outcomes = await runTogether(form, form);

			const results = outcomes.map(({ json }) => json[0]?.operationResult);
			expect(results.sort()).toEqual(['unchanged', 'updated']);
			expect(school.readRecords('lesson-details')).toHaveLength(2);
			expect(school.readWrites()).toEqual(['lesson/teach']);
		});
	});

	it('Complete changes a lesson once when one execution gives the attendance as IDs and the other as rows', async () => {
		await forEachOrder(async (school, runTogether) => {
			const anna = school.addClient();
			const boris = school.addClient();
			const lesson = school.addLesson([anna, boris]);
			const rows = [
				{ customer_id: String(anna), is_attend: true },
				{ customer_id: String(boris), is_attend: true },
			];

			const outcomes = await runTogether(
				completeForm(lesson, { present_ids: `${anna},${boris}` }),
				completeForm(lesson, { details: { values: rows } }),
			);

			expectNoErrors(outcomes);
			expect(school.readWrites()).toEqual(['lesson/teach']);
		});
	});

	it('Complete refuses the second of two executions that mark different customers as present', async () => {
		await forEachOrder(async (school, runTogether) => {
			const anna = school.addClient();
			const boris = school.addClient();
			const lesson = school.addLesson([anna, boris]);

			const outcomes = await runTogether(
				completeForm(lesson, { present_ids: `${anna},${boris}` }),
				completeForm(lesson, { present_ids: `${anna}`, absent_ids: `${boris}` }),
			);

			const errors = outcomes.flatMap(({ error }) => error?.message ?? []);
			expect(errors).toEqual([expect.stringContaining('is already completed')]);
			expect(school.readWrites()).toEqual(['lesson/teach']);
		});
	});

	it('a customer keeps both phones when two executions of Update add one each at the same moment', async () => {
		await forEachOrder(async (school, runTogether) => {
			const client = school.addClient();

			const outcomes = await runTogether(
				updateForm(client, { phone: [SECOND_PHONE] }),
				updateForm(client, { phone: [THIRD_PHONE] }),
			);

			expectNoErrors(outcomes);
			const phones = school.readRecord('customer', client).phone as string[];
			expect([...phones].sort()).toEqual([PHONE, SECOND_PHONE, THIRD_PHONE]);
		});
	});

	it.each([
		{
			ways: 'Assign Teachers twice',
			makeForms: (client: number) => [
				assignTeacherForm(client, TEACHER.second),
				assignTeacherForm(client, TEACHER.third),
			],
		},
		{
			ways: 'Update and Assign Teachers',
			makeForms: (client: number) => [
				updateForm(client, { teacher_ids: [TEACHER.second] }),
				assignTeacherForm(client, TEACHER.third),
			],
		},
		{
			ways: 'Update and Create or Update',
			makeForms: (client: number) => [
				updateForm(client, { teacher_ids: [TEACHER.second] }),
				upsertByPhone({ teacher_ids: [TEACHER.third] }),
			],
		},
		{
			ways: 'Create or Update by phone and by ID',
			makeForms: (client: number) => [
				upsertByPhone({ teacher_ids: [TEACHER.second] }),
				upsertForm({ matchBy: 'id', id: client }, { teacher_ids: [TEACHER.third] }),
			],
		},
	])(
		'a customer keeps both teachers when two executions add one each at the same moment ($ways)',
		async ({ makeForms }) => {
			await forEachOrder(async (school, runTogether) => {
				const client = school.addClient();
				const [first, second] = makeForms(client);

				const outcomes = await runTogether(first, second);

				expectNoErrors(outcomes);
				const teachers = school.readRecord('customer', client).teacher_ids as number[];
				expect([...teachers].sort()).toEqual([TEACHER.own, TEACHER.second, TEACHER.third]);
			});
		},
	);

	it.each([
		{
			record: 'payment',
			path: 'pay',
			operation: 'takePayment',
			parameters: { income: 900, pay_account_id: PAY_ACCOUNT },
		},
		{
			record: 'subscription',
			path: 'customer-tariff',
			operation: 'sellSubscription',
			parameters: { tariff_id: PLAN },
		},
		{ record: 'task', path: 'task', operation: 'createTask', parameters: { title: 'Перезвонить' } },
		{ record: 'comment', path: 'communication', operation: 'addComment', parameters: { comment: 'Ждёт' } },
	])(
		'$operation creates one $record when two executions run it for one customer at the same moment',
		async ({ path, operation, parameters }) => {
			await forEachOrder(async (school, runTogether) => {
				const form = customerForm(operation, { id: school.addClient(), ...parameters });

				const outcomes = await runTogether(form, form);

				expectNoErrors(outcomes);
				expect(school.countCreations(path)).toBe(1);
			});
		},
	);

	// The two forms of a row name one person. From the second row on, each form has the key of the other one as a field.
	it.each([
		{
			keys: 'the same phone',
			first: upsertByPhone({ name: 'Соколов Артём' }, '8 900 555 00 05'),
			second: upsertByPhone({ name: 'Соколов Артём' }, '8 900 555 00 05'),
		},
		{
			keys: 'phone and email',
			first: upsertByPhone({ name: 'Орлова Мия', email: EMAIL.toUpperCase() }, '+7 900 555 00 05'),
			second: upsertByEmail({ name: 'Орлова Мия', phone: '8 900 555 00 05' }),
		},
		{
			keys: 'email and a custom field',
			first: upsertByEmail({ name: 'Орлова Мия', ...contractField(` ${CONTRACT}  `) }),
			second: upsertByContract({ name: 'Орлова Мия', email: EMAIL }),
		},
		{
			keys: 'a custom field and phone',
			first: upsertByContract({ name: 'Орлова Мия', phone: '89005550005' }),
			second: upsertByPhone({ name: 'Орлова Мия', ...contractField(CONTRACT) }, '+7 900 555 00 05'),
		},
	])(
		'Create or Update creates one customer when two executions look for one new person by $keys',
		async ({ first, second }) => {
			await forEachOrder(async (school, runTogether) => {
				school.addClient();

				const outcomes = await runTogether(first, second);

				expectNoErrors(outcomes);
				expect(school.countCreations('customer')).toBe(1);
			});
		},
	);
});

describe('three executions at the same moment', () => {
	it('Create or Update creates each new person once when three executions name them by different keys and in different orders', async () => {
		const item = fc.record({
			person: fc.nat(2),
			key: fc.constantFrom<NewPerson['key'][]>('phone', 'email', 'both'),
		});
		const items = fc.array(item, { minLength: 1, maxLength: 6 });

		const property = fc.asyncProperty(
			fc.tuple(items, items, items),
			fc.scheduler(),
			async (itemsByExecution, scheduler) => {
				const school = new SideBySideSchool();
				const customersBefore = school.readRecords('customer').length;
				school.answerInOrderOf(scheduler);

				const runs = itemsByExecution.map(async (items, index) => {
					const credential = { ...CREDENTIALS[index % 2] };
					return await school.runToEnd({}, { parametersByItem: items.map(newPersonForm), credential });
				});
				const outcomes = await scheduler.waitFor(Promise.all(runs));

				expectNoErrors(outcomes);
				const people = new Set(itemsByExecution.flat().map(({ person }) => person));
				expect(school.readRecords('customer')).toHaveLength(customersBefore + people.size);
			},
		);
		await fc.assert(property, { seed, numRuns: depth.sideBySide * 2 });
	});

	interface NewPerson {
		person: number;
		key: 'phone' | 'email' | 'both';
	}

	function newPersonForm({ person, key }: NewPerson): IDataObject {
		const phone = `+7(900)555-11-0${person}`;
		const email = `vera${person}@school.example`;
		const matchValues = {
			phone: key === 'email' ? '' : phone,
			email: key === 'phone' ? '' : email,
		};
		return upsertForm({ matchBy: 'phoneOrEmail', ...matchValues }, { name: `Вера ${person}`, phone, email });
	}
});

describe('items of one execution that overlap', () => {
	it('overlapping items of one execution leave the same customers as items that run one after the other', async () => {
		const property = fc.asyncProperty(itemsOfExecution, fc.scheduler(), async (items, scheduler) => {
			const outcome = await runOverlapping(items, scheduler);

			const possibleOutcomes: ExecutionOutcome[] = [];
			for (const order of listPossibleOrders(items)) {
				const possibleOutcome = await runInOrder(items, order);
				possibleOutcomes.push(possibleOutcome);
				// There may be many orders. One of them that ends like the execution is enough.
				if (isDeepStrictEqual(possibleOutcome, outcome)) break;
			}
			expect(possibleOutcomes).toContainEqual(outcome);
		});
		await fc.assert(property, { seed, numRuns: depth.sideBySide * 6 });
	});
});

type RunOutcome = Awaited<ReturnType<SideBySideSchool['runToEnd']>>;
type RunTogether = (first: IDataObject, second: IDataObject) => Promise<RunOutcome[]>;

/** Repeats a check with answers in random orders. The two executions have one credential, or two of one account. */
async function forEachOrder(
	check: (school: SideBySideSchool, runTogether: RunTogether) => Promise<void>,
): Promise<void> {
	const property = fc.asyncProperty(fc.boolean(), fc.scheduler(), async (hasOneCredential, scheduler) => {
		const school = new SideBySideSchool();
		const secondCredential = hasOneCredential ? CREDENTIALS[0] : CREDENTIALS[1];

		await check(school, async (first, second) => {
			return await runBoth(school, scheduler, [
				{ form: first, credential: CREDENTIALS[0] },
				{ form: second, credential: secondCredential },
			]);
		});
	});
	await fc.assert(property, { seed, numRuns: depth.sideBySide });
}

/** Runs two forms at the same moment, with answers in the order that a scheduler chooses. */
async function runBoth(
	school: SideBySideSchool,
	scheduler: Scheduler,
	executions: Array<{ form: IDataObject; credential: (typeof CREDENTIALS)[number] }>,
): Promise<RunOutcome[]> {
	school.answerInOrderOf(scheduler);
	const runs = executions.map(
		async ({ form, credential }) => await school.runToEnd(form, { credential: { ...credential } }),
	);
	return await scheduler.waitFor(Promise.all(runs));
}

function expectNoErrors(outcomes: readonly RunOutcome[]): void {
	expect(outcomes.flatMap(({ error }) => error ?? [])).toEqual([]);
}
