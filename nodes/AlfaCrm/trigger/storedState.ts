import { createHash } from 'crypto';
import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import type { KnownBranches } from './watch/branches';

/** Raised when the shape changes; a state of another shape is begun anew. */
const VERSION = 2;

/** All that is kept between two polls: plain JSON. */
export interface PollState extends Partial<KnownBranches> {
	/** Account and event: another one begins anew. */
	subject: string;
	/** What the watch knows. */
	known?: unknown;
}

/**
 * What a trigger keeps, in n8n's static data. Where n8n keeps the state of polls in a table of its own ("durable
 * cursors"), it drops the state of the poll that activates a trigger unless that hands something over. What belongs to
 * the whole workflow is saved then, so the state goes there too, until the trigger's own place has it. It is saved again
 * whenever items are handed over, so one that is still there is never older than the last report.
 */
export class StoredState {
	private readonly shared: IDataObject;
	private readonly key: string;
	private readonly isNeeded: boolean;
	/** Missing when nothing usable is stored. */
	readonly known?: PollState;
	/** There is a state, of another account or event. */
	readonly isOther: boolean;

	constructor(
		context: IPollFunctions,
		private readonly data: IDataObject,
		subject: string,
	) {
		this.shared = context.getWorkflowStaticData('global');
		this.key = `AlfaCRM Trigger ${context.getNode().id}`;
		const own = stateIn(data);
		const kept = stateIn(this.shared[this.key]);
		const isOf = (state?: PollState): state is PollState => state?.subject === subject;
		this.isNeeded = !isOf(own);
		this.isOther = own !== undefined && this.isNeeded;
		this.known = isOf(own) ? own : isOf(kept) ? kept : undefined;
	}

	/** Assigned as a whole, because n8n notices only what is set on the outermost object. */
	save(state: PollState): void {
		const stored = { version: VERSION, ...state } as unknown as IDataObject;
		if (JSON.stringify(this.data.state) !== JSON.stringify(stored)) this.data.state = deepCopy(stored);
		if (this.isNeeded) this.shared[this.key] = { state: deepCopy(stored) };
		else if (this.key in this.shared) delete this.shared[this.key];
	}
}

function stateIn(holder: unknown): PollState | undefined {
	const { state } = (holder ?? {}) as { state?: PollState & { version?: number } };
	return state?.version === VERSION ? deepCopy(state) : undefined;
}

/** Tells settings apart; the order in which something was chosen does not matter. */
export function digestOf(value: unknown): string {
	return createHash('sha256')
		.update(JSON.stringify(inAnyOrder(value)))
		.digest('base64url')
		.slice(0, 12);
}

function inAnyOrder(value: unknown): unknown {
	if (Array.isArray(value)) return value.map((one) => JSON.stringify(inAnyOrder(one))).sort();
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).map(([name, inner]) => [name, inAnyOrder(inner)] as const);
	return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
