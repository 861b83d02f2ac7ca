import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { readActiveBranches } from './branches';
import { ClockWatch } from './clockWatch';
import { makePollReader } from './eventSource';
import type { PollSettings } from './pollForm';
import { readPollSettings } from './pollForm';
import { makePollNames } from './pollNames';

/** How many items a test in the editor shows. */
const SAMPLES = 3;

/** How long a test in the editor looks for records. */
const SAMPLE_MS = 20_000;

/**
 * Runs a poll that a user starts by hand in the editor. It returns the newest real records that the
 * trigger would report, so that the user can build the workflow with them. It does not touch the
 * stored state: what the active trigger reports stays the same.
 *
 * @throws NodeOperationError if there is no such record
 */
export async function runTestPoll(context: IPollFunctions): Promise<INodeExecutionData[]> {
	const client = new ApiClient(context);
	const now = Date.now();
	const deadline = now + SAMPLE_MS;
	const settings = await readPollSettings(context);
	const { source, makeItems, zone } = settings;
	const branches = settings.chosenBranches ?? (await readActiveBranches(client, now)).branches;

	const clockWatch = new ClockWatch(context, zone);
	const reader = clockWatch.watch(makePollReader(client, Infinity));
	const request = { branches, client, now, reader, deadline };
	const { records, isComplete } = await source.samples(request, SAMPLES);
	clockWatch.warn();

	const names = await makePollNames(context, client, deadline);
	const items = await makeItems({ records, client, names, deadline: Infinity, now });
	if (items.length === 0) throw noSamplesError(context, isComplete, settings);

	return items.map((json) => ({ json }));
}

/** @param isComplete whether AlfaCRM has no other records that were not looked at */
function noSamplesError(
	context: IPollFunctions,
	isComplete: boolean,
	{ limitedBy }: PollSettings,
): NodeOperationError {
	const message = isComplete
		? 'AlfaCRM has nothing yet that this trigger would report'
		: 'Among the newest records of AlfaCRM is none that this trigger would report';
	const advice =
		limitedBy === undefined
			? 'Loosen the filters or choose other branches, or add a record in AlfaCRM that fits and fetch again.'
			: `'${limitedBy}' says who counts: change it for the test and put it back before you publish, or choose other branches, and fetch again.`;
	return new NodeOperationError(context.getNode(), message, {
		description: `${advice} Once it is active, the trigger works without a test event.`,
	});
}
