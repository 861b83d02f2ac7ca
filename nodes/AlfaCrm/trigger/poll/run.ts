import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../../api/client';
import { asNodeError } from '../../api/errors';
import type { EventType } from '../../entities/events';
import { entityOf } from '../../entities/registry';
import { simplifier } from '../../operations/simplify';
import type { Change } from '../change';
import { fetchRecord } from '../record';
import { Baseline } from './baseline';
import { poll, sample } from './poll';
import { budgetOf, DEFAULT_BUDGET_MS, eventOf, settingsOf } from './settings';
import type { News } from './types';
import { changeOf } from './watches';

/** How many records a test in the editor shows. */
const SAMPLES = 3;

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
	const settings = await settingsOf(context);
	const baseline = new Baseline(context, data, settings.digest);
	// Anew for each poll: the context lives for as long as the workflow is active.
	const client = new ApiClient(context);
	const { news, save } = await poll(client, settings, data);
	const items = await itemsOf(context, client, news, settings.recordsDeadline);
	// Not before everything went well: otherwise the next poll does it all again.
	save(items.length);
	baseline.settle();
	return items.length > 0 ? [items] : null;
}

/** Real records to build the workflow with; what the trigger has reported stays as it is. */
async function test(context: IPollFunctions): Promise<INodeExecutionData[]> {
	const client = new ApiClient(context);
	const news = await sample(client, await settingsOf(context), SAMPLES);
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
	const event = eventOf(context);
	const isRead = event.logged !== undefined && context.getNodeParameter('fetchRecord', true) === true;
	const items: INodeExecutionData[] = [];
	const records = new Map<string, IDataObject>();
	for (const one of news) {
		if (isRead && items.length > 0 && Date.now() >= deadline) break;
		items.push({ json: await jsonOf(context, client, event, one, records) });
	}
	return items;
}

async function jsonOf(
	context: IPollFunctions,
	client: ApiClient,
	{ newIn }: EventType,
	{ row, branch }: News,
	records: Map<string, IDataObject>,
): Promise<IDataObject> {
	if (newIn !== undefined) {
		const isSimple = context.getNodeParameter('simplify', true) === true;
		return isSimple ? simplifier(entityOf(newIn))(row) : row;
	}
	const change = changeOf(row, branch) as Change;
	if (context.getNodeParameter('fetchRecord', true) !== true) return change;
	const key = `${change.entity} ${change.entity_id}`;
	const record = records.get(key) ?? (await recordOf(client, change));
	records.set(key, record);
	return { ...change, ...record };
}

/** The record that was changed, as it is now; null when it is gone. */
async function recordOf(client: ApiClient, change: Change): Promise<IDataObject> {
	if (change.event === 'delete') return { record: null };
	try {
		return { record: await fetchRecord(client, change) };
	} catch (caught) {
		const error = asNodeError(client.node, caught);
		if (error instanceof NodeApiError && error.httpCode === '404') return { record: null };
		// What no later poll can cure does not stop the trigger.
		if (error instanceof NodeOperationError) return { record: null, recordError: error.message };
		throw error;
	}
}
