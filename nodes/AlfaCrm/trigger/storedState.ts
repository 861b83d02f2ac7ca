import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { digest } from './digest';
import { lruSet } from '../api/bounded';
import { canonicalJson } from '../fields/object';
import { triggerKeyOf } from './triggerKey';
import type { KnownBranches } from './watch/branches';

/** Raised when the shape changes; a state of another shape is begun anew. */
const VERSION = 7;

/** All that is kept between two polls: plain JSON. */
interface PollState extends Partial<KnownBranches> {
	/** Account and event: another one begins anew. */
	subject: string;
	/** It took the place of another one. */
	followsOther?: true;
	/** What the watch knows. */
	known?: unknown;
}

/** A state with what tells which of several is to be taken. */
interface Stored extends PollState {
	version: number;
	/** ID of the node that wrote it; n8n keeps what a node stores under its name, which another one may bear now. */
	node?: string;
	/** Grows with every change; n8n's time in milliseconds. */
	savedAt?: number;
}

/** More than are active in one n8n, each with some 30 kB at most. */
const MOST_WORKFLOWS = 1_000;

/** What the triggers of a workflow are known to have reported, in this process: by workflow, by place. */
const reported = new Map<string, Map<string, Stored>>();

/** By then n8n has stored what was handed over to it, or has dropped it; in milliseconds. */
const STORING_MS = 30_000;

/** When the triggers that n8n keeps in a table of its own last handed something over, in this process. */
const handedOverAt = new Map<string, number>();

/**
 * What a trigger keeps, in n8n's static data: in the node's own place, and under the ID of the node in the one of the
 * whole workflow.
 *
 * By default, n8n keeps the first under the node's name, so that a renamed node finds its state in the second only. And
 * whoever saves static data saves all of it, as it was when that one read it: a Code node at the beginning of its
 * execution, a trigger that was published later than others at that time. So this process remembers what each trigger
 * of a workflow has reported, and saves that of the others, too.
 *
 * Where n8n keeps the state of polls in a table of its own ("durable cursors"), by ID and safe from all that, it drops
 * the state of the poll that activates a trigger unless that hands something over. So it goes to the second place, too,
 * then, and until the first has it; no longer, because saving static data may undo what a Code node has just saved there.
 * And it reads the state a while before it polls, and stores it a while after: of two polls that fall together, as those of
 * two Poll Times may, the second may not know what the first has handed over. This process does.
 */
export class StoredState {
	private readonly shared: IDataObject;
	private readonly key: string;
	private readonly id: string;
	private readonly all: Map<string, Stored>;
	private readonly isShared: boolean;
	/** Of the trigger, where n8n keeps its state in a table of its own. */
	private readonly trigger?: string;
	/** What was stored last, of whatever account and event. */
	private readonly last?: Stored;
	/** Missing when nothing usable is stored. */
	readonly known?: PollState;
	/** There is a state, of another account or event. */
	readonly isOther: boolean;
	/** There is one, or was when this one began, which may take several polls. */
	readonly followsOther: boolean;

	constructor(
		context: IPollFunctions,
		private readonly data: IDataObject,
		subject: string,
		mayBeActivation: boolean,
	) {
		this.id = context.getNode().id;
		this.shared = context.getWorkflowStaticData('global');
		this.key = keyOf(this.id);
		const found = stateIn(data);
		const isOwn = (found?.node ?? this.id) === this.id;
		const own = isOwn ? found : undefined;
		// n8n marks what is part of the workflow's static data, in order to notice changes.
		const isWithWorkflow = '__dataChanged' in data;
		if (!isWithWorkflow) this.trigger = triggerKeyOf(context);
		this.isShared = isWithWorkflow || own?.subject !== subject || mayBeActivation;
		this.all = isWithWorkflow ? reportedIn(String(context.getWorkflow().id)) : new Map<string, Stored>();
		this.last =
			newer(own, this.newestOf(this.key)) ?? (isWithWorkflow ? this.leftBehind(subject, found) : undefined);
		this.known = this.last?.subject === subject ? deepCopy(this.last) : undefined;
		this.isOther = this.last !== undefined && this.known === undefined;
		this.followsOther = this.isOther || this.known?.followsOther === true;
		// What is read here was handed over; of what is being saved, n8n may still drop the items.
		if (this.last !== undefined) this.all.set(this.key, this.last);
	}

	/** What was handed over last may be on its way into n8n's table, so that this state does not know of it. */
	get isOvertaken(): boolean {
		if (this.trigger === undefined || this.isOther) return false;
		const at = handedOverAt.get(this.trigger) ?? 0;
		// The clock may have been set back.
		return at > (this.last?.savedAt ?? 0) && Math.abs(Date.now() - at) < STORING_MS;
	}

	/**
	 * Assigned as a whole, because n8n notices only what is set on the outermost object.
	 *
	 * @param isReport items are handed over
	 */
	save(state: PollState, isReport: boolean): void {
		const stored = this.stamped(state);
		if (JSON.stringify(this.data.state) !== JSON.stringify(stored)) this.data.state = plain(stored);
		if (this.isShared) this.share(this.key, stored);
		else if (this.key in this.shared) delete this.shared[this.key];
		if (!isReport) this.all.set(this.key, stored);
		else if (this.trigger !== undefined) lruSet(handedOverAt, this.trigger, stored.savedAt, MOST_WORKFLOWS);
		for (const [key, other] of this.all) {
			if (key !== this.key && this.newestOf(key) === other) this.share(key, other);
		}
	}

	/** A state keeps its time for as long as nothing changes, so that a poll without news leaves nothing to be saved. */
	private stamped(state: PollState): Stored & { savedAt: number } {
		const { savedAt = 0 } = this.last ?? {};
		const follows = this.followsOther ? { followsOther: true as const } : {};
		const stored = { version: VERSION, node: this.id, savedAt, ...follows, ...state };
		if (JSON.stringify(stored) === JSON.stringify(this.last)) return stored;
		return { ...stored, savedAt: Math.max(Date.now(), savedAt + 1) };
	}

	private share(key: string, stored: Stored): void {
		const held = { state: plain(stored) };
		if (JSON.stringify(this.shared[key]) !== JSON.stringify(held)) this.shared[key] = held;
	}

	/** A node that takes the name of one that is gone goes on where that stopped, unless that goes on by another name. */
	private leftBehind(subject: string, found?: Stored): Stored | undefined {
		if (found?.node === undefined || found.subject !== subject) return undefined;
		return newer(found, this.newestOf(keyOf(found.node))) === found ? found : undefined;
	}

	private newestOf(key: string): Stored | undefined {
		return newer(stateIn(this.shared[key]), this.all.get(key));
	}
}

function reportedIn(workflow: string): Map<string, Stored> {
	const all = reported.get(workflow) ?? new Map<string, Stored>();
	lruSet(reported, workflow, all, MOST_WORKFLOWS);
	return all;
}

const keyOf = (node: string) => `AlfaCRM Trigger ${node}`;

const plain = (stored: Stored) => deepCopy(stored) as unknown as IDataObject;

/** The first one of two that are equally old. */
function newer(one?: Stored, other?: Stored): Stored | undefined {
	return (other?.savedAt ?? -1) > (one?.savedAt ?? -1) ? other : (one ?? other);
}

function stateIn(holder: unknown): Stored | undefined {
	const { state } = (holder ?? {}) as { state?: Stored };
	return state?.version === VERSION ? deepCopy(state) : undefined;
}

/** Tells settings apart; the order in which something was chosen does not matter. */
export function digestOf(value: unknown): string {
	return digest(canonicalJson(value, 'unordered'), 12);
}
