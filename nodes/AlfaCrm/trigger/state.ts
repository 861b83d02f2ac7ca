/**
 * Keeps the state of a trigger between two polls: what the event source remembers, and the branches
 * of the account. A poll reads the state at its beginning and saves a new one at its end. If it
 * dies in between, the old state is still there, and the next poll does everything again: see
 * `poll.ts`.
 *
 * n8n can keep the state in two ways, whose behaviour was measured in n8n 2.41.
 *
 * **Static data (n8n's default).** n8n keeps static data of each node, under the node's name, and
 * static data of the whole workflow. The state is stored in both: in the data of the workflow,
 * under the ID of the node, because that copy stays when the node is renamed; and in the data of
 * the node, because no Code node clears that copy. The newest copy counts.
 *
 * n8n saves all static data of a workflow at once, as they were when somebody read them. A Code
 * node reads them when its execution begins; a trigger reads them when it is published. If one of
 * them saves later, old states of other triggers come back. So this process remembers the latest
 * state of each trigger of a workflow, and each trigger saves those of the other triggers too.
 *
 * **Durable cursors, a setting of n8n.** n8n keeps the state of the node in a table, by the ID of
 * the node, so no old states come back. But:
 *
 * - n8n drops the state of the poll that activates a trigger, unless that poll hands over items. So
 *   the state is also stored in the static data of the workflow, until the table has one.
 * - n8n reads the state a while before it polls, and stores it a while after. If two polls overlap,
 *   the second may not know what the first has handed over. This process does: see
 *   `mayRepeatItems`.
 */

import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { boundedSet } from '../api/bounded';
import { isPlainObject } from '../fields/blank';
import { canonicalJson } from '../fields/object';
import type { KnownBranches } from './branches';
import { makeDigest, makeTriggerKey } from './digest';
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

/** n8n rarely has more active workflows. The states of each take at most some 30 kB. */
const MAX_WORKFLOWS = 1_000;

/** After this time, n8n has stored the state that it was given, or has dropped it. */
const STORING_MS = 30_000;

/** Everything that is kept between two polls, as plain JSON. */
export interface PollState extends Partial<KnownBranches> {
	/** A digest of account and event. If it differs, the trigger starts anew. */
	eventDigest: string;
	/** The state that the event source has made, for its next poll. */
	eventSourceState?: unknown;
}

/** A state as n8n stores it. Its keys keep their names, so that existing states can be read. */
interface Stored extends Omit<PollState, 'eventDigest' | 'eventSourceState'> {
	/** `eventDigest` of `PollState` */
	subject: string;
	/** `eventSourceState` of `PollState` */
	known?: unknown;
	version: number;
	/**
	 * The ID of the node. n8n keeps a node's data under its name, which another node may have by now.
	 */
	node: string;
	/**
	 * When it was saved, by n8n's clock in milliseconds. It grows with every change, even if the
	 * clock is set back, so the copy with the highest number is the newest.
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

/** The event that a trigger watches in this poll. The stored state may be of another one. */
interface WatchedEvent {
	/** A digest of account and event. */
	eventDigest: string;
	/** Finds out what is wrong with a stored state of the event source. */
	checkState: Check;
}

/** The latest states of triggers that this process knows, by workflow and trigger. */
const statesInProcess = new Map<string, Map<string, Stored>>();

/** When a trigger with durable cursors last handed items over to n8n, in this process. */
const handedOverAt = new Map<string, number>();

/** The stored state of one trigger, opened for one poll. */
export class StoredState {
	/**
	 * The state that the previous poll has stored. Undefined in the first poll, and if the trigger
	 * starts anew because no stored state is usable.
	 */
	readonly previous?: PollState;
	/** Whether the stored state belongs to another account or event. */
	readonly belongsToOtherEvent: boolean;
	/** Why the trigger cannot go on from its state, in whole sentences. Undefined if it can. */
	readonly lossReason?: string;

