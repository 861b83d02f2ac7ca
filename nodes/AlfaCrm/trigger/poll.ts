import type { INodeExecutionData, IDataObject, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { asNodeError } from '../api/failures';
import type { NameSource } from '../output/names';
import type { KnownBranches } from './branches';
import { accountBranches } from './branches';
import { ClockWatch } from './clockWatch';
import { triggerKeyOf } from './digest';
import type { NewRecord, PollRequest, PollResult } from './eventSource';
import { isLasting, pollReader } from './eventSource';
import type { PollSettings } from './pollForm';
import { budgetOf, DEFAULT_BUDGET_MS, settingsOf } from './pollForm';
import { makePollNames } from './pollNames';
import { StoredState } from './state';

/**
 * Runs the polls of the trigger. A poll goes through these steps: read the settings and the stored
 * state, ask the event source what is new, make items of it, store the new state, return the items.
 * The state is stored last: if anything fails before, the next poll does everything again, and
 * nothing is lost.
 */

/** After half of a poll's time, the source stops looking for more, if the rest can wait. */
const LISTS_SHARE = 0.5;

/**
 * After 80% of a poll's time, no further record or page is read. The rest is for the request under
 * way.
 */
const RECORDS_SHARE = 0.8;

/** A test in the editor shows so many records. */
const SAMPLES = 3;

/** A test in the editor takes at most this long. */
const SAMPLE_MS = 20_000;

/** The polls of one trigger that are under way. Each is known by its static data. */
interface PollsUnderWay {
	polls: Set<IDataObject>;
	latest: IDataObject;
}

const underWay = new Map<string, PollsUnderWay>();

/**
 * The static data with which a poll has succeeded. The next poll with the same data is not the one
 * that activates the trigger.
 */
const activatedData = new WeakSet<IDataObject>();

/** Runs one poll. Returns the items of what is new, or null. A poll by hand returns samples. */
export async function runPoll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') return [await testTrigger(context)];

	const data = context.getWorkflowStaticData('node');
	const trigger = triggerKeyOf(context);
	const own = underWay.get(trigger) ?? { polls: new Set<IDataObject>(), latest: data };
	// n8n starts the next poll even if the last one is still running, and both would report the same.
	// Polls of n8n's durable scheduler have a copy of the data each.
	const overlaps = own.polls.has(data) || (own.polls.size > 0 && !mayBeActivation(context));
	if (overlaps) return null;

	own.latest = data;
	own.polls.add(data);
	underWay.set(trigger, own);
	try {
		return await reportNewRecords(context, data, () => own.latest !== data);
	} finally {
		own.polls.delete(data);
		if (own.polls.size === 0) underWay.delete(trigger);
	}
}

/**
 * Tells whether a poll may be the one that activates the trigger. Later polls of the durable
 * scheduler have less time.
 */
const mayBeActivation = (context: IPollFunctions): boolean =>
	budgetOf(context) >= DEFAULT_BUDGET_MS;

/** What the steps of one poll have in common. */
interface PollRun {
	context: IPollFunctions;
	client: ApiClient;
	settings: PollSettings;
	stored: StoredState;
	/**
	 * How many of the records that are there already the first poll reports. A trigger that starts
	 * anew reports none.
	 */
	startWith: number;
	/** When the poll began, and until when it may read lists and records: milliseconds since 1970. */
	now: number;
	listsUntil: number;
	recordsUntil: number;
}

/**
 * Reports what is new since the last poll.
 *
 * @param isReplaced tells whether the workflow was published again meanwhile, with a poll of its
 * own
 */
async function reportNewRecords(
	context: IPollFunctions,
	data: IDataObject,
	isReplaced: () => boolean,
): Promise<INodeExecutionData[][] | null> {
	const settings = await settingsOf(context);
	const watched = { subject: settings.subject, checkState: settings.source.checkState };
	const stored = new StoredState(context, data, watched, mayBeActivation(context));
	// This poll would report again what another one has just handed over. The next poll knows about
	// it.
	if (stored.isOvertaken) return null;

	logNewBeginning(context, stored);
	const now = Date.now();
	const budget = budgetOf(context);
	const run: PollRun = {
		context,
		// The context lives as long as the workflow is active, so each poll has a client of its own.
		client: new ApiClient(context),
		settings,
		stored,
		startWith: stored.isOther || stored.hasLostState ? 0 : settings.startWith,
		now,
		listsUntil: now + budget * LISTS_SHARE,
		recordsUntil: now + budget * RECORDS_SHARE,
	};
	const accountList = settings.chosen ? undefined : await readAccountBranches(run);
	const branches = settings.chosen ?? accountList?.branches ?? [];

	const { records, failures, stateAfter } = await askSource(run, branches);
	const passingFailure = findPassingFailure(run, failures);
	const isFirstPoll = stored.known === undefined;
	// The user who activates the trigger sees what is wrong. No record is missed, because nothing has
	// been reported yet.
	if (passingFailure !== undefined && isFirstPoll) throw passingFailure;
	logFailures(context, failures);

	const items = await makeItems(run, records);
	// The workflow was published meanwhile. n8n may drop the items of this poll, and the other poll
	// reports them.
	if (isReplaced()) return null;

	stored.save(
		{ subject: settings.subject, ...accountList, known: stateAfter(items.length) },
		{ isReport: items.length > 0 },
	);
	const wasActivated = activatedData.has(data);
	activatedData.add(data);

	if (items.length > 0) return [items.map((json) => ({ json }))];
	// What the other branches showed is stored in any case. But if the poll that activates a trigger
	// fails, or one of the durable scheduler, n8n drops its state. So these polls only write to n8n's
	// log.
	if (passingFailure !== undefined && wasActivated) throw passingFailure;
	return null;
}

