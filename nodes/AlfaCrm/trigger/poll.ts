/**
 * Runs the polls of the polling trigger. A poll has five steps:
 *
 * 1. It reads the settings from the form, and the state that the previous poll has stored.
 * 2. It asks the event source what is new (`sources/`).
 * 3. It makes items of the new records, oldest first (`events/`).
 * 4. It stores the new state (`state.ts`).
 * 5. It returns the items, and n8n starts the workflow.
 *
 * **What happens when a poll dies halfway?** The state is stored after everything that may fail.
 *
 * - If anything fails before step 4, or n8n stops, the state is still that of the previous poll,
 *   and no item was handed over. The next poll finds the same records again. None is lost, and none
 *   is reported twice. (If n8n stays off until a lesson has begun, or for 60 days, reminders of
 *   this time are no longer of use and are left out.)
 * - If only some branches cannot be read, the records of the others are reported. The state of a
 *   branch that was not read stays as it was, so a later poll finds what happened there.
 * - If time runs out, the poll reports the records that it has made items of. The new state notes
 *   only these as reported, and the next poll finds the others again. How a source makes such a
 *   state: `stateAfter` in `eventSource.ts`.
 * - If AlfaCRM fails to show the record of a change, the polls fail for up to an hour; then the
 *   change is reported without its record (`recordReader.ts`). A restart of n8n begins this hour
 *   anew.
 * - If n8n itself crashes after step 4, while it writes the state to its database and starts the
 *   execution, it may lose or repeat the items of that poll. This is the only such moment, and a
 *   node cannot prevent it.
 *
 * **Activation.** When a workflow is published, n8n polls once, at the same moment: this is the
 * poll that activates the trigger. If it fails, the workflow is not published, and the user sees
 * why. n8n polls on a schedule from then on.
 */

import type { INodeExecutionData, IDataObject, IPollFunctions } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { asNodeError } from '../api/failures';
import type { NameSource } from '../output/names';
import type { KnownBranches } from './branches';
import { readActiveBranches } from './branches';
import { ClockWatch } from './clockWatch';
import { makeTriggerKey } from './digest';
import type { NewRecord, PollRequest, PollResult } from './eventSource';
import { isLastingFailure, makePollReader } from './eventSource';
import type { PollSettings } from './pollForm';
import { DEFAULT_BUDGET_MS, readBudgetMs, readPollSettings } from './pollForm';
import { makePollNames } from './pollNames';
import { RunningPolls } from './runningPolls';
import type { PollState } from './state';
import { StoredState } from './state';
import { runTestPoll } from './testPoll';

/**
 * After half of a poll's time, a source that can report a part of what is new stops looking for
 * further records.
 */
const SEARCH_SHARE = 0.5;

/**
 * After 80% of a poll's time, no further call begins: no page of a list is read, and no record. The
 * call that is under way then may take the remaining time.
 */
const CALLS_SHARE = 0.8;

const runningPolls = new RunningPolls();

/**
 * The objects in which n8n keeps static data that polls of this process have used with success. If
 * a poll has one of these objects, it may throw without n8n dropping its state. A poll that
 * activates the trigger, and each poll of n8n's durable scheduler, has a new object. See
 * `RunningPolls` for what n8n does with these objects.
 */
const dataOfEarlierPolls = new WeakSet<IDataObject>();

/**
 * Runs one poll, unless another poll of this trigger is still running.
 *
 * @returns one item for each new record; null if there is none. A poll that a user starts by hand in
 * the editor returns samples instead.
 */
export async function runPoll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') return [await runTestPoll(context)];

	const staticData = context.getWorkflowStaticData('node');
	const trigger = makeTriggerKey(context);
	const hasBegun = runningPolls.beginUnlessRunning(trigger, staticData, mayBeActivation(context));
	if (!hasBegun) return null;

	const wasPublishedAgain = () => runningPolls.hasLaterPollBegun(trigger, staticData);
	try {
		return await reportNewRecords(context, staticData, wasPublishedAgain);
	} finally {
		runningPolls.end(trigger, staticData);
	}
}

/**
 * Whether a poll may be the one that activates the trigger. n8n does not say so, but the time that
 * it gives a poll tells something: n8n's durable scheduler, which administrators can switch on,
 * gives all later polls less time than the first. n8n's default engine gives all polls the same
 * time, so there every poll may be the first.
 */
const mayBeActivation = (context: IPollFunctions): boolean =>
	readBudgetMs(context) >= DEFAULT_BUDGET_MS;

/**
 * Finds what is new since the previous poll, stores the new state of the trigger, and returns the
 * items that start the workflow. Returns null if there is nothing to report, or if this poll must
 * leave the report to the next poll.
 *
 * @param staticData the object in which n8n keeps the state of this trigger
 * @param wasPublishedAgain tells whether the workflow was published again while this poll was
 * running. Then another poll of the trigger is running, too.
 */
