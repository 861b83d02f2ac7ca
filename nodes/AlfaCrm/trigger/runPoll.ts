import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { asNodeError } from '../api/errors';
import { entityOf } from '../entities/registry';
import { simplifier } from '../operations/simplify';
import { branchesOf } from './branches';
import type { Change } from './change';
import { changeOf } from './change';
import { newest } from './newest';
import { fetchRecord } from './record';
import { isLasting, Reader } from './poll/reading';
import type { News } from './poll/watch';
import { budgetOf, deadlinesOf, DEFAULT_BUDGET_MS, eventOf, settingsOf } from './pollSettings';
import { StoredState } from './storedState';

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
	return others.has(data) || (others.size > 0 && budgetOf(context) < DEFAULT_BUDGET_MS);
}

async function reportNews(
	context: IPollFunctions,
	data: IDataObject,
): Promise<INodeExecutionData[][] | null> {
	const { watch, branches: chosen, subject, ...settings } = await settingsOf(context);
	const deadlines = deadlinesOf(context);
	const stored = new StoredState(context, data, subject);
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
	const items = await itemsOf(context, client, news.slice(0, settings.most), deadlines.records);
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
	if (news.length > 0) return await itemsOf(context, client, news);
	throw new NodeOperationError(context.getNode(), 'AlfaCRM has nothing yet that this trigger would report', {
		description:
			'Loosen the filters or choose other branches, or add a record in AlfaCRM that fits and fetch again. Once it is active, the trigger works without a test event.',
	});
}

/** As many items as there is time to read records for, but at least one. */
async function itemsOf(
	context: IPollFunctions,
	client: ApiClient,
	news: readonly News[],
	deadline = Infinity,
): Promise<INodeExecutionData[]> {
	const { newIn, logged } = eventOf(context);
	if (newIn !== undefined) {
		const isSimple = context.getNodeParameter('simplify', true) === true;
		const show = isSimple ? simplifier(entityOf(newIn)) : (row: IDataObject) => row;
		return news.map(({ row }) => ({ json: show(row) }));
	}
	const isRead = logged !== undefined && context.getNodeParameter('fetchRecord', true) === true;
	const items: INodeExecutionData[] = [];
	const records = new Map<string, IDataObject>();
	for (const { row, branches } of news) {
		if (isRead && items.length > 0 && Date.now() >= deadline) break;
		const change = changeOf(row, branches[0]) as Change;
		const key = `${change.entity} ${change.entity_id}`;
		const record = isRead ? (records.get(key) ?? (await recordOf(client, change, branches))) : {};
		records.set(key, record);
		items.push({ json: { ...change, ...record } });
	}
	return items;
}

/**
 * The record that was changed, as it is now; null when it is gone or cannot be read. Where a log lists all branches
 * alike, it may be in any of them.
 */
async function recordOf(
	client: ApiClient,
	change: Change,
	branches: readonly number[],
): Promise<IDataObject> {
	if (change.event === 'delete') return { record: null };
	let reason: IDataObject = {};
	for (const branch of branches) {
		try {
			return { record: await fetchRecord(client, { ...change, branch_id: branch }) };
		} catch (caught) {
			const error = asNodeError(client.node, caught);
			// What a later poll may cure is no reason to report the change without its record.
			if (error instanceof NodeApiError && !isLasting(client, error)) throw error;
			const isGone = error instanceof NodeApiError && error.httpCode === '404';
			if (!isGone) reason = { recordError: error.message };
		}
	}
	return { record: null, ...reason };
}