/** Writes to n8n's log why a trigger that has polled before does not go on from where it was. */
function logNewBeginning(context: IPollFunctions, { isOther, lossReason }: StoredState): void {
	const { name } = context.getNode();
	if (isOther) {
		context.logger.info(
			`'${name}' watches something else now: it reports what happens from now on`,
		);
	}
	if (lossReason !== undefined) {
		context.logger.warn(
			`'${name}' cannot go on from what it remembers, so it reports only what happens from now on. ${lossReason}`,
		);
	}
}

/**
 * Reads the branches of the account. If that fails, the branches of an earlier poll are used, and
 * n8n's log says so.
 */
async function readAccountBranches({
	context,
	client,
	stored,
	now,
}: PollRun): Promise<KnownBranches> {
	const { name } = context.getNode();
	const logFailure = ({ message }: Error) =>
		context.logger.warn(
			`'${name}' could not list the branches, and looks into those it knows: ${message}`,
		);
	return await accountBranches(client, now, stored.known, logFailure);
}

/** Asks the event source what is new in the branches. */
async function askSource(
	{ context, client, settings, stored, startWith, now, listsUntil, recordsUntil }: PollRun,
	branches: readonly number[],
): Promise<PollResult> {
	const clockWatch = new ClockWatch(context, settings.zone);
	const request: PollRequest = {
		client,
		reader: clockWatch.watch(pollReader(client, recordsUntil)),
		now,
		deadline: listsUntil,
		branches,
		scope: settings.scope,
		filters: settings.filters,
		most: settings.most,
		startWith,
		hasLostState: stored.hasLostState,
	};
	const result = await settings.source.poll(request, stored.known?.known);
	clockWatch.warn();
	return result;
}

/** Finds a failure that the next poll may not meet again, as an error of n8n's kind. */
function findPassingFailure(
	{ client }: PollRun,
	failures: PollResult['failures'],
): ReturnType<typeof asNodeError> | undefined {
	const failure = [...failures.values()].find((candidate) => !isLasting(client, candidate));
	return failure === undefined ? undefined : asNodeError(client.node, failure);
}

function logFailures(context: IPollFunctions, failures: PollResult['failures']): void {
	const { name } = context.getNode();
	for (const [branch, failure] of failures) {
		const { message } = failure as Error;
		context.logger.warn(`'${name}' could not look into branch ${branch}: ${message}`);
	}
}

/**
 * Makes the items of new records: of as many as one poll reports, and as there is time for. The
 * next poll reports the rest.
 */
async function makeItems(run: PollRun, records: readonly NewRecord[]): Promise<IDataObject[]> {
	const { context, client, settings, stored, now, recordsUntil } = run;
	const names = await makePollNames(context, client, recordsUntil);
	if (stored.known !== undefined) {
		const reported = records.slice(0, settings.most);
		return await settings.itemsOf({
			records: reported,
			client,
			names,
			deadline: recordsUntil,
			now,
		});
	}

	return await makeItemsOfFirstPoll(run, records, names);
}

/**
 * Makes the items of the first poll, which reports everything that 'First Poll Reports' and 'Start
 * With Newest' ask for, because no later poll reports it. It makes all items, or fails with the
 * reason.
 */
async function makeItemsOfFirstPoll(
	{ client, settings, startWith, now }: PollRun,
	records: readonly NewRecord[],
	names: NameSource,
): Promise<IDataObject[]> {
	const reported = records.slice(0, Math.max(settings.most, startWith));

	const items: IDataObject[] = [];
	do {
		const rest = reported.slice(items.length);
		items.push(
			...(await settings.itemsOf({ records: rest, client, names, deadline: Infinity, now })),
		);
	} while (items.length < reported.length);
	return items;
}

/**
 * Returns real records with which the user can build the workflow. What the trigger has reported
 * stays as it is.
 */
async function testTrigger(context: IPollFunctions): Promise<INodeExecutionData[]> {
	const client = new ApiClient(context);
	const now = Date.now();
	const deadline = now + SAMPLE_MS;
	const { source, itemsOf, chosen, limitedBy, zone } = await settingsOf(context);
	const branches = chosen ?? (await accountBranches(client, now)).branches;

	const clockWatch = new ClockWatch(context, zone);
	const reader = clockWatch.watch(pollReader(client, Infinity));
	const { records, isComplete } = await source.samples(
		{ branches, client, now, reader, deadline },
		SAMPLES,
	);
	clockWatch.warn();

	const names = await makePollNames(context, client, deadline);
	const items = await itemsOf({ records, client, names, deadline: Infinity, now });
	if (items.length > 0) return items.map((json) => ({ json }));

	throw noSamplesError(context, { isComplete, limitedBy });
}

function noSamplesError(
	context: IPollFunctions,
	{ isComplete, limitedBy }: { isComplete: boolean; limitedBy?: string },
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
