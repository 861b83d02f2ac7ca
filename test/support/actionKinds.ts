import type { Action, ActionKindName } from '../../nodes/AlfaCrm/entities/types';

/** What the tests hold a kind of action to. */
interface KindRule {
	/** Changes nothing, so its name begins with "get". */
	onlyReads?: true;
	/**
	 * `sends`: goes out as it is declared; `looksFirst`: can be run again without doing it twice; `answers`: out of several
	 * lists, for which it has tests of its own.
	 */
	by: 'sends' | 'looksFirst' | 'answers';
}

/** A kind that is missing here does not compile. */
const KINDS: Record<ActionKindName, KindRule> = {
	addToCustomer: { by: 'looksFirst' },
	bookLesson: { by: 'looksFirst' },
	change: { by: 'looksFirst' },
	completeLesson: { by: 'looksFirst' },
	// With an External ID.
	correctPayment: { by: 'looksFirst' },
	enterPayment: { by: 'looksFirst' },
	freeSlots: { by: 'answers', onlyReads: true },
	get: { by: 'sends', onlyReads: true },
	getMany: { by: 'sends', onlyReads: true },
	joinGroup: { by: 'looksFirst' },
	leaveGroup: { by: 'looksFirst' },
	moveToStage: { by: 'looksFirst' },
	overview: { by: 'answers', onlyReads: true },
	participants: { by: 'answers', onlyReads: true },
	rejectLead: { by: 'looksFirst' },
	save: { by: 'sends' },
};

export const onlyReads = (kind: ActionKindName): boolean => KINDS[kind].onlyReads === true;
export const sendsAsDeclared = (kind: ActionKindName): boolean => KINDS[kind].by === 'sends';
export const searchesBeforeSaving = (kind: ActionKindName): boolean => KINDS[kind].by === 'looksFirst';

/** The resource of the record that an action adds to a customer, unless an equal one is there; undefined for any other action. */
export function findAddedResource(action?: Action): string | undefined {
	if (action?.kind === 'enterPayment') return 'pay';
	return action?.kind === 'addToCustomer' ? action.addedResource : undefined;
}
