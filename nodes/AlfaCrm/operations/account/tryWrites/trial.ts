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
	/** The first open branch if undefined. */
	branch?: number;
	/** The group that the lead joins and leaves; if undefined, that is not tried. */
	groupId?: number;
}

/**
 * Writes a test lead and what belongs to it as the operations do, reads each back, and takes back
 * what it can.
 *
 * @returns an item for each step, and a report
 * @throws NodeApiError if the login or the network fails before anything is written, or if the
 * execution is cancelled
 */
export async function runTrial(
	item: Item,
	operationsOf: OperationsOf,
	form: TrialForm,
): Promise<IDataObject[]> {
	const trial = await makeTrial(item, operationsOf, form);
	const runner = new StepRunner(trial);

	const writeFailure = await catchFailure(async () => await writeRecords(runner));
	const takeBackFailure = item.execution.isCancelled
		? undefined
		: await catchFailure(async () => await takeBack(trial, runner));

	const failure = writeFailure ?? takeBackFailure;
	if (failure !== undefined) throw explainFailure(trial, failure.reason);
	return buildReport(runner.rows, trial.records.describeRemaining(), trial.day);
}

async function writeRecords(runner: StepRunner): Promise<void> {
	for (const step of WRITE_STEPS) {
		await runner.tryStepIfPossible(step);
	}
}

/**
 * Returns the failure of some work instead of throwing it, so that the records can be taken back
 * first.
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
 * @throws NodeOperationError if none is requested and this user may not list the branches
 */
async function chooseBranch(item: Item, requestedBranch: number | undefined): Promise<number> {
	const branches = await item.readIfAllowed(
		async () => await item.collect(listCall(branchEntity)),
		{
			treats404AsDenied: true,
		},
	);
	const openBranches = (branches?.rows ?? []).filter((branch) => !isClosedBranch(branch));
	const [firstOpenBranch] = idsOf(openBranches).sort((a, b) => a - b);

	const branch = requestedBranch ?? firstOpenBranch;
	if (branch !== undefined) return branch;
	throw item.error(
		"'Branch ID' is empty, and this user may not list the branches of the account",
		"Fill it in 'Options'.",
	);
}