	/** Whether n8n uses durable cursors. */
	private readonly isDurable: boolean;
	/** The static data of the whole workflow. */
	private readonly workflowData: IDataObject;
	private readonly nodeId: string;
	/** The key of this trigger's state in the static data of the workflow. */
	private readonly stateKey: string;
	/** Identifies the trigger among those of all workflows in this process. */
	private readonly triggerKey: string;
	/** The latest states of all triggers of the workflow that this process knows, by `stateKey`. */
	private readonly latestStates: Map<string, Stored>;
	/** The newest state of the trigger, even if it belongs to another account or event. */
	private readonly newest?: Stored;

	/**
	 * Finds the newest stored state of a trigger, and decides whether the trigger can go on from it.
	 * If the state belongs to another event, or is broken, the trigger starts anew.
	 *
	 * @param nodeData the static data of the node, or its durable cursor
	 * @param mayBeActivation whether this poll may be the one that activates the trigger
	 */
	constructor(
		context: IPollFunctions,
		private readonly nodeData: IDataObject,
		private readonly watched: WatchedEvent,
		private readonly mayBeActivation: boolean,
	) {
		this.workflowData = context.getWorkflowStaticData('global');
		this.nodeId = context.getNode().id;
		this.stateKey = `AlfaCRM Trigger ${this.nodeId}`;
		this.triggerKey = makeTriggerKey(context);
		// n8n marks static data in order to notice changes. A durable cursor has no mark.
		this.isDurable = !('__dataChanged' in nodeData);
		// With durable cursors, no old states come back, so the other triggers need no help.
		this.latestStates = this.isDurable
			? new Map<string, Stored>()
			: getLatestStates(String(context.getWorkflow().id));

		const { newest, problem } = this.findNewestState();
		this.newest = newest;
		this.belongsToOtherEvent = newest !== undefined && newest.subject !== watched.eventDigest;
		this.lossReason = this.belongsToOtherEvent ? undefined : findLossReason(newest, problem);
		const isUsable = !this.belongsToOtherEvent && this.lossReason === undefined;
		if (newest === undefined) return;

		if (isUsable) this.previous = readPollState(newest);
		// If n8n overwrites this state with an older one, another trigger of the workflow repairs it.
		this.latestStates.set(this.stateKey, newest);
	}

	/** Whether the trigger has polled before, but cannot go on from its state. */
	get hasLostState(): boolean {
		return this.lossReason !== undefined;
	}

	/**
	 * Whether this poll might report the items of another poll again. With durable cursors, n8n
	 * stores the state of a poll a while after the poll has handed over its items. A poll that begins
	 * in between gets the older state, so it does not know that these items were reported.
	 */
	get mayRepeatItems(): boolean {
		if (!this.isDurable || this.belongsToOtherEvent) return false;

		const lastHandoverAt = handedOverAt.get(this.triggerKey) ?? 0;
		const stateSavedAt = this.newest?.savedAt ?? 0;
		const isHandoverNewerThanState = lastHandoverAt > stateSavedAt;
		// If n8n's clock was set back, the last handover may lie in the future. `Math.abs` keeps polls
		// from being skipped until then.
		const msSinceHandover = Math.abs(Date.now() - lastHandoverAt);
		const mayStillBeStoring = msSinceHandover < STORING_MS;
		return isHandoverNewerThanState && mayStillBeStoring;
	}

	/**
	 * Saves the state of a poll, by putting it into the objects that n8n stores after the poll.
	 *
	 * @param hasItems whether the poll hands items over to n8n
	 */
	save(state: PollState, { hasItems }: { hasItems: boolean }): void {
		const stored = this.makeStored(state);
		this.putIntoStaticData(stored);

		if (hasItems) {
			// n8n may still drop the items together with their state, so only the time is remembered.
			this.rememberHandover(stored.savedAt);
		} else {
			this.latestStates.set(this.stateKey, stored);
		}
		this.repairOtherTriggers();
	}

