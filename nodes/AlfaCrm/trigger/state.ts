import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { lruSet } from '../api/bounded';
import { isPlain } from '../fields/blank';
import { canonicalJson } from '../fields/object';
import type { KnownBranches } from './branches';
import { digest, triggerKeyOf } from './digest';
import type { Check } from './storedShape';
import { checkNumber, checkText, makeListCheck, makeObjectCheck, makeOptional } from './storedShape';

/** The version of the shape of states. CONTRIBUTING.md says when to raise it; a trigger does not go on from a state of another one. */
const VERSION = 8;
/** More than are active in one n8n, each with some 30 kB at most. */
const MOST_WORKFLOWS = 1_000;
/** By then n8n has stored what was handed over to it, or has dropped it; in milliseconds. */
const STORING_MS = 30_000;

/** All that is kept between two polls: plain JSON. */
interface PollState extends Partial<KnownBranches> {
	/** Account and event: another one begins anew. */
	subject: string;
	/** What the event source knows. */
	known?: unknown;
}

interface Stored extends PollState {
	version: number;
	/** ID of the node: n8n keeps a node's own data under its name, which another one may bear now. */
	node: string;
	/** Grows with every change; n8n's time in milliseconds. */
	savedAt: number;
}

/** The part of a stored state that all versions share. It tells whose the state is, and which of two states is newer. */
type Envelope = Pick<Stored, 'node' | 'savedAt' | 'subject' | 'version'>;

const checkEnvelope = makeObjectCheck<Envelope>({
	version: checkNumber,
	node: checkText,
	savedAt: checkNumber,
	subject: checkText,
});

const checkBranches = makeObjectCheck<KnownBranches>({
	branches: makeOptional(makeListCheck(checkNumber)),
	branchesReadAt: makeOptional(checkNumber),
});

/** The account and event that a trigger watches, and the check of what its source has stored. */
interface Watched {
	/** Account and event: another one begins anew. */
	subject: string;
	/** Finds what is wrong with what the event source has stored. */
	checkState: Check;
}

/** What the triggers of a workflow are known to have reported, in this process: by workflow, by trigger. */
const reported = new Map<string, Map<string, Stored>>();

/** When the triggers that n8n keeps in a table of its own last handed something over, in this process. */
const handedOverAt = new Map<string, number>();

/**
 * What a trigger keeps in n8n, measured in 2.41. By default that is the static data of the whole workflow, under the node's ID, which
 * a renamed node keeps, and the node's own, which no Code node clears. Whoever saves static data saves all of it, as it was when that
 * one read it: a Code node at the beginning of its execution, a trigger that was published later than others at that time. So this
 * process remembers what each trigger of a workflow has reported, and saves that of the others, too.
 *
 * With durable cursors it is the node's own place, which n8n keeps in a table by ID, safe from all that. But n8n drops the state of the
 * poll that activates a trigger, unless that hands something over: so it goes to the workflow's place, too, until the table has it. And
 * it reads the state a while before it polls, and stores it a while after: of two polls that fall together the second may not know
 * what the first has handed over. This process does.
 */
export class StoredState {
	private readonly shared: IDataObject;
	private readonly node: string;
	private readonly key: string;
	private readonly all: Map<string, Stored>;
	private readonly isDurable: boolean;
	private readonly trigger: string;
	/** What was stored last, of whatever account and event. */
	private readonly last?: Stored;
	/** Missing when nothing usable is stored. */
	readonly known?: PollState;
	/** There is a state, of another account or event. */
	readonly isOther: boolean;
	/** Why the trigger cannot go on from a state that is there, in whole sentences. */
	readonly lossReason?: string;

	constructor(
		context: IPollFunctions,
		private readonly data: IDataObject,
		private readonly watched: Watched,
		private readonly mayBeActivation: boolean,
	) {
		this.shared = context.getWorkflowStaticData('global');
		this.node = context.getNode().id;
		this.key = `AlfaCRM Trigger ${this.node}`;
		this.trigger = triggerKeyOf(context);
		// n8n marks what is part of the workflow's static data, in order to notice changes.
		this.isDurable = !('__dataChanged' in data);
		this.all = this.isDurable ? new Map<string, Stored>() : reportedIn(String(context.getWorkflow().id));
		const { newest, problem } = this.findStates();
		this.last = newest;
		this.isOther = newest !== undefined && newest.subject !== watched.subject;
		this.lossReason = this.isOther ? undefined : findLossReason(newest, problem);
		const isUsable = newest !== undefined && !this.isOther && !this.hasLostState;
		this.known = isUsable ? deepCopy(newest) : undefined;
		// What is read here was handed over; of what is being saved, n8n may still drop the items.
		if (this.last !== undefined) this.all.set(this.key, this.last);
	}

