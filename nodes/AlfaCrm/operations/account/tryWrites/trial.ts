/**
 * Runs a trial, which is one run of *Account → Try Writes*: writes a test lead and records that
 * belong to the lead, reads each record back, and deletes the records in the end.
 */

import type { IDataObject } from 'n8n-workflow';

import { branch as branchEntity, isClosedBranch } from '../../../entities/branch';
import { makeListCall } from '../../../entities/listCall';
import type { Item } from '../../../run/item';
import { idsOf, today } from '../../../values/formats';
import { TestSignature } from './testSignature';
import { Secrets } from './secrets';
import { StepRunner } from './stepRunner';
import { takeBack } from './takeBack';
import { TestRecords } from './testRecords';
import type { OperationsOf } from './trialOperations';
import { TrialOperations } from './trialOperations';
import { buildReport } from './trialReport';
import type { Trial } from './trialStep';
import { WRITE_STEPS } from './writeSteps';

/** The branch and the group in which the trial writes, as the form says. */
export interface TrialForm {
	/** The branch; if undefined, the first open branch. */
	branch?: number;
	/**
	 * The group that the test lead joins and leaves. If undefined, joining and leaving are skipped.
	 */
	groupId?: number;
}

/**
 * Runs the steps of a trial.
 *
 * @returns an item for each step, and a last item with the report
 * @throws NodeApiError if the login or the network fails before anything is written, or if the
 * execution is cancelled. A step that fails throws no error: the report shows the failure.
 */
export async function runTrial(
	item: Item,
	operationsOf: OperationsOf,
	form: TrialForm,
): Promise<IDataObject[]> {
	const trial = await makeTrial(item, operationsOf, form);
	const runner = new StepRunner(trial);

	let failure = await catchFailure(async () => await writeRecords(runner));
	// A cancelled execution sends no further calls, so it cannot delete anything.
	if (!item.execution.isCancelled) {
		const takeBackFailure = await catchFailure(async () => await takeBack(trial, runner));
		// The first failure is thrown, because a second failure probably follows from the first.
		failure ??= takeBackFailure;
	}
	if (failure !== undefined) throw explainFailure(trial, failure.reason);

	const remaining = trial.records.describeRemaining();
	return buildReport(runner.rows, remaining, trial.trialDay);
}

/** Tries all steps that write, one after the other. */
async function writeRecords(runner: StepRunner): Promise<void> {
	for (const step of WRITE_STEPS) {
		await runner.tryStepIfPossible(step);
	}
}

/**
 * Does some work, and returns its failure instead of throwing it, so that the trial can delete its
 * records before it throws.
 *
 * @returns undefined if the work succeeds. A failure is an object, because the thrown value itself
 * could be undefined.
 */
async function catchFailure(work: () => Promise<void>): Promise<{ reason: unknown } | undefined> {
	try {
		await work();
		return undefined;
	} catch (reason) {
		return { reason };
	}
}

/** Makes the error of a trial that did not finish. The error names the records that remain. */
function explainFailure({ item, records, signature }: Trial, reason: unknown): Error {
	const failure = item.asError(reason);
	const remaining = records.describeRemaining();
	if (remaining.length === 0) return failure;

	return item.error(
		`The writes were not taken back: ${failure.message}`,
		`This stays in AlfaCRM: ${remaining.join('; ')}. It says "${signature.text}": delete it there.`,
	);
}

/** Makes the objects that the steps of a trial share. Writes nothing. */
async function makeTrial(item: Item, operationsOf: OperationsOf, form: TrialForm): Promise<Trial> {
	const branch = await chooseBranch(item, form.branch);
	const { client, origin } = item.execution;
	const secrets = new Secrets(new URL(origin).host, await client.email());

	const { groupId } = form;
	const { zone } = item;
	const trialDay = today('iso', zone);
	const signature = new TestSignature();
	const operations = new TrialOperations(item, operationsOf, branch);
	const records = new TestRecords(operations, { branch, groupId, trialDay, zone, signature });
	return { item, branch, groupId, trialDay, signature, operations, records, secrets };
}

/**
 * Returns the requested branch or, if no branch is requested, the first open branch. The branches
 * are listed in both cases: if the login fails, this call ends the trial before anything is
 * written.
 *
 * @throws NodeOperationError if no branch is requested and no open branch is found: all are closed,
 * or this user may not list them
 */
async function chooseBranch(item: Item, requestedBranch: number | undefined): Promise<number> {
	const branches = await readBranches(item);
	if (requestedBranch !== undefined) return requestedBranch;

	const advice = "Fill it in 'Options'.";
	if (branches === undefined) {
		throw item.error(
			"'Branch ID' is empty, and this user may not list the branches of the account",
			advice,
		);
	}

	const openBranches = branches.filter((branch) => !isClosedBranch(branch));
	const [firstOpenBranch] = idsOf(openBranches).sort((a, b) => a - b);
	if (firstOpenBranch !== undefined) return firstOpenBranch;
	throw item.error("'Branch ID' is empty, and no branch of the account is open", advice);
}

/** Reads the branches of the account. Undefined if this user may not list them. */
async function readBranches(item: Item): Promise<IDataObject[] | undefined> {
	const read = async () => await item.collect(makeListCall(branchEntity));
	// While the main branch is switched off, AlfaCRM refuses this list (docs/alfacrm-api.md 11). It
	// may refuse with 404.
	const branches = await item.readIfAllowed(read, { treats404AsDenied: true });
	return branches?.rows;
}
