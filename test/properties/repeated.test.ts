import fc from 'fast-check';

import type { Settings } from '../../sandbox';
import type { FilledForm } from '../engine/support/arbitraryForms';
import { callInProcess, skipRetryPauses } from '../engine/support/inProcess';
import type { OperationCase } from '../engine/support/operationCases';
import { operationCases, PROMISE_BY_OPERATION } from '../engine/support/operationCases';
import { SharedAccount } from '../engine/support/sharedAccount';
import { depth, isDeep, seed } from '../support/depth';
import { resourcesAndOperations } from '../support/form';
import type { ChangingForm, Mishap } from './repeated/interruptions';
import { cancelWaitingRun, chooseMishaps, findChangingForms, interruptRun } from './repeated/interruptions';
import {
	KEYS_THAT_SHARE_FIELD,
	nameOperation,
	OPERATIONS_ON_ONE_RECORD,
	SAME_OPERATIONS,
} from './repeated/pairs';
import type { OperationPair } from './repeated/pairs';
import { respellForm } from './repeated/respelling';
import { changeInTurn, changesSomething, changeTogether } from './repeated/runs';

/**
 * An operation may be run again, at the same moment as another one, or interrupted. Whatever happens, AlfaCRM ends as if the
 * operation had run once, undisturbed.
 */
jest.setTimeout(600_000);
callInProcess();
skipRetryPauses();

let account: SharedAccount;

beforeAll(async () => {
	account = await SharedAccount.open();
});

afterAll(async () => {
	await account.sandbox.close();
});

/** The fewest runs of one operation that must change something. A quick test has too few runs to tell. */
const FEWEST_CHANGING_RUNS = isDeep ? depth.twice / 4 : 0;

const OPERATIONS = operationCases.map((tested) => ({ name: nameOperation(tested), tested }));

describe('an operation that is run again', () => {
	it('each operation of the node has a promise about its second run: it only reads, it acts once, or it acts again', () => {
		const operationsOfForm = resourcesAndOperations.map(([, operation]) => operation);

		expect(new Set(Object.keys(PROMISE_BY_OPERATION))).toEqual(new Set(operationsOfForm));
	});

	/** Settings in which accounts differ. They must make no difference to a second run. */
	const accountSettings = fc.constantFrom<Array<Partial<Settings>>>(
		{},
		{ total: 'missing' },
		{ total: 'pageSize' },
		{ lessonDetails: 'withCustomer' },
		{ groupTeachers: 'names' },
		{ removedWrite: 'ignored', phoneSearch: 'text' },
		{ deleteMode: 'archive' },
		{ otherBranch: 'missing' },
	);

	/** Runs a form again, in one of the ways in which that happens. */
	const secondRuns = fc.constantFrom<SecondRun[]>(
		{
			description: 'in another execution',
			run: async (form) => void (await account.run(form)),
		},
		{
			description: 'in another spelling',
			run: async (form) => void (await account.run(respellForm(form))),
		},
		{
			description: 'in the same execution',
			run: async ({ parameters, items }, settings) => {
				account.reset(settings);
				await account.run({ parameters, items: [...items, ...items] });
			},
		},
	);

	interface SecondRun {
		/** Shown in the counterexample of a failed test. */
		description: string;
		run: (form: FilledForm, settings: Partial<Settings>) => Promise<void>;
	}

	let changingRuns = 0;

	it.each(OPERATIONS)('$name leaves the same records after two runs as after one run', async ({ tested }) => {
		const changingRunsBefore = changingRuns;

		const property = fc.asyncProperty(
			makeForms(tested),
			accountSettings,
			secondRuns,
			async (form, settings, secondRun) => {
				account.reset(settings);
				await account.run(form);
				const changesOfOneRun = account.readChanges();

				await secondRun.run(form, settings);

				expect(account.readChanges()).toEqual(changesOfOneRun);
				changingRuns += changesSomething(changesOfOneRun) ? 1 : 0;
			},
		);
		await fc.assert(property, { seed, numRuns: depth.twice });

		expect(changingRuns - changingRunsBefore).toBeGreaterThanOrEqual(FEWEST_CHANGING_RUNS);
	});

	it('more than half of the random forms of these tests have changed something', () => {
		expect(changingRuns).toBeGreaterThan((OPERATIONS.length * depth.twice) / 2);
	});
});