async function reportNewRecords(
	context: IPollFunctions,
	staticData: IDataObject,
	wasPublishedAgain: () => boolean,
): Promise<INodeExecutionData[][] | null> {
	const settings = await readPollSettings(context);
	const { eventDigest, source } = settings;
	const watchedEvent = { eventDigest, checkState: source.checkState };
	const stored = new StoredState(context, staticData, watchedEvent, mayBeActivation(context));
	// Another poll has just reported items, but n8n has not stored its state yet. This poll would
	// report these items once more, so it leaves everything to the next poll.
	if (stored.mayRepeatItems) return null;

	logWhyStartingAnew(context, stored);
	const pollRun = makePollRun(context, settings, stored);
	const outcome = await findNewItems(pollRun);
	// n8n may drop the items of a poll that began before the workflow was published again. The poll
	// of the new publication finds the same records, so this poll stores nothing.
	if (wasPublishedAgain()) return null;

	const hasItems = outcome.items.length > 0;
	stored.save(outcome.newState, { hasItems });
	return toResultForN8n(outcome, staticData);
}

/**
 * Returns the items of a poll in the form in which n8n takes them; null if there are none.
 *
 * Without items, throws the failure of a branch, because the user sees a failure in n8n only if the
 * poll throws. Does not throw if the object with the state of the trigger is new, because n8n would
 * drop the state then.
 *
 * @param staticData the object with the state of the trigger
 */
function toResultForN8n(
	{ items, temporaryFailure }: PollOutcome,
	staticData: IDataObject,
): INodeExecutionData[][] | null {
	const keepsStateIfPollThrows = dataOfEarlierPolls.has(staticData);
	dataOfEarlierPolls.add(staticData);

	if (items.length > 0) return [items.map((json) => ({ json }))];
	if (temporaryFailure !== undefined && keepsStateIfPollThrows) throw temporaryFailure;
	return null;
}

/** The findings of a poll, before it stores anything. */
interface PollOutcome {
	items: IDataObject[];
	/** The state to store once the items are handed over. */
	newState: PollState;
	/** The failure of a branch that may be over in the next poll. */
	temporaryFailure?: NodeFailure;
}

type NodeFailure = ReturnType<typeof asNodeError>;

/**
 * Finds the records that are new since the previous poll, and makes an item of each. Returns the
 * items and the state to store for the next poll, but stores nothing itself.
 */
async function findNewItems(run: PollRun): Promise<PollOutcome> {
	const { context, settings, stored } = run;
	const { branches, accountBranches } = await findWatchedBranches(run);
	const { records, failures, stateAfter } = await pollEventSource(run, branches);
	const temporaryFailure = findTemporaryFailure(run, failures);
	const isFirstPoll = stored.previous === undefined;
	// A first poll must read all branches, to remember what each of them has already. If it throws,
	// the user who activates the trigger sees what is wrong, and tries again.
	if (isFirstPoll && temporaryFailure !== undefined) throw temporaryFailure;
	logFailures(context, failures);

	const items = await makePollItems(run, records);
	// Time may run out after some records. Only those that have an item count as reported in the new
	// state, so the next poll finds the others again.
	const eventSourceState = stateAfter(items.length);
	const newState: PollState = {
		eventDigest: settings.eventDigest,
		...accountBranches,
		eventSourceState,
	};
	return { items, newState, temporaryFailure };
}

/** The branches in which a poll looks for new records. */
interface WatchedBranches {
	branches: readonly number[];
	/** The branches of the account, to be stored; undefined if the user has chosen branches. */
	accountBranches?: KnownBranches;
}

/** Finds the branches to watch: those that the user has chosen, or else all of the account. */
async function findWatchedBranches(run: PollRun): Promise<WatchedBranches> {
	const { chosenBranches } = run.settings;
	if (chosenBranches !== undefined) return { branches: chosenBranches };

	const accountBranches = await readAccountBranches(run);
	return { branches: accountBranches.branches, accountBranches };
}

/** The values that the steps of one poll share. */
interface PollRun {
	context: IPollFunctions;
	client: ApiClient;
	settings: PollSettings;
	stored: StoredState;
	/** How many existing records the first poll reports, the newest ones. */
	firstReportCount: number;
	/** When the poll began, milliseconds since 1970. */
	now: number;
	/** Milliseconds since 1970 after which a source stops looking for further records. */
	searchDeadline: number;
	/** Milliseconds since 1970 after which no further record or page is read. */
	callsDeadline: number;
}

/** Gathers what the steps of one poll have in common, and sets its deadlines. */
function makePollRun(
	context: IPollFunctions,
	settings: PollSettings,
	stored: StoredState,
): PollRun {
	const now = Date.now();
	const budgetMs = readBudgetMs(context);
	// A trigger that starts anew, for another event or without its state, reports nothing old.
	const startsAnew = stored.belongsToOtherEvent || stored.hasLostState;
	return {
		context,
		// `context` may serve many polls. A client serves one poll only, because the user may edit the
		// credential between two polls.
		client: new ApiClient(context),
		settings,
		stored,
		firstReportCount: startsAnew ? 0 : settings.firstReportCount,
		now,
		searchDeadline: now + budgetMs * SEARCH_SHARE,
		callsDeadline: now + budgetMs * CALLS_SHARE,
	};
}