	/** Remembers when items were handed over to n8n: `mayRepeatItems` asks for it. */
	private rememberHandover(time: number): void {
		if (this.isDurable) boundedSet(handedOverAt, this.triggerKey, time, MAX_WORKFLOWS);
	}

	/**
	 * Puts a state into the two objects that n8n stores: the data of the node and the data of the
	 * workflow. With durable cursors, n8n keeps the data of the node in a table of its own. Once the
	 * state is in that table, the copy in the data of the workflow is deleted.
	 */
	private putIntoStaticData(stored: Stored): void {
		const stateInTable = this.isDurable ? readState(this.nodeData.state) : undefined;
		const isInTable = this.isOfThisTrigger(stateInTable);
		assignIfChanged(this.nodeData, 'state', stored);

		// From the poll that activates the trigger, n8n saves the data of the workflow, but the data of
		// the node only if the poll hands over items. So that poll keeps the copy.
		const isTableEnough = isInTable && !this.mayBeActivation;
		if (isTableEnough) {
			delete this.workflowData[this.stateKey];
		} else {
			assignIfChanged(this.workflowData, this.stateKey, { state: stored });
		}
	}

	/**
	 * Repairs the stored states of the workflow's other triggers if they were overwritten with older
	 * ones: puts the latest states, which this process remembers, back into the data of the workflow.
	 *
	 * A Code node can overwrite them. n8n saves the static data that the node has read a while
	 * before, as a whole.
	 */
	private repairOtherTriggers(): void {
		for (const [key, latestState] of this.latestStates) {
			const isThisTrigger = key === this.stateKey;
			if (isThisTrigger) continue;

			const storedState = readState(readStateOfEntry(this.workflowData[key]));
			const wasOverwritten = storedState === undefined || isNewer(latestState, storedState);
			if (wasOverwritten) assignIfChanged(this.workflowData, key, { state: latestState });
		}
	}

	/**
	 * Converts a state into the form in which it is stored, with the time of saving. If nothing has
	 * changed since the last save, it keeps the time of that save, so that n8n has nothing to save.
	 */
	private makeStored(state: PollState): Stored {
		const { eventDigest, eventSourceState, ...knownBranches } = state;
		const savedBefore = this.newest?.savedAt ?? 0;
		// Workflows store these names, and `JSON.stringify` depends on their order.
		const stateWithOldTime: Stored = {
			version: VERSION,
			node: this.nodeId,
			savedAt: savedBefore,
			subject: eventDigest,
			...knownBranches,
			known: eventSourceState,
		};
		// Keys in another order count as a change. Then an equal state is only saved once more.
		const isUnchanged = JSON.stringify(stateWithOldTime) === JSON.stringify(this.newest);
		if (isUnchanged) return stateWithOldTime;

		// The time grows even if n8n's clock was set back, because the copy with the highest time
		// counts as the newest.
		const newTime = Math.max(Date.now(), savedBefore + 1);
		return { ...stateWithOldTime, savedAt: newTime };
	}

	/**
	 * Finds the newest copy of the trigger's state. The state is kept in three places, because each
	 * of them may be lost or overwritten: the data of the node, the data of the workflow, and the
	 * memory of this process.
	 *
	 * @returns `newest` is undefined if no copy is usable; `problem` says what is wrong with the
	 * first broken copy
	 */
	private findNewestState(): { newest?: Stored; problem?: string } {
		const copyInProcess = this.latestStates.get(this.stateKey);
		const copyInWorkflowData = readStateOfEntry(this.workflowData[this.stateKey]);
		const copies = [this.nodeData.state, copyInWorkflowData, copyInProcess];

		let newest: Stored | undefined;
		let firstProblem: string | undefined;
		for (const copy of copies) {
			if (copy === undefined) continue;

			const problem = this.findProblem(copy);
			const isBroken = problem !== undefined;
			if (isBroken) {
				firstProblem ??= problem;
				continue;
			}

			const state = this.readOwnState(copy);
			const belongsToOtherNode = state === undefined;
			if (belongsToOtherNode) continue;

			if (newest === undefined || isNewer(state, newest)) newest = state;
		}
		return { newest, problem: firstProblem };
	}

