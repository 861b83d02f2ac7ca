import type { IDataObject } from 'n8n-workflow';

import { branch as branchEntity, isClosedBranch } from '../../../entities/branch';
import { listCall } from '../../../entities/listCall';
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

/** Where to write, as the form says. */
export interface TrialForm {
	/** The branch; if undefined, the first open one. */
	branch?: number;
	/** The group that the lead joins and leaves. If undefined, neither is tried. */
	groupId?: number;
}

/**
 * Tries what the operations of the node write: writes a test lead and its records, reads each back,
 * and takes back what it can.
 *
 * @returns an item for each step, and a report
 * @throws NodeApiError if the login or the network fails before anything is written, or if the
 * execution is cancelled. Later failures are results of steps.
 */
export async function runTrial(
	item: Item,
	operationsOf: OperationsOf,
	form: TrialForm,
): Promise<IDataObject[]> {
	const trial = await makeTrial(item, operationsOf, form);
	const runner = new StepRunner(trial);

	let failure = await catchFailure(async () => await writeRecords(runner));
	// A cancelled execution sends no further calls, so it can take nothing back.
	if (!item.execution.isCancelled) {
		const takeBackFailure = await catchFailure(async () => await takeBack(trial, runner));
		failure ??= takeBackFailure;
	}
	if (failure !== undefined) throw explainFailure(trial, failure.reason);

	const remaining = trial.records.describeRemaining();
	return buildReport(runner.rows, remaining, trial.day);
}

/** Tries all steps that write, one after the other. */
async function writeRecords(runner: StepRunner): Promise<void> {
	for (const step of WRITE_STEPS) {
		await runner.tryStepIfPossible(step);
	}
}

/**
 * Returns the failure of some work instead of throwing it, so that the records can be taken back
 * first. Undefined if the work succeeds.
 *
 * @returns an object, because a reason alone could be undefined
 */
async function catchFailure(work: () => Promise<void>): Promise<{ reason: unknown } | undefined> {
	try {
		await work();
		return undefined;
	} catch (reason) {
		return { reason };
	}
}

/**
 * Makes the error of a trial that was not finished. It names what stays in AlfaCRM, if anything
 * does.
 */
function explainFailure({ item, records, signature }: Trial, reason: unknown): Error {
	const failure = item.asError(reason);
	const remaining = records.describeRemaining();
	if (remaining.length === 0) return failure;

	return item.error(
		`The writes were not taken back: ${failure.message}`,
		`This stays in AlfaCRM: ${remaining.join('; ')}. It says "${signature.text}": delete it there.`,
	);
}

/** Makes the objects that the steps of a trial share. Only the list of branches is requested. */
async function makeTrial(item: Item, operationsOf: OperationsOf, form: TrialForm): Promise<Trial> {
	const branch = await chooseBranch(item, form.branch);
	const { client, origin } = item.execution;
	const secrets = new Secrets(new URL(origin).host, await client.email());

	const { groupId } = form;
	const { zone } = item;
	const day = today('iso', zone);
	const signature = new TestSignature();
	const operations = new TrialOperations(item, operationsOf, branch);
	const records = new TestRecords(operations, { branch, groupId, day, zone, signature });
	return { item, branch, groupId, day, signature, operations, records, secrets };
}

/**
 * Returns the requested branch, or else the first open one. The branches are listed even if one is
 * requested, because a login that fails must end the trial before it writes.
 *
 * @throws NodeOperationError if none is requested, and this user may not list the branches or all
 * are closed
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
	const read = async () => await item.collect(listCall(branchEntity));
	// While the main branch is switched off, AlfaCRM refuses this list, perhaps with 404.
	// API notes 11.
	const branches = await item.readIfAllowed(read, { treats404AsDenied: true });
	return branches?.rows;
}
