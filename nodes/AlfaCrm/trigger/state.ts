import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { lruSet } from '../api/bounded';
import { isPlain } from '../fields/blank';
import { canonicalJson } from '../fields/object';
import type { KnownBranches } from './branches';
import { digest, triggerKeyOf } from './digest';
import type { Check } from './storedShape';
import {
	checkNumber,
	checkText,
	makeListCheck,
	makeObjectCheck,
	makeOptional,
} from './storedShape';

/**
 * The version of the shape of states. A trigger does not go on from a state of another version.
 * CONTRIBUTING.md says when to raise it.
 */
const VERSION = 8;

/** More workflows are hardly active in one n8n. The states of each take at most some 30 kB. */
const MOST_WORKFLOWS = 1_000;

/** After this time, n8n has stored the state that it was given, or has dropped it. */
const STORING_MS = 30_000;

/** Everything that is kept between two polls, as plain JSON. */
interface PollState extends Partial<KnownBranches> {
	/** Identifies account and event. With another one, the trigger starts anew. */
	subject: string;
	/** What the event source remembers. */
	known?: unknown;
}

interface Stored extends PollState {
	version: number;
	/**
	 * The ID of the node. n8n keeps a node's data under its name, which another node may have by now.
	 */
	node: string;
	/**
	 * When it was saved, by n8n's clock in milliseconds. It grows with every change, even if the
	 * clock is set back.
	 */
	savedAt: number;
}

/**
 * The part of a stored state that all versions have. It says which trigger the state belongs to,
 * and which of two states is newer.
 */
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

/** What a trigger watches. */
interface Watched {
	/** Identifies account and event. */
	subject: string;
	/** Finds what is wrong with what the event source has stored. */
	checkState: Check;
}

/** The latest states of triggers that this process knows, by workflow and trigger. */
const statesInProcess = new Map<string, Map<string, Stored>>();

/** When a trigger with durable cursors last handed items over to n8n, in this process. */
const handedOverAt = new Map<string, number>();

/**
 * The state that a trigger keeps in n8n between two polls. n8n's behaviour was measured in 2.41.
 *
 * **Static data (n8n's default).** The state is stored in two places: in the static data of the
 * workflow, under the ID of the node, which stays when the node is renamed; and in the static data
 * of the node, which no Code node clears. Everybody who saves static data saves all of it, as it
 * was when they read it: a Code node at the beginning of its execution, or a trigger that was
 * published later. Such a save may restore old states of other triggers. So this process remembers
 * the latest state of each trigger of a workflow, and each trigger saves those of the others too.
 *
 * **Durable cursors.** n8n keeps the state of the node in a table, by the ID of the node, where
 * none of that happens. But:
 *
 * - n8n drops the state of the poll that activates a trigger, unless that poll hands over items. So
 *   the state is also stored in the static data of the workflow, until the table has one.
 * - n8n reads the state a while before it polls, and stores it a while after. If two polls overlap,
 *   the second may not know what the first has handed over. This process does: see `isOvertaken`.
 */
export class StoredState {
	private readonly shared: IDataObject;
	private readonly node: string;
	private readonly key: string;
	/** The latest states of all triggers of the workflow, by key. */
	private readonly latestStates: Map<string, Stored>;
	/** Whether n8n uses durable cursors. */
	private readonly isDurable: boolean;
	private readonly trigger: string;
	/** The latest state of the trigger, even if it belongs to another account or event. */
	private readonly last?: Stored;
	/**
	 * The state from which the poll goes on. Undefined in the first poll, and if no state is usable.
	 */
	readonly known?: PollState;
	/** Whether the stored state belongs to another account or event. */
	readonly isOther: boolean;
	/** Why the trigger cannot go on from its state, in whole sentences. Undefined if it can. */
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
		// n8n marks static data of the workflow in order to notice changes. A durable cursor has no
		// mark.
		this.isDurable = !('__dataChanged' in data);
		this.latestStates = this.isDurable
			? new Map<string, Stored>()
			: latestStatesOf(String(context.getWorkflow().id));

