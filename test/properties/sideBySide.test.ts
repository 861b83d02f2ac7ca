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
 * Executions and items that are under way at the same moment, in one process. Answers of AlfaCRM come in any order, which
 * fast-check chooses. Whatever it is, the executions leave what they leave one after the other.
 */
jest.setTimeout(600_000);

const SECOND_PHONE = '+7(900)555-00-02';
const THIRD_PHONE = '+7(900)555-00-03';

describe('two executions at the same moment', () => {
	it('two executions complete a lesson once', async () => {
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

	it('two executions complete a lesson once when one gives the IDs of the customers and the other one gives rows', async () => {
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

	it('the second of two executions is refused when they mark different customers as present', async () => {
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

	it('two executions of Update that add a phone each keep both phones', async () => {
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
	])('two executions that add a teacher each keep both teachers ($ways)', async ({ makeForms }) => {
		await forEachOrder(async (school, runTogether) => {
			const client = school.addClient();
			const [first, second] = makeForms(client);

			const outcomes = await runTogether(first, second);

			expectNoErrors(outcomes);
			const teachers = school.readRecord('customer', client).teacher_ids as number[];
			expect([...teachers].sort()).toEqual([TEACHER.own, TEACHER.second, TEACHER.third]);
		});
	});

	it.each([
		{
			path: 'pay',
			operation: 'takePayment',
			parameters: { income: 900, pay_account_id: PAY_ACCOUNT },
		},
		{ path: 'customer-tariff', operation: 'sellSubscription', parameters: { tariff_id: PLAN } },
		{ path: 'task', operation: 'createTask', parameters: { title: 'Перезвонить' } },
		{ path: 'communication', operation: 'addComment', parameters: { comment: 'Ждёт' } },
	])(
		'two executions of $operation for one customer create one $path',
		async ({ path, operation, parameters }) => {
			await forEachOrder(async (school, runTogether) => {
				const form = customerForm(operation, { id: school.addClient(), ...parameters });

				const outcomes = await runTogether(form, form);

				expectNoErrors(outcomes);
				expect(school.countCreations(path)).toBe(1);
			});
		},
	);

	// Each form but the first two has the key of the other one as a field, spelled in another way.
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
		'two executions that look for one new person by $keys create one customer',
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
	it('three executions that name the same new people by other keys and in other orders create each person once', async () => {
		const item = fc.record({
			person: fc.nat(2),
			key: fc.constantFrom<NewCustomer['key'][]>('phone', 'email', 'both'),
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
					return await school.runToEnd({}, { parametersByItem: items.map(newCustomerForm), credential });
				});
				const outcomes = await scheduler.waitFor(Promise.all(runs));

				expectNoErrors(outcomes);
				const people = new Set(itemsByExecution.flat().map(({ person }) => person));
				expect(school.readRecords('customer')).toHaveLength(customersBefore + people.size);
			},
		);
		await fc.assert(property, { seed, numRuns: depth.sideBySide * 2 });
	});

	interface NewCustomer {
		person: number;
		key: 'phone' | 'email' | 'both';
	}

	function newCustomerForm({ person, key }: NewCustomer): IDataObject {
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
	it('overlapping items leave what they leave one after the other, in an order that items with a value in common keep', async () => {
		const property = fc.asyncProperty(itemsOfExecution, fc.scheduler(), async (items, scheduler) => {
			const outcome = await runOverlapping(items, scheduler);

			const possibleOutcomes: ExecutionOutcome[] = [];
			for (const order of listPossibleOrders(items)) {
				const possibleOutcome = await runInOrder(items, order);
				possibleOutcomes.push(possibleOutcome);
				// There may be many orders, and one that leaves the same is enough.
				if (isDeepStrictEqual(possibleOutcome, outcome)) break;
			}
			expect(possibleOutcomes).toContainEqual(outcome);
		});
		await fc.assert(property, { seed, numRuns: depth.sideBySide * 6 });
	});
});

type RunOutcome = Awaited<ReturnType<SideBySideSchool['runToEnd']>>;
type RunTogether = (first: IDataObject, second: IDataObject) => Promise<RunOutcome[]>;

/** Checks two executions with one credential or two of one account, and with answers in random orders. */
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