/**
 * Writes to n8n's log why a trigger that has polled before starts anew: the user has chosen another
 * event or account for it, or its stored state cannot be used.
 */
function logWhyStartingAnew(context: IPollFunctions, stored: StoredState): void {
	const { name } = context.getNode();
	if (stored.belongsToOtherEvent) {
		context.logger.info(
			`'${name}' watches something else now: it reports what happens from now on`,
		);
	}
	if (stored.lossReason !== undefined) {
		context.logger.warn(
			`'${name}' cannot go on from what it remembers, so it reports only what happens from now on. ${stored.lossReason}`,
		);
	}
}

/**
 * Reads the branches of the account. If that fails, the branches of an earlier poll are used, and
 * n8n's log says so.
 */
async function readAccountBranches(run: PollRun): Promise<KnownBranches> {
	const { context, client, stored, now } = run;
	const { name } = context.getNode();
	const logFailure = ({ message }: Error) => {
		context.logger.warn(
			`'${name}' could not list the branches, and looks into those it knows: ${message}`,
		);
	};

	return await readActiveBranches(client, now, stored.previous, logFailure);
}

/**
 * Asks the event source what is new in the branches since the previous poll. If the rows that it
 * reads prove that the workflow has a wrong time zone, a warning goes to n8n's log.
 */
async function pollEventSource(run: PollRun, branches: readonly number[]): Promise<PollResult> {
	const { context, client, settings, stored } = run;
	const clockWatch = new ClockWatch(context, settings.zone);
	const pollReader = makePollReader(client, run.callsDeadline);
	const request: PollRequest = {
		client,
		reader: clockWatch.watch(pollReader),
		now: run.now,
		deadline: run.searchDeadline,
		branches,
		branchesDigest: settings.branchesDigest,
		filtersDigest: settings.filtersDigest,
		maxRecords: settings.maxRecords,
		firstReportCount: run.firstReportCount,
		hasLostState: stored.hasLostState,
	};
	const result = await settings.source.poll(request, stored.previous?.eventSourceState);
	clockWatch.warn();
	return result;
}

/**
 * Finds a failure that may be over in the next poll, such as a broken connection, and returns it as
 * an error of n8n's kind. A refusal would come again, so it does not count.
 *
 * @param failures the failures of the branches that could not be read, by the IDs of the branches
 */
function findTemporaryFailure(
	run: PollRun,
	failures: PollResult['failures'],
): NodeFailure | undefined {
	const { client } = run;
	for (const failure of failures.values()) {
		if (!isLastingFailure(client, failure)) return asNodeError(client.node, failure);
	}
	return undefined;
}

/** Writes to n8n's log which branches could not be read, and why. */
function logFailures(context: IPollFunctions, failures: PollResult['failures']): void {
	const { name } = context.getNode();
	for (const [branch, failure] of failures) {
		const { message } = failure as Error;
		context.logger.warn(`'${name}' could not look into branch ${branch}: ${message}`);
	}
}

/**
 * Makes one item for each new record, oldest first. Stops at 'Max Records per Poll', or when time
 * runs out. The next poll finds the records without an item again.
 */
async function makePollItems(run: PollRun, records: readonly NewRecord[]): Promise<IDataObject[]> {
	const { context, client, settings, stored, now, callsDeadline } = run;
	const names = await makePollNames(context, client, callsDeadline);
	const isFirstPoll = stored.previous === undefined;
	if (isFirstPoll) return await makeItemsOfFirstPoll(run, records, names);

	const recordsToReport = records.slice(0, settings.maxRecords);
	// The event that the user has chosen decides what the items look like.
	return await settings.makeItems({
		records: recordsToReport,
		client,
		names,
		deadline: callsDeadline,
		now,
	});
}

/**
 * Makes the items of the first poll, which reports only existing records that the user wants to
 * start with. Makes the items of all of them or throws, because no later poll finds them again.
 */
async function makeItemsOfFirstPoll(
	run: PollRun,
	records: readonly NewRecord[],
	names: NameSource,
): Promise<IDataObject[]> {
	const { client, settings, firstReportCount, now } = run;
	// The user may want to start with more records than a later poll reports at most.
	const recordLimit = Math.max(settings.maxRecords, firstReportCount);

	const items: IDataObject[] = [];
	let remainingRecords = records.slice(0, recordLimit);
	do {
		// Stops before a record that fails, and throws if the first record fails.
		const newItems = await settings.makeItems({
			records: remainingRecords,
			client,
			names,
			deadline: Infinity,
			now,
		});
		items.push(...newItems);
		// The next round begins with the record that has failed.
		remainingRecords = remainingRecords.slice(newItems.length);
	} while (remainingRecords.length > 0);
	return items;
}
