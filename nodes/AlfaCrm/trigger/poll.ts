import type { INodeExecutionData, IDataObject, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { asNodeError } from '../api/failures';
import type { ListReader } from '../api/list';
import type { Titles } from '../store/shortList';
import { listOfNames, readShortList } from '../store/shortList';
import type { NameSource } from '../output/names';
import { SchoolClock } from '../values/schoolClock';
import { accountBranches } from './branches';
import type { PollRequest } from './eventSource';
import { isLasting, pollReader } from './eventSource';
import { budgetOf, DEFAULT_BUDGET_MS, settingsOf } from './pollForm';
import { StoredState } from './state';
import { triggerKeyOf } from './digest';

/** Shares of a poll's time after which what was found is enough, and after which no record and no page is read. The rest is for the request under way. */
const [LISTS_SHARE, RECORDS_SHARE] = [0.5, 0.8];
/** How many records a test in the editor shows. */
const SAMPLES = 3;
/** How long somebody who tests the trigger is kept waiting at most. */
const SAMPLE_MS = 20_000;

/** Polls of each trigger that are under way, known by their static data, and the one that was begun last. */
const underWay = new Map<string, { polls: Set<object>; latest: object }>();

/** Static data with which a poll was done: the next one of the same data activates nothing. */
const activated = new WeakSet<object>();

/** One poll of the trigger: items for what is new, or null. */
export async function runPoll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') return [await test(context)];
	const data = context.getWorkflowStaticData('node');
	const trigger = triggerKeyOf(context);
	const own = underWay.get(trigger) ?? { polls: new Set<object>(), latest: data };
	// n8n starts the next poll even if the last one is not done yet, and both would report the same. Those of the durable
	// scheduler have a copy of the data each.
	if (own.polls.has(data) || (own.polls.size > 0 && !mayBeActivation(context))) return null;
	own.latest = data;
	underWay.set(trigger, own);
	own.polls.add(data);
	try {
		return await reportNews(context, data, () => own.latest !== data);
	} finally {
		own.polls.delete(data);
		if (own.polls.size === 0) underWay.delete(trigger);
	}
}

/** Other polls of the durable scheduler have a limit of their own. */
const mayBeActivation = (context: IPollFunctions): boolean => budgetOf(context) >= DEFAULT_BUDGET_MS;

async function reportNews(
	context: IPollFunctions,
	data: IDataObject,
	isReplaced: () => boolean,
): Promise<INodeExecutionData[][] | null> {
	const { source, itemsOf, chosen, subject, zone, ...settings } = await settingsOf(context);
	const watched = { subject, checkState: source.checkState };
	const stored = new StoredState(context, data, watched, mayBeActivation(context));
	// The next poll reports what this one would report twice.
	if (stored.isOvertaken) return null;
	const { known } = stored;
	const [{ name }, now, budget] = [context.getNode(), Date.now(), budgetOf(context)];
	const [listsUntil, recordsUntil] = [now + budget * LISTS_SHARE, now + budget * RECORDS_SHARE];
	logNewBeginning(context, stored);
	// Anew for each poll: the context lives for as long as the workflow is active.
	const client = new ApiClient(context);
	const onlyKnown = ({ message }: Error) =>
		context.logger.warn(`'${name}' could not list the branches, and looks into those it knows: ${message}`);
	const clockWatch = new ClockWatch(context, zone);
	const listed = chosen ? undefined : await accountBranches(client, now, known, onlyKnown);
	const request: PollRequest = {
		...settings,
		client,
		reader: clockWatch.watch(pollReader(client, recordsUntil)),
		now,
		deadline: listsUntil,
		branches: chosen ?? listed?.branches ?? [],
		startWith: stored.isOther || stored.hasLostState ? 0 : settings.startWith,
		hasLostState: stored.hasLostState,
	};
	const { records, failures, stateAfter } = await source.poll(request, known?.known);
	clockWatch.warn();
	const passing = [...failures.values()].find((failure) => !isLasting(client, failure));
	// The user who activates the trigger sees what is wrong, and no record is missed: the first poll has reported none yet.
	if (passing !== undefined && !known) throw asNodeError(client.node, passing);
	for (const [branch, failure] of failures)
		context.logger.warn(`'${name}' could not look into branch ${branch}: ${(failure as Error).message}`);
	// The first poll reports everything that 'First Poll Reports' asks for at once, because no later poll reports it.
	const next = records.slice(0, known ? settings.most : Math.max(settings.most, request.startWith));
	const names = await pollNames(context, client, recordsUntil);
	const found = { client, names, deadline: known ? recordsUntil : Infinity, now };
	const items = await itemsOf({ ...found, records: next });
	// In the beginning all of them, or none with the reason.
	while (!known && items.length < next.length)
		items.push(...(await itemsOf({ ...found, records: next.slice(items.length) })));
	// The workflow was published meanwhile. n8n may drop what comes of this poll, and the other one reports it.
	if (isReplaced()) return null;
	// Not before everything went well: otherwise the next poll does it all again.
	stored.save({ subject, ...listed, known: stateAfter(items.length) }, items.length > 0);
	const isActivated = activated.has(data);
	activated.add(data);
	if (items.length > 0) return [items.map((json) => ({ json }))];
	// What was got to know of the other branches stays in memory. If a poll fails that activates the trigger or is of the
	// durable scheduler, n8n drops its data, so that only n8n's log tells.
	if (passing !== undefined && isActivated) throw asNodeError(client.node, passing);
	return null;
}

