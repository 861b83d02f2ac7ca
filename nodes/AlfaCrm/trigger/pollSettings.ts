import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { CREDENTIAL } from '../api/client';
import { readFlag, readId } from '../api/formats';
import { originOf } from '../api/host';
import type { EventType } from '../entities/events';
import { classLabels } from '../entities/classes';
import { customer } from '../entities/customer';
import { eventTypes } from '../entities/events';
import { entityOf } from '../entities/registry';
import { isLogged } from './change';
import {
	choiceOf,
	countOf,
	entitiesOf,
	eventsOf,
	flagOf,
	hasChanged,
	idsOf,
	isAmong,
	namesOf,
} from './filter';
import { digestOf } from './storedState';
import { LogWatch } from './watch/logWatch';
import { RecordsWatch } from './watch/recordsWatch';
import type { Poll, Watch } from './watch/watch';

/** Poll contexts of n8n before 2.38 do not tell; those polls may take as long as they want. */
export const DEFAULT_BUDGET_MS = 300_000;
/** Shares of the budget after which no list and no record is read. The rest is for the request that is under way then. */
const LISTS_SHARE = 0.5;
const RECORDS_SHARE = 0.8;
const DEFAULT_MOST = 500;
/** Leads and clients. */
const ALL_TYPES = 2;

interface PollSettings extends Pick<Poll, 'filters' | 'scope' | 'most' | 'startWith'> {
	watch: Watch;
	/** All branches of the account if undefined. */
	branches?: number[];
	/** Account and event: another one begins anew. */
	subject: string;
}

export function eventOf(context: IPollFunctions): EventType {
	const name = context.getNodeParameter('event') as string;
	const event = eventTypes.find(({ value }) => value === name);
	if (event) return event;
	throw new NodeOperationError(context.getNode(), `'Trigger On' has no event "${name}"`);
}

/** Milliseconds that n8n gives a poll. */
export function budgetOf(context: IPollFunctions): number {
	return typeof context.getPollBudgetMs === 'function' ? context.getPollBudgetMs() : DEFAULT_BUDGET_MS;
}

export async function settingsOf(context: IPollFunctions): Promise<PollSettings> {
	const event = eventOf(context);
	const branches = idsOf(context, 'branchIds', 'Branch Names or IDs');
	const filters = filtersOf(context, event);
	const { hostname } = await context.getCredentials(CREDENTIAL);
	const options = context.getNodeParameter('options', {}) as IDataObject;
	return {
		watch: watchOf(event, filters),
		branches: branches.length > 0 ? [...new Set(branches)] : undefined,
		subject: digestOf([originIn(hostname), event.value]),
		filters: digestOf(filters),
		scope: digestOf(branches),
		most: countOf(context, options.maxPerPoll, 'Max Records per Poll', 0) || DEFAULT_MOST,
		startWith: countOf(context, options.startWith, 'Start With Newest', 0),
	};
}

/** Milliseconds since 1970 after which a poll reads no further list, and no further record: a share of what n8n gives it. */
export function deadlinesOf(context: IPollFunctions): { lists: number; records: number } {
	const budget = budgetOf(context);
	return { lists: Date.now() + budget * LISTS_SHARE, records: Date.now() + budget * RECORDS_SHARE };
}

/** A host that is none is told when it is called. */
function originIn(hostname: unknown): string {
	try {
		return originOf(hostname);
	} catch {
		return '';
	}
}

/** What decides which rows are wanted. */
interface Filters {
	isStudy: number;
	isArchivedToo: boolean;
	ids: Record<string, number[]>;
	stages: number[];
	classes: string[];
	events: string[];
	fields: string[];
}

function filtersOf(context: IPollFunctions, { newIn, value, logged }: EventType): Filters {
	const isCustomer = newIn === 'customer';
	const isAny = value === 'recordChanged';
	return {
		isStudy: isCustomer ? typeOf(context) : ALL_TYPES,
		isArchivedToo: isCustomer && isArchivedToo(context),
		ids: isCustomer ? customerIds(context) : {},
		stages: value === 'leadMoved' ? idsOf(context, 'stages', 'To Lead Status Names or IDs') : [],
		classes: isAny ? entitiesOf(context) : [logged?.className ?? ''].filter(Boolean),
		events: isAny ? eventsOf(context) : [],
		fields: isAny || value === 'customerUpdated' ? namesOf(context, 'changedFields', 'Changed Fields') : [],
	};
}

function typeOf(context: IPollFunctions): number {
	const field = customer.defaultFilters?.find(({ name }) => name === 'is_study');
	return field === undefined ? ALL_TYPES : choiceOf(context, field, ALL_TYPES);
}

function isArchivedToo(context: IPollFunctions): boolean {
	return flagOf(context, context.getNodeParameter('includeArchived', false), 'Include Archived', false);
}

function watchOf({ newIn, logged = {} }: EventType, filters: Filters): Watch {
	if (newIn === 'customer') return newCustomers(filters);
	if (newIn !== undefined) return newRecords(newIn, {}, () => true);
	const { classes, events, fields, stages } = filters;
	return new LogWatch(
		(change) =>
			isAmong(classes, change.entity) &&
			isLogged(logged, change) &&
			(events.length === 0 || events.includes(change.event)) &&
			(change.event !== 'update' || hasChanged(fields, change)) &&
			(stages.length === 0 || stages.includes(readId(change.fields_new.lead_status_id) ?? 0)),
		// AlfaCRM may tell upper from lower case in the name of a class that is not known here.
		classes.length === 1 && Object.hasOwn(classLabels, classes[0]) ? { entity: classes[0] } : {},
	);
}

function newRecords(entityName: string, body: IDataObject, wants: (row: IDataObject) => boolean): Watch {
	const { path, plural, includeHidden } = entityOf(entityName);
	return new RecordsWatch(
		{ path, task: `look for new ${plural.toLowerCase()}` },
		body,
		{ ...includeHidden },
		wants,
	);
}

function customerIds(context: IPollFunctions): Record<string, number[]> {
	const lists = {
		assigned_id: 'Assigned Manager Names or IDs',
		lead_source_id: 'Lead Source Names or IDs',
		lead_status_id: 'Lead Status Names or IDs',
	};
	return Object.fromEntries(
		Object.entries(lists).map(([name, label]) => [name, idsOf(context, `filters.${name}`, label)]),
	);
}

/**
 * API notes 3 and 5.3: without `removed`, a list leaves the archived ones out, and rows may not tell them. Leads and
 * clients are told apart by their rows, so that those who are not wanted are known when they are one day.
 */
function newCustomers({ isStudy, isArchivedToo, ids }: Filters): Watch {
	const chosen = Object.entries(ids).filter(([, list]) => list.length > 0);
	return newRecords(
		'customer',
		{ is_study: 2, ...(isArchivedToo ? { removed: 1 } : {}) },
		(row) =>
			(isStudy === 2 || (readFlag(row.is_study) ?? isStudy) === isStudy) &&
			chosen.every(([name, list]) => list.includes(readId(row[name]) ?? 0)),
	);
}
