import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { asNodeError } from '../api/failures';
import { eventItems } from './events';
import { budgetOf, deadlinesOf, DEFAULT_BUDGET_MS, settingsOf } from './pollSettings';
import { pollNames } from './pollNames';
import { RecordReader } from './recordReader';
import { StoredState } from './storedState';
import { triggerKeyOf } from './triggerKey';
import { accountBranches } from './watch/branches';
import { HurriedReader } from './watch/newest';
import { isLasting, Reader } from './watch/reader';

/** How many records a test in the editor shows. */
const SAMPLES = 3;
/** How long somebody who tests the trigger is kept waiting at most. */
const SAMPLE_MS = 20_000;

/** Polls of one trigger, each known by its static data. */
interface UnderWay {
	polls: Set<object>;
	/** The one that was begun last. */
	latest: object;
}

const underWay = new Map<string, UnderWay>();

/** Static data with which a poll was done: the next one of the same data activates nothing. */
const activated = new WeakSet<object>();

/** One poll of the trigger: items for what is new, or null. */
export async function runPoll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') return [await test(context)];
	const data = context.getWorkflowStaticData('node');
	const trigger = triggerKeyOf(context);
	const own = underWay.get(trigger) ?? { polls: new Set(), latest: data };
	if (isOverlap(context, data, own.polls)) return null;
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

/**
 * n8n starts the next poll even if the last one is not done yet, and both would report the same. A poll of the durable
 * scheduler has a copy of the data and, other than one that activates the trigger, a limit of its own.
 */
function isOverlap(context: IPollFunctions, data: object, others: ReadonlySet<object>): boolean {
	return others.has(data) || (others.size > 0 && !mayBeActivation(context));
}

/** Other polls of the durable scheduler have a limit of their own. */
const mayBeActivation = (context: IPollFunctions): boolean => budgetOf(context) >= DEFAULT_BUDGET_MS;

async function reportNews(
	context: IPollFunctions,
	data: IDataObject,
	isReplaced: () => boolean,
): Promise<INodeExecutionData[][] | null> {
	const { watch, branches: chosen, subject, event, parameters, ...settings } = await settingsOf(context);
	const deadlines = deadlinesOf(context);
	const stored = new StoredState(context, data, subject, mayBeActivation(context));
	// The next poll reports what this one would report twice.
	if (stored.isOvertaken) return null;
	const name = context.getNode().name;
	if (stored.isOther) {
		context.logger.info(`'${name}' watches something else now: it reports what happens from now on`);
	}
	// Anew for each poll: the context lives for as long as the workflow is active.
	const client = new ApiClient(context);
	const reader = new Reader(client, deadlines.lists);
	const startWith = stored.followsOther ? 0 : settings.startWith;
	const onlyKnown = ({ message }: Error) =>
		context.logger.warn(`'${name}' could not list the branches, and looks into those it knows: ${message}`);
	const listed = chosen === undefined ? await accountBranches(reader, stored.known, onlyKnown) : undefined;
	const branches = chosen ?? listed?.branches ?? [];
	const closed = listed?.closedBranches ?? [];
	const asked = { ...settings, reader, branches, closed, isAll: chosen === undefined, startWith };
	const { news, failures, timeless = 0, after } = await watch.poll(asked, stored.known?.known);
	const passing = [...failures.values()].find((failure) => !isLasting(client, failure));
	// Who activates the trigger for the first time sees what is wrong.
	if (passing !== undefined && news.length === 0 && !stored.known) throw asNodeError(client.node, passing);
	for (const [branch, failure] of failures) {
		context.logger.warn(`'${name}' could not look into branch ${branch}: ${(failure as Error).message}`);
	}
	if (timeless > 0)
		context.logger.warn(
			`'${name}' cannot report ${timeless} entries of the change log: their time cannot be read`,
		);
	const records = new RecordReader(client, news, failures);
	const next = news.slice(0, settings.most);
	const names = await pollNames(context, client, deadlines.records);
	const deadline = deadlines.records;
	const items = await eventItems(parameters, event, { news: next, records, names, deadline });
	// The workflow was published meanwhile. n8n may drop what comes of this poll, and the other one reports it.
	if (isReplaced()) return null;
	// Not before everything went well: otherwise the next poll does it all again.
	stored.save({ subject, ...listed, known: after(items.length) }, items.length > 0);
	const isActivated = activated.has(data);
	activated.add(data);
	if (items.length > 0) return [items.map((json) => ({ json }))];
	// What was got to know of the other branches stays in memory. If a poll fails that activates the trigger or is of the
	// durable scheduler, n8n drops its data, so that only n8n's log tells.
	if (passing !== undefined && isActivated) throw asNodeError(client.node, passing);
	return null;
}

/** Real records to build the workflow with; what the trigger has reported stays as it is. */
async function test(context: IPollFunctions): Promise<INodeExecutionData[]> {
	const client = new ApiClient(context);
	const deadline = Date.now() + SAMPLE_MS;
	const reader = new HurriedReader(client, deadline);
	const { watch, branches: chosen, event, parameters, limitedBy } = await settingsOf(context);
	const branches = chosen ?? (await accountBranches(reader)).branches;
	const { news, isAll } = await watch.samples(reader, branches, SAMPLES);
	const names = await pollNames(context, client, deadline);
	const records = new RecordReader(client, news);
	const items = await eventItems(parameters, event, { news, records, names, deadline: Infinity });
	if (items.length > 0) return items.map((json) => ({ json }));
	const message = isAll
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
