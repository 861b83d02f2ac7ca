import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { readActiveBranches } from './branches';
import { ClockWatch } from './clockWatch';
import type { Samples } from './eventSource';
import { makePollReader } from './eventSource';
import type { PollSettings } from './pollForm';
import { readPollSettings } from './pollForm';
import { makePollNames } from './pollNames';

/** How many items a test in the editor shows. */
const SAMPLE_COUNT = 3;

/** After this time, a test reads no further page of a list. */
const SAMPLE_MS = 20_000;

/**
 * Runs a test of the trigger, which a user starts by hand in the editor. It returns the newest
 * records of AlfaCRM that the trigger would report, so that the user can build the workflow with
 * them. It does not touch the stored state: what the active trigger reports stays the same.
 *
 * @throws NodeOperationError if there is no such record
 */
export async function runTestPoll(context: IPollFunctions): Promise<INodeExecutionData[]> {
	const client = new ApiClient(context);
	const now = Date.now();
	const deadline = now + SAMPLE_MS;
	const settings = await readPollSettings(context);
	const branches = settings.chosenBranches ?? (await listActiveBranches(client, now));

	// A reader with a deadline would throw when time runs out. So this reader has none, and the source
	// itself stops at the deadline of the request, with the records that it has found by then.
	const readerWithoutDeadline = makePollReader(client, Infinity);
	const clockWatch = new ClockWatch(context, settings.zone);
	const reader = clockWatch.watch(readerWithoutDeadline);
	const request = { branches, client, now, reader, deadline };
	const samples = await settings.source.readSamples(request, SAMPLE_COUNT);
	// Warns if the rows that were read prove that the workflow has a wrong time zone.
	clockWatch.warn();

	const names = await makePollNames(context, client, deadline);
	const items = await settings.makeItems({
		records: samples.records,
		client,
		names,
		// All of the few samples are shown, however long that takes.
		deadline: Infinity,
		now,
	});
	if (items.length === 0) throw makeNoSamplesError(context, settings, samples);

	return items.map((json) => ({ json }));
}

/** Lists the branches of the account that are in use. */
async function listActiveBranches(client: ApiClient, now: number): Promise<number[]> {
	const { branches } = await readActiveBranches(client, now);
	return branches;
}

/** Makes the error for a test that has found no record. It advises the user what to change. */
function makeNoSamplesError(
	context: IPollFunctions,
	settings: PollSettings,
	samples: Samples,
): NodeOperationError {
	const message = samples.hasSeenAllRecords
		? 'AlfaCRM has nothing yet that this trigger would report'
		: 'Among the newest records of AlfaCRM is none that this trigger would report';
	const advice = adviseHowToGetSamples(settings.limitingParameterLabel);
	return new NodeOperationError(context.getNode(), message, {
		description: `${advice} Once it is active, the trigger works without a test event.`,
	});
}

/**
 * Says how a user gets records for the test.
 *
 * @param limitingParameterLabel the label of a parameter that lets few records count, such as 'Days
 * Before the Birthday'; undefined if the event has none
 */
function adviseHowToGetSamples(limitingParameterLabel: string | undefined): string {
	if (limitingParameterLabel === undefined) {
		return 'Loosen the filters or choose other branches, or add a record in AlfaCRM that fits and fetch again.';
	}
	return `'${limitingParameterLabel}' says who counts: change it for the test and put it back before you publish, or choose other branches, and fetch again.`;
}