describe('two operations at the same moment', () => {
	/** Both runs have one credential, or each has another one of the same account. */
	const secondCredential = fc.constantFrom<Array<0 | 1>>(0, 1);

	it.each(OPERATIONS)(
		'two simultaneous runs of one form of $name leave the same records as one run',
		async ({ tested }) => {
			const property = fc.asyncProperty(
				makeForms(tested),
				secondCredential,
				fc.scheduler(),
				async (form, secondCredential, scheduler) => {
					const changesOfOneRun = await changeInTurn(account, form);

					const changes = await changeTogether(account, { forms: [form, form], secondCredential, scheduler });

					expect(changes).toEqual(changesOfOneRun);
				},
			);
			await fc.assert(property, { seed, numRuns: depth.together });
		},
	);

	it.each(SAME_OPERATIONS)(
		'two simultaneous runs of $name on one record leave the same records as two runs one after the other',
		async (pair) => {
			await expectSameAsInTurn(pair, depth.together);
		},
	);

	it.each(OPERATIONS_ON_ONE_RECORD)(
		'two simultaneous operations on one record leave the same records as one after the other ($name)',
		async (pair) => {
			await expectSameAsInTurn(pair, depth.togetherOnOneRecord);
		},
	);

	it.each(KEYS_THAT_SHARE_FIELD)(
		'two simultaneous runs of Create or Update for one new record leave the same records as one after the other ($name)',
		async (pair) => {
			await expectSameAsInTurn(pair, depth.together);
		},
	);

	/** Checks that two runs at the same moment change the same as the first and then the second, or the other way round. */
	async function expectSameAsInTurn({ makeForms }: OperationPair, numRuns: number): Promise<void> {
		const property = fc.asyncProperty(
			makeForms(account.records),
			secondCredential,
			fc.scheduler(),
			async ([first, second], secondCredential, scheduler) => {
				const firstThenSecond = await changeInTurn(account, first, second);
				const secondThenFirst = await changeInTurn(account, second, first);

				const forms = [first, second] as const;
				const changes = await changeTogether(account, { forms, secondCredential, scheduler });

				expect([firstThenSecond, secondThenFirst]).toContainEqual(changes);
			},
		);
		await fc.assert(property, { seed, numRuns });
	}
});

describe('an interrupted operation', () => {
	const changingForms = new Map<OperationCase, ChangingForm[]>();

	/** Finds forms of an operation that change something, once for all tests. */
	async function findForms(tested: OperationCase): Promise<ChangingForm[]> {
		const forms = changingForms.get(tested) ?? (await findChangingForms(account, tested));
		changingForms.set(tested, forms);
		return forms;
	}

	it.each(OPERATIONS)(
		'$name leaves the same records as one run when it is interrupted at any request and then run again',
		async ({ tested }) => {
			const forms = await findForms(tested);

			expect(forms).not.toEqual([]);
			for (const changingForm of forms) {
				for (let request = 1; request <= changingForm.requests; request++) {
					for (const mishap of chooseMishaps(request)) {
						await expectNextRunToComplete(changingForm, { mishap, request });
					}
				}
			}
		},
	);

	/** Interrupts a run at a request, and expects that the next run leaves the same changes as one undisturbed run. */
	async function expectNextRunToComplete(
		{ form, changes }: ChangingForm,
		{ mishap, request }: { mishap: Mishap; request: number },
	): Promise<void> {
		const writesAfterCancelling = await interruptRun(account, form, { mishap, request });
		await account.run(form);

		// A failed test shows the form, the request and the mishap as well.
		const outcome = { form, request, mishap, writesAfterCancelling, changes: account.readChanges() };
		expect(outcome).toEqual({ form, request, mishap, writesAfterCancelling: [], changes });
	}

	it.each(OPERATIONS)(
		'$name ends at once when it is cancelled while it waits for another execution',
		async ({ tested }) => {
			const [{ form, changes }] = await findForms(tested);

			const hasEndedAtOnce = await cancelWaitingRun(account, form);

			expect(hasEndedAtOnce).toBe(true);
			expect(account.readChanges()).toEqual(changes);
		},
	);
});

/** Makes random forms of an operation, about random records. */
function makeForms({ arbitraryTarget, arbitraryForm }: OperationCase): fc.Arbitrary<FilledForm> {
	const { records } = account;
	return arbitraryTarget(records).chain((target) => arbitraryForm(records, target));
}