	/** Describes what is wrong with a copy of a state; undefined if nothing is. */
	private findProblem(copy: unknown): string | undefined {
		const state = readState(copy);
		if (state === undefined) return checkEnvelope(copy, 'state');
		// The shapes of other versions and other events are not known here.
		if (!this.isOfThisTrigger(state)) return undefined;

		return checkBranches(state, 'state') ?? this.watched.checkState(state.known, 'state.known');
	}

	private isOfThisTrigger(state: Stored | undefined): boolean {
		return (
			state?.version === VERSION &&
			state.node === this.nodeId &&
			state.subject === this.watched.eventDigest
		);
	}

	/** Reads a copy of a state, unless it belongs to another node. */
	private readOwnState(copy: unknown): Stored | undefined {
		const state = readState(copy);
		return state?.node === this.nodeId ? state : undefined;
	}
}

/** Returns the latest states of a workflow's triggers; none yet for a new workflow. */
function getLatestStates(workflow: string): Map<string, Stored> {
	const states = statesInProcess.get(workflow) ?? new Map<string, Stored>();
	boundedSet(statesInProcess, workflow, states, MAX_WORKFLOWS);
	return states;
}

/**
 * Assigns a property, unless its value is equal already. n8n saves static data whenever something
 * is assigned, and notices only assignments to the outermost object, so the state is assigned
 * whole.
 */
function assignIfChanged(data: IDataObject, key: string, value: object): void {
	if (JSON.stringify(data[key]) !== JSON.stringify(value)) {
		data[key] = deepCopy(value) as IDataObject;
	}
}

/** Whether a state was saved after another one. */
const isNewer = (state: Stored, otherState: Stored): boolean => state.savedAt > otherState.savedAt;

/**
 * Says why a trigger cannot go on from its stored state: the state is broken, or another version of
 * this package has stored it. Returns undefined if the trigger can, or polls for the first time.
 *
 * @param problem what is wrong with a broken copy of the state
 */
function findLossReason(newest?: Stored, problem?: string): string | undefined {
	if (newest === undefined) {
		return problem === undefined ? undefined : `Its state is broken: ${problem}.`;
	}
	if (newest.version === VERSION) return undefined;

	return `Its state was stored by another version of this package: it has version ${newest.version}, and this package reads version ${VERSION}.`;
}

/**
 * Takes a state out of an entry of the workflow's static data, which is `{ state }`, as in the
 * static data of a node. Returns anything else that stands there unchanged, so that the checks
 * refuse it.
 */
const readStateOfEntry = (entry: unknown): unknown => (isPlainObject(entry) ? entry.state : entry);

/** Reads a state of any version; undefined if there is none, or if it is broken. */
function readState(copy: unknown): Stored | undefined {
	const isState = checkEnvelope(copy, 'state') === undefined;
	return isState ? deepCopy(copy as Stored) : undefined;
}

/** Takes what a poll needs out of a stored state, as a copy. */
function readPollState(stored: Stored): PollState {
	const { subject, branches, branchesReadAt, known } = deepCopy(stored);
	return { eventDigest: subject, branches, branchesReadAt, eventSourceState: known };
}

/** A digest has 12 characters, so 72 bits. Two settings never have the same one by chance. */
const SETTINGS_DIGEST_LENGTH = 12;

/**
 * Makes a digest of settings: a short text, such as "k3J_x0aPq9Zw", that differs for different
 * settings. A state stores it in place of the settings, so that the next poll notices when the user
 * has changed them. The order in which things were chosen makes no difference.
 */
export function makeSettingsDigest(settings: unknown): string {
	const settingsInOneOrder = canonicalJson(settings, 'unordered');
	return makeDigest(settingsInOneOrder, SETTINGS_DIGEST_LENGTH);
}
