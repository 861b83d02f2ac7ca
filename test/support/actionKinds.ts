import type { Action, ActionKindName } from '../../nodes/AlfaCrm/entities/types';

/** The rules that the tests expect actions of a kind to keep. */
interface KindRule {
	/** True if an action changes nothing in AlfaCRM, so that its name begins with "get". */
	onlyReads?: true;
	/**
	 * How it comes to its result:
	 * - `send`: it sends the form as the entity declares it;
	 * - `searchAndSave`: it searches first, so that a second run does nothing twice;
	 * - `answer`: it answers out of several lists, and has tests of its own.
	 */
	how: 'send' | 'searchAndSave' | 'answer';
}

/** Rules for all kinds of actions. A kind without a rule does not compile. */
const KIND_RULES: Record<ActionKindName, KindRule> = {
	addToCustomer: { how: 'searchAndSave' },
	bookLesson: { how: 'searchAndSave' },
	change: { how: 'searchAndSave' },
	completeLesson: { how: 'searchAndSave' },
	// It recognises its earlier run by the External ID.
	correctPayment: { how: 'searchAndSave' },
	enterPayment: { how: 'searchAndSave' },
	freeSlots: { how: 'answer', onlyReads: true },
	get: { how: 'send', onlyReads: true },
	getMany: { how: 'send', onlyReads: true },
	joinGroup: { how: 'searchAndSave' },
	leaveGroup: { how: 'searchAndSave' },
	moveToStage: { how: 'searchAndSave' },
	overview: { how: 'answer', onlyReads: true },
	participants: { how: 'answer', onlyReads: true },
	rejectLead: { how: 'searchAndSave' },
	save: { how: 'send' },
};

/** Tells whether actions of a kind change nothing in AlfaCRM. */
export function onlyReads(kind: ActionKindName): boolean {
	return KIND_RULES[kind].onlyReads === true;
}

/** Tells whether actions of a kind send the form as their entity declares it. */
export function sendsAsDeclared(kind: ActionKindName): boolean {
	return KIND_RULES[kind].how === 'send';
}

/** Tells whether actions of a kind search before they save, so that a second run does nothing. */
export function searchesBeforeSaving(kind: ActionKindName): boolean {
	return KIND_RULES[kind].how === 'searchAndSave';
}

/**
 * Finds the resource of the record that an action adds to a customer. Returns undefined for other actions.
 */
export function findAddedResource(action?: Action): string | undefined {
	if (action?.kind === 'enterPayment') return 'pay';
	if (action?.kind === 'addToCustomer') return action.addedResource;
	return undefined;
}
