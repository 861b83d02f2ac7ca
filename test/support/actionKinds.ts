import type { Action, ActionKindName } from '../../nodes/AlfaCrm/entities/types';

/** The rules that the tests expect actions of a kind to keep. */
interface KindRule {
	/** True if an action changes nothing in AlfaCRM, so that its name begins with "get". */
	onlyReads?: true;
	/**
	 * The steps of an action:
	 * - `send`: it sends the form as the entity declares it;
	 * - `searchAndSave`: it searches first, so that a second run does nothing twice;
	 * - `answer`: it answers from several lists, and has its own tests.
	 */
	steps: 'send' | 'searchAndSave' | 'answer';
}

/** Rules for all kinds of actions. A kind without a rule does not compile. */
const KIND_RULES: Record<ActionKindName, KindRule> = {
	addToCustomer: { steps: 'searchAndSave' },
	bookLesson: { steps: 'searchAndSave' },
	change: { steps: 'searchAndSave' },
	completeLesson: { steps: 'searchAndSave' },
	// It recognises its earlier run by the External ID.
	correctPayment: { steps: 'searchAndSave' },
	enterPayment: { steps: 'searchAndSave' },
	freeSlots: { steps: 'answer', onlyReads: true },
	get: { steps: 'send', onlyReads: true },
	getMany: { steps: 'send', onlyReads: true },
	joinGroup: { steps: 'searchAndSave' },
	leaveGroup: { steps: 'searchAndSave' },
	moveToStage: { steps: 'searchAndSave' },
	overview: { steps: 'answer', onlyReads: true },
	participants: { steps: 'answer', onlyReads: true },
	rejectLead: { steps: 'searchAndSave' },
	save: { steps: 'send' },
};

/** Tells whether actions of a kind change nothing in AlfaCRM. */
export function onlyReads(kind: ActionKindName): boolean {
	return KIND_RULES[kind].onlyReads === true;
}

/** Tells whether actions of a kind send the form as their entity declares it. */
export function sendsAsDeclared(kind: ActionKindName): boolean {
	return KIND_RULES[kind].steps === 'send';
}

/** Tells whether actions of a kind search before they save, so that a second run does nothing. */
export function searchesBeforeSaving(kind: ActionKindName): boolean {
	return KIND_RULES[kind].steps === 'searchAndSave';
}

/**
 * Finds the resource of the record that an action adds to a customer. Returns undefined for other actions.
 */
export function findAddedResource(action?: Action): string | undefined {
	if (action?.kind === 'enterPayment') return 'pay';
	if (action?.kind === 'addToCustomer') return action.addedResource;
	return undefined;
}
