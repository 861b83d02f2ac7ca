import type { IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { CREDENTIAL } from '../api/client';
import { originOf } from '../api/host';
import type { EventType } from '../entities/events';
import { eventTypes } from '../entities/events';
import { watchingFor } from './events';
import { TriggerParameters, within } from './parameters';
import { maxPerPoll, options, startWith } from './options';
import { branchesParameter, eventParameter } from './pollForm';
import { digestOf } from './storedState';
import type { Poll, Watch } from './watch/watch';

/** Poll contexts of n8n before 2.38 do not tell; those polls may take as long as they want. */
export const DEFAULT_BUDGET_MS = 300_000;
/** Shares of the budget after which no list and no record is read. The rest is for the request that is under way then. */
const LISTS_SHARE = 0.5;
const RECORDS_SHARE = 0.8;

interface PollSettings extends Pick<Poll, 'filters' | 'scope' | 'most' | 'startWith'> {
	event: EventType;
	parameters: TriggerParameters;
	watch: Watch;
	limitedBy?: string;
	/** All branches of the account if undefined. */
	branches?: number[];
	/** Account and event: another one begins anew. */
	subject: string;
}

export async function settingsOf(context: IPollFunctions): Promise<PollSettings> {
	const event = eventOf(context);
	const parameters = new TriggerParameters(context);
	const branches = parameters.ids(branchesParameter);
	const { watch, filters, limitedBy } = watchingFor(parameters, event);
	const { hostname } = await context.getCredentials(CREDENTIAL);
	return {
		event,
		parameters,
		watch,
		limitedBy,
		branches: branches.length > 0 ? [...new Set(branches)] : undefined,
		subject: digestOf([originIn(hostname), event.value]),
		filters: digestOf(filters),
		scope: digestOf(branches),
		most: parameters.integer(within(options, maxPerPoll)),
		startWith: parameters.integer(within(options, startWith)),
	};
}

function eventOf(context: IPollFunctions): EventType {
	const name = context.getNodeParameter(eventParameter.name) as string;
	const event = eventTypes.find(({ value }) => value === name);
	if (event) return event;
	throw new NodeOperationError(context.getNode(), `'${eventParameter.displayName}' has no event "${name}"`);
}

/** Milliseconds that n8n gives a poll. */
export function budgetOf(context: IPollFunctions): number {
	return typeof context.getPollBudgetMs === 'function' ? context.getPollBudgetMs() : DEFAULT_BUDGET_MS;
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
