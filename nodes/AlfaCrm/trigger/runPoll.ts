import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { asNodeError } from '../api/errors';
import { entityOf } from '../entities/registry';
import { simplifier } from '../operations/simplify';
import type { Change } from './change';
import { changeOf } from './change';
import { flagOf } from './filter';
import type { News } from './poll/look';
import { budgetOf, deadlinesOf, DEFAULT_BUDGET_MS, eventOf, settingsOf } from './pollSettings';
import { RecordReader } from './recordReader';
import { StoredState } from './storedState';
import { branchesOf } from './watch/branches';
import { newest } from './watch/newest';
import { isLasting, Reader } from './watch/reader';

/** How many records a test in the editor shows. */
const SAMPLES = 3;
/** How long somebody who tests the trigger is kept waiting at most. */
const SAMPLE_MS = 20_000;

/** Static data of the polls under way, by trigger. */
const underWay = new Map<string, Set<object>>();

/** One poll of the trigger: items for what is new, or null. */
export async function runPoll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') return [await test(context)];
	const data = context.getWorkflowStaticData('node');
	const trigger = `${context.getWorkflow().id} ${context.getNode().id}`;
	const others = underWay.get(trigger) ?? new Set();
	if (isOverlap(context, data, others)) return null;
	underWay.set(trigger, others.add(data));
	try {
		return await reportNews(context, data);
	} finally {
		others.delete(data);
		if (others.size === 0) underWay.delete(trigger);
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
): Promise<INodeExecutionData[][] | null> {
	const { watch, branches: chosen, subject, ...settings } = await settingsOf(context);
	const deadlines = deadlinesOf(context);
	const stored = new StoredState(context, data, subject, mayBeActivation(context));
	const name = context.getNode().name;
	if (stored.isOther) {
		context.logger.info(`'${name}' watches something else now: it reports what happens from now on`);
	}
	// Anew for each poll: the context lives for as long as the workflow is active.
	const client = new ApiClient(context);
	const reader = new Reader(client, deadlines.lists);
	const startWith = stored.isOther ? 0 : settings.startWith;
	const listed = chosen === undefined ? await branchesOf(reader, stored.known) : undefined;
	const branches = chosen ?? listed?.branches ?? [];
	const asked = { ...settings, reader, branches, isAll: chosen === undefined, startWith };
	const { news, failures, after } = await watch.poll(asked, stored.known?.known);
	const passing = [...failures.values()].find((failure) => !isLasting(client, failure));
	if (news.length === 0 && passing !== undefined) throw asNodeError(client.node, passing);
	for (const [branch, failure] of failures) {
		context.logger.warn(`'${name}' could not look into branch ${branch}: ${(failure as Error).message}`);
	}
	const records = new RecordReader(client, news, failures);
	const items = await itemsOf(context, records, news.slice(0, settings.most), deadlines.records);
	// Not before everything went well: otherwise the next poll does it all again.
	stored.save({ subject, ...listed, known: after(items.length) }, items.length > 0);
	return items.length > 0 ? [items] : null;
}

/** Real records to build the workflow with; what the trigger has reported stays as it is. */
async function test(context: IPollFunctions): Promise<INodeExecutionData[]> {
	const client = new ApiClient(context);
	const reader = new Reader(client, Date.now() + SAMPLE_MS);
	const { watch, branches: chosen } = await settingsOf(context);
	const branches = chosen ?? (await branchesOf(reader)).branches;
	const { news } = await newest(watch, reader, branches, SAMPLES);
	if (news.length > 0) return await itemsOf(context, new RecordReader(client, news), news);
	throw new NodeOperationError(context.getNode(), 'AlfaCRM has nothing yet that this trigger would report', {
		description:
			'Loosen the filters or choose other branches, or add a record in AlfaCRM that fits and fetch again. Once it is active, the trigger works without a test event.',
	});
}

/** As many items as there is time to read records for, but at least one. */
async function itemsOf(
	context: IPollFunctions,
	records: RecordReader,
	news: readonly News[],
	deadline = Infinity,
): Promise<INodeExecutionData[]> {
	const { newIn, logged } = eventOf(context);
	if (newIn !== undefined) {
		const isSimple = flagOf(context, context.getNodeParameter('simplify', true), 'Simplify', true);
		const show = isSimple ? simplifier(entityOf(newIn)) : (row: IDataObject) => row;
		return news.map(({ row }) => ({ json: show(row) }));
	}
	const fetchRecord: unknown = logged && context.getNodeParameter('fetchRecord', true);
	const isRead = logged !== undefined && flagOf(context, fetchRecord, 'Fetch Full Record', true);
	const items: INodeExecutionData[] = [];
	for (const { row, branches } of news) {
		if (isRead && items.length > 0 && Date.now() >= deadline) break;
		const change = changeOf(row, branches[0]) as Change;
		const record = isRead ? await records.recordOf(change, branches) : {};
		items.push({ json: { ...change, ...record } });
	}
	return items;
}