		const { newest, problem } = this.findStates();
		this.last = newest;
		this.isOther = newest !== undefined && newest.subject !== watched.subject;
		this.lossReason = this.isOther ? undefined : findLossReason(newest, problem);
		const isUsable = newest !== undefined && !this.isOther && !this.hasLostState;
		this.known = isUsable ? deepCopy(newest) : undefined;
		// A stored state is safe to remember: its items were handed over. A state that is about to be
		// saved is not yet.
		if (this.last !== undefined) this.latestStates.set(this.key, this.last);
	}

	/** Whether the trigger has polled before, but cannot go on from its state. */
	get hasLostState(): boolean {
		return this.lossReason !== undefined;
	}

	/**
	 * Whether another poll has handed over items whose state may still be on its way into n8n's
	 * table.
	 */
	get isOvertaken(): boolean {
		if (!this.isDurable || this.isOther) return false;

		const handedOver = handedOverAt.get(this.trigger) ?? 0;
		const isUnknown = handedOver > (this.last?.savedAt ?? 0);
		// `Math.abs`, because the clock may have been set back.
		return isUnknown && Math.abs(Date.now() - handedOver) < STORING_MS;
	}

	/**
	 * Stores the state of a poll. It is assigned as a whole, because n8n notices only changes of the
	 * outermost object.
	 *
	 * @param isReport whether the poll hands items over to n8n
	 */
	save(state: PollState, { isReport }: { isReport: boolean }): void {
		const stored = this.withTime(state);
		const isInTable =
			this.isDurable && !this.mayBeActivation && this.isOfThisTrigger(stateIn(this.data));
		assignIfChanged(this.data, 'state', stored);
		if (isInTable) {
			delete this.shared[this.key];
		} else {
			assignIfChanged(this.shared, this.key, { state: stored });
		}

		if (isReport && this.isDurable) {
			lruSet(handedOverAt, this.trigger, stored.savedAt, MOST_WORKFLOWS);
		}
		if (!isReport) this.latestStates.set(this.key, stored);
		this.restoreOtherTriggers();
	}

	/**
	 * Stores the states of the workflow's other triggers that somebody has overwritten with older
	 * ones.
	 */
	private restoreOtherTriggers(): void {
		for (const [key, state] of this.latestStates) {
			if (key !== this.key && this.newestOf(key) === state) {
				assignIfChanged(this.shared, key, { state });
			}
		}
	}

	/**
	 * Adds the time to a state. An unchanged state keeps its time, so that n8n has nothing to save
	 * after a poll without news.
	 */
	private withTime(state: PollState): Stored {
		const { savedAt = 0 } = this.last ?? {};
		const stored = { version: VERSION, node: this.node, savedAt, ...state };
		if (JSON.stringify(stored) === JSON.stringify(this.last)) return stored;

		return { ...stored, savedAt: Math.max(Date.now(), savedAt + 1) };
	}

	private newestOf(key: string): Stored | undefined {
		return newer(stateIn(this.shared[key]), this.latestStates.get(key));
	}

	/** Finds the newest state that is not broken, and what is wrong with a broken one. */
	private findStates(): { newest?: Stored; problem?: string } {
		const places = [this.data, this.shared[this.key], { state: this.latestStates.get(this.key) }];
		const problems: string[] = [];
		let newest: Stored | undefined;
		for (const place of places.filter(holdsState)) {
			const problem = this.problemOf(place);
			if (problem === undefined) {
				newest = newer(newest, this.ownStateIn(place));
			} else {
				problems.push(problem);
			}
		}
		return { newest, problem: problems[0] };
	}

	/** Describes what is wrong with the state in a place; undefined if nothing is. */
	private problemOf(place: unknown): string | undefined {
		const state = stateIn(place);
		if (state === undefined) return envelopeProblem(place);
		// The shapes of other versions and other events are not known here.
		if (!this.isOfThisTrigger(state)) return undefined;

		return checkBranches(state, 'state') ?? this.watched.checkState(state.known, 'state.known');
	}

	private isOfThisTrigger(state: Stored | undefined): boolean {
		return (
			state?.version === VERSION &&
			state.node === this.node &&
			state.subject === this.watched.subject
		);
	}

	private ownStateIn(place: unknown): Stored | undefined {
		const state = stateIn(place);
		return state?.node === this.node ? state : undefined;
	}
}

function latestStatesOf(workflow: string): Map<string, Stored> {
	const states = statesInProcess.get(workflow) ?? new Map<string, Stored>();
	lruSet(statesInProcess, workflow, states, MOST_WORKFLOWS);
	return states;
}

/**
 * Sets a property, unless it is equal already: n8n saves static data whenever something is
 * assigned.
 */
function assignIfChanged(place: IDataObject, key: string, value: object): void {
	if (JSON.stringify(place[key]) !== JSON.stringify(value)) {
		place[key] = deepCopy(value) as IDataObject;
	}
}

/** Returns the newer one of two states, or the first one if they are equally old. */
function newer(state?: Stored, otherState?: Stored): Stored | undefined {
	const isOtherNewer = (otherState?.savedAt ?? -1) > (state?.savedAt ?? -1);
	return isOtherNewer ? otherState : (state ?? otherState);
}

/**
 * Says why a trigger that has polled before cannot go on. A trigger that polls for the first time
 * has lost nothing.
 */
function findLossReason(newest?: Stored, problem?: string): string | undefined {
	if (newest === undefined) {
		return problem === undefined ? undefined : `Its state is broken: ${problem}.`;
	}
	if (newest.version === VERSION) return undefined;

	return `Its state was stored by another version of this package: it has version ${newest.version}, and this package reads version ${VERSION}.`;
}

/**
 * Tells whether a place holds a state, or anything else instead. The data of a node exist before a
 * state is stored in them.
 */
const holdsState = (place: unknown): boolean =>
	(isPlain(place) ? place.state : place) !== undefined;

const envelopeProblem = (place: unknown): string | undefined =>
	checkEnvelope(isPlain(place) ? place.state : place, 'state');

/** Reads the state of any version; undefined if there is none, or if it is broken. */
function stateIn(place: unknown): Stored | undefined {
	if (!isPlain(place) || envelopeProblem(place) !== undefined) return undefined;

	return deepCopy(place.state as Stored);
}

/**
 * Makes a short text that differs for different settings. The order in which things were chosen
 * makes no difference.
 */
export function digestOf(value: unknown): string {
	return digest(canonicalJson(value, 'unordered'), 12);
}