	get hasLostState(): boolean {
		return this.lossReason !== undefined;
	}

	/** What was handed over last may be on its way into n8n's table, so that this state does not know of it. */
	get isOvertaken(): boolean {
		if (!this.isDurable || this.isOther) return false;
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
		const isKept = this.isDurable && !this.mayBeActivation && this.isOfThisTrigger(stateIn(this.data));
		assign(this.data, 'state', stored);
		if (isKept) delete this.shared[this.key];
		else assign(this.shared, this.key, { state: stored });
		if (isReport && this.isDurable) lruSet(handedOverAt, this.trigger, stored.savedAt, MOST_WORKFLOWS);
		if (!isReport) this.all.set(this.key, stored);
		for (const [key, other] of this.all)
			if (key !== this.key && this.newestOf(key) === other) assign(this.shared, key, { state: other });
	}

	/** A state keeps its time for as long as nothing changes, so that a poll without news leaves nothing to be saved. */
	private stamped(state: PollState): Stored {
		const { savedAt = 0 } = this.last ?? {};
		const stored = { version: VERSION, node: this.node, savedAt, ...state };
		if (JSON.stringify(stored) === JSON.stringify(this.last)) return stored;
		return { ...stored, savedAt: Math.max(Date.now(), savedAt + 1) };
	}

	private newestOf(key: string): Stored | undefined {
		return newer(stateIn(this.shared[key]), this.all.get(key));
	}

	/** Finds the newest state that is not broken, or else what is wrong with one that is. */
	private findStates(): { newest?: Stored; problem?: string } {
		const places = [this.data, this.shared[this.key], { state: this.all.get(this.key) }];
		const problems: string[] = [];
		let newest: Stored | undefined;
		for (const place of places.filter(holdsState)) {
			const problem = this.problemOf(place);
			if (problem !== undefined) problems.push(problem);
			else newest = newer(newest, this.ownStateIn(place));
		}
		return { newest, problem: problems[0] };
	}

	private problemOf(place: unknown): string | undefined {
		const state = stateIn(place);
		if (state === undefined) return envelopeProblem(place);
		// The shape of another version, and that of another event, is not known here.
		if (!this.isOfThisTrigger(state)) return undefined;
		return checkBranches(state, 'state') ?? this.watched.checkState(state.known, 'state.known');
	}

	private isOfThisTrigger(state: Stored | undefined): boolean {
		return state?.version === VERSION && state.node === this.node && state.subject === this.watched.subject;
	}

	private ownStateIn(place: unknown): Stored | undefined {
		const state = stateIn(place);
		return state?.node === this.node ? state : undefined;
	}
}

function reportedIn(workflow: string): Map<string, Stored> {
	const all = reported.get(workflow) ?? new Map<string, Stored>();
	lruSet(reported, workflow, all, MOST_WORKFLOWS);
	return all;
}

function assign(place: IDataObject, key: string, value: object): void {
	if (JSON.stringify(place[key]) !== JSON.stringify(value)) place[key] = deepCopy(value) as IDataObject;
}

/** The first one of two that are equally old. */
function newer(one?: Stored, other?: Stored): Stored | undefined {
	return (other?.savedAt ?? -1) > (one?.savedAt ?? -1) ? other : (one ?? other);
}

/** Says why a trigger that has polled before cannot go on. A trigger that polls for the first time has lost nothing. */
function findLossReason(newest?: Stored, problem?: string): string | undefined {
	if (newest === undefined) {
		return problem === undefined ? undefined : `Its state is broken: ${problem}.`;
	}
	if (newest.version === VERSION) return undefined;
	return `Its state was stored by another version of this package: it has version ${newest.version}, and this package reads version ${VERSION}.`;
}

/** Whether there is a state, or anything else in its place. A node's own data are there before a state is stored in them. */
const holdsState = (place: unknown): boolean => (isPlain(place) ? place.state : place) !== undefined;

const envelopeProblem = (place: unknown): string | undefined =>
	checkEnvelope(isPlain(place) ? place.state : place, 'state');

/** Reads the state of any version; undefined if there is none, or if it is broken. */
function stateIn(place: unknown): Stored | undefined {
	if (!isPlain(place) || envelopeProblem(place) !== undefined) return undefined;
	return deepCopy(place.state as Stored);
}

/** Tells settings apart; the order in which something was chosen does not matter. */
export function digestOf(value: unknown): string {
	return digest(canonicalJson(value, 'unordered'), 12);
}
