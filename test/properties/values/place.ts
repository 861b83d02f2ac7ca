import type { Described, Meaning } from './meaning';
import { isMoment, meaningOf, phoneToMatch } from './meaning';
import type { Probe } from './probes';
import type { Built, Situation } from './situations';

/** Compared by the node itself, or written only where it differs: tests of these operations show what becomes of it. */
const UNSENT: Record<string, string | undefined> = { book: 'lead_status_id', getFreeSlots: 'subject_id' };
const WHO = new Set(['customer_ids', 'group_ids', 'teacher_ids']);

/** What the value must come to at the place where it is given. */
export function meaningAt(situation: Situation, built: Built, probe: Probe, given: unknown): Meaning {
	const value = probe.arrives(given);
	const mayBeEmpty = isOneOfSeveral(situation, built);
	// The account has several, so it is refused once they were counted.
	if (probe.field.name === 'branchId') {
		const meaning = meaningOf(probe.field, value);
		return meaning.empty ? { ...meaning, refuse: true } : meaning;
	}
	if (probe.role === 'object') return objectMeaning(value, probe.field.name);
	if (probe.role === 'key' && probe.field.name === 'phone') {
		const meaning = phoneToMatch(probe.field, value);
		return mayBeEmpty ? { ...meaning, empty: true } : meaning;
	}
	// The note keeps a number in brackets, and each has a digit, and ends with none of a mask. A field for it says nothing without one.
	if (probe.field.name === 'externalIdField') return { refuse: true };
	if (probe.field.name === 'externalId') return ofNumber(meaningOf(probe.field, value));
	const meaning =
		probe.role === 'key' ? ofKey(probe.field, meaningOf(probe.field, value)) : meaningOf(probe.field, value);
	// Of what sites and names are told apart by there is a table of its own.
	if (probe.role === 'key' && probe.field.type === 'links') return { ...meaning, empty: true, refuse: true };
	if (probe.role === 'key' && probe.field.type === 'custom' && isMoment(value))
		return { ...meaning, refuse: true };
	// Without its number, the number that is held would name a record of the other kind.
	if (situation.operation === 'update' && probe.field.name === 'related_class') return { refuse: true };
	if (meaning.says && UNSENT[situation.operation] === probe.field.name) return { ...meaning, anything: true };
	// The first of several teachers who is free has the lesson.
	if (situation.operation === 'book' && probe.field.name === 'teacher_ids' && meaning.says)
		return { ...meaning, says: meaning.says.flatMap((said) => [said, ...[said].flat().map((one) => [one])]) };
	// Nothing is written while it is off.
	if (probe.field.name === 'writeTestLead' && meaning.says?.every((said) => !said)) return { refuse: true };
	if (!meaning.empty) return meaning;
	if (probe.role === 'key' && mayBeEmpty) return { ...meaning, refuse: true };
	if (probe.role === 'option') return { refuse: true };
	// A condition without a stage would hold for everybody.
	if (probe.field.name === 'onlyIfInStage') return { refuse: true };
	// Only a list without anything in it surely says that nothing is chosen; one group is no list.
	if (probe.role === 'openOption')
		return Array.isArray(value) && value.length === 0 && probe.field.name !== 'groupToTry'
			? meaning
			: { refuse: true, empty: true };
	// A lesson is for somebody, and for nobody by mistake; JSON as a text does not hold what is undefined.
	const { operation } = situation;
	const isBooking = situation.resource === 'lesson' && ['create', 'book'].includes(operation);
	if (isBooking && WHO.has(probe.field.name)) return { ...meaning, refuse: true };
	// Any room, or teacher, is meant where none is named, and not where nobody came of an expression.
	if (operation === 'book' && probe.field.name === 'room_id') return { ...meaning, refuse: true };
	if (operation === 'getFreeSlots' && probe.field.name === 'id') return { ...meaning, refuse: true };
	// Somebody must have been there, or not.
	if (probe.field.name === 'present_ids') return { ...meaning, refuse: true };
	// An update would be left with nothing to send.
	if (probe.role === 'optional' && situation.operation !== 'update') return meaning;
	return { ...meaning, empty: undefined, refuse: true };
}

/** Without it a payment would be entered again on another day. */
function ofNumber({ empty, says = [], ...meaning }: Meaning): Meaning {
	const kept = says.map(String).filter((said) => /[^\P{N}0]/u.test(said) && !/[[\]]|[-_:/#№]$/.test(said));
	const isRefused = empty === true || kept.length < says.length;
	return { ...meaning, says: kept, ...(isRefused ? { refuse: true } : {}) };
}

/** One of the values of the key is enough, and an empty one is passed over. */
export function isOneOfSeveral({ entity }: Situation, { parameters }: Built): boolean {
	return entity?.match?.keys.find(({ name }) => name === parameters.matchBy)?.isOneFieldEnough === true;
}

/** What strangers have in common tells nobody apart: signs without a letter or a digit, and emails that are none. */
function ofKey({ type }: Described, meaning: Meaning): Meaning {
	const tells = type === 'emails' ? /[\p{L}\d]@.*\p{L}/u : /[\p{L}\p{N}]/u;
	// Of a custom field any text might be the value, but for what an expression or a mask leaves.
	const isLeft = (one: unknown) =>
		type === 'custom' && (one === false || /^(undefined|null|NaN|0)$|___|-$/.test(String(one).trim()));
	const says = (meaning.says ?? []).filter((value) =>
		[value].flat().some((one) => tells.test(String(one)) && !isLeft(one)),
	);
	return says.length > 0 || meaning.says === undefined
		? { ...meaning, says: meaning.says && says }
		: { empty: true };
}

/** Collections and JSON must be objects; what they would hold of these is unknown to every form. */
function objectMeaning(value: unknown, name: string): Meaning {
	const isCall = name.startsWith('call');
	if ((isCall || name === 'json') && typeof value === 'string') {
		return value.trim() === '' ? { refuse: true, empty: true } : { refuse: true };
	}
	const isPlain = isObject(value) && Object.getPrototypeOf(value) === Object.prototype;
	if (isPlain && isCall) return { anything: true };
	return isPlain && Object.keys(value).length === 0 ? { empty: true, refuse: true } : { refuse: true };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
