import type { IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { CREDENTIAL } from '../api/client';
import { originOf } from '../api/host';
import type { EventType } from '../entities/events';
import { eventTypes } from '../entities/events';
import { sourceFor } from './events';
import { TriggerParameters, within } from './parameters';
import { maxPerPoll, options, startWith } from './options';
import { branchesParameter, eventParameter } from './pollForm';
import { digestOf } from './state';
import type { EventSource, PollRequest } from './eventSource';

/** Poll contexts of n8n before 2.38 do not tell; those polls may take as long as they want. */
export const DEFAULT_BUDGET_MS = 300_000;
interface PollSettings extends Pick<PollRequest, 'filters' | 'scope' | 'most' | 'startWith'> {
	event: EventType;
	parameters: TriggerParameters;
	source: EventSource;
	limitedBy?: string;
	/** The branches that were chosen; all of the account if undefined. */
	chosen?: number[];
	/** Account and event: another one begins anew. */
	subject: string;
}

export async function settingsOf(context: IPollFunctions): Promise<PollSettings> {
	const event = eventOf(context);
	const parameters = new TriggerParameters(context);
	const branches = parameters.ids(branchesParameter);
	const { source, filters, limitedBy } = sourceFor(parameters, event);
	const { hostname } = await context.getCredentials(CREDENTIAL);
	return {
		event,
		parameters,
		source,
		limitedBy,
		chosen: branches.length > 0 ? [...new Set(branches)] : undefined,
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

/** A host that is none is told when it is called. */
function originIn(hostname: unknown): string {
	try {
		return originOf(hostname);
	} catch {
		return '';
	}
}