/** Tells n8n's log why a trigger that has polled before does not go on from where it was. */
function logNewBeginning(context: IPollFunctions, { isOther, lossReason }: StoredState): void {
	const { name } = context.getNode();
	if (isOther) {
		context.logger.info(`'${name}' watches something else now: it reports what happens from now on`);
	}
	if (lossReason !== undefined) {
		context.logger.warn(
			`'${name}' cannot go on from what it remembers, so it reports only what happens from now on. ${lossReason}`,
		);
	}
}

/** Real records to build the workflow with; what the trigger has reported stays as it is. */
async function test(context: IPollFunctions): Promise<INodeExecutionData[]> {
	const client = new ApiClient(context);
	const now = Date.now();
	const deadline = now + SAMPLE_MS;
	const { source, itemsOf, chosen, limitedBy, zone } = await settingsOf(context);
	const branches = chosen ?? (await accountBranches(client, now)).branches;
	const clockWatch = new ClockWatch(context, zone);
	const reader = clockWatch.watch(pollReader(client, Infinity));
	const { records, isComplete } = await source.samples({ branches, client, now, reader, deadline }, SAMPLES);
	clockWatch.warn();
	const names = await pollNames(context, client, deadline);
	const items = await itemsOf({ records: records, client, names, deadline: Infinity, now });
	if (items.length > 0) return items.map((json) => ({ json }));
	const message = isComplete
		? 'AlfaCRM has nothing yet that this trigger would report'
		: 'Among the newest records of AlfaCRM is none that this trigger would report';
	const advice =
		limitedBy === undefined
			? 'Loosen the filters or choose other branches, or add a record in AlfaCRM that fits and fetch again.'
			: `'${limitedBy}' says who counts: change it for the test and put it back before you publish, or choose other branches, and fetch again.`;
	throw new NodeOperationError(context.getNode(), message, {
		description: `${advice} Once it is active, the trigger works without a test event.`,
	});
}

/**
 * Tells n8n's log if the lists of a poll prove that the time zone of the workflow is wrong. A poll has no other place for what is
 * no failure.
 */
class ClockWatch {
	private readonly schoolClock?: SchoolClock;

	/** @param zone the time zone of the workflow; undefined for an event to which it does not matter */
	constructor(
		private readonly context: IPollFunctions,
		zone: string | undefined,
	) {
		if (zone !== undefined) this.schoolClock = new SchoolClock(zone);
	}

	/** Makes a reader that notes the stamps of the rows that it reads. */
	watch(reader: ListReader): ListReader {
		return {
			collect: async (list, options) => {
				const collected = await reader.collect(list, options);
				this.schoolClock?.note(collected.rows);
				return collected;
			},
		};
	}

	/** Logs what the stamps have proven, if anything. */
	warn(): void {
		const warning = this.schoolClock?.warning;
		if (warning !== undefined) this.context.logger.warn(`'${this.context.getNode().name}': ${warning}`);
	}
}

/**
 * The names of one poll. A list that cannot be read in time is named in n8n's log, because records must not wait for names.
 *
 * @param deadline milliseconds since 1970 after which no list is read
 */
async function pollNames(context: IPollFunctions, client: ApiClient, deadline: number): Promise<NameSource> {
	const known = new Map<string, Titles | undefined>();
	const reader = pollReader(client, deadline);
	return {
		origin: await client.origin(),
		titlesIn: async (entity, branch) => {
			const list = listOfNames(entity, branch);
			const key = JSON.stringify([list.path, list.branch]);
			if (known.has(key) || Date.now() >= deadline) return known.get(key);
			let titles: Titles | undefined;
			try {
				({ titles } = await readShortList(reader, entity, branch));
			} catch (caught) {
				const what = `'${context.getNode().name}' could not ${list.task}, so names are missing`;
				context.logger.warn(`${what}: ${(caught as Error).message}`);
			}
			known.set(key, titles);
			return titles;
		},
	};
}
