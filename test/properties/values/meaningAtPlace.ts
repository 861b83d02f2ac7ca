import { interpretAsPhoneToMatch, interpretForField } from './fieldMeaning';
import type { FieldDescription, Meaning } from './meaning';
import { EMPTY_OR_REFUSED, allowRefusal, REFUSED } from './meaning';
import type { ValuePlace } from './valuePlace';
import { isMoment, isObject } from './valueShapes';

/**
 * Decides what a value means at its place in the form: what it means for the field, and what the operation
 * makes of an empty value.
 */
export function interpretAtPlace(place: ValuePlace, givenValue: unknown): Meaning {
	const value = place.convertOnTheWay(givenValue);
	const specialMeaning = interpretAtSpecialPlace(place, value);
	if (specialMeaning) return specialMeaning;

	const meaning = interpretForRole(place, value);
	return meaning.mayBeEmpty
		? interpretEmptyValue(place, value, meaning)
		: interpretFilledValue(place, value, meaning);
}

/** Decides what a value means for the field of a place. A match value must also identify somebody. */
function interpretForRole({ role, field }: ValuePlace, value: unknown): Meaning {
	const meaning = interpretForField(field, value);
	return role === 'key' ? interpretAsMatchValue(field, meaning) : meaning;
}

// ---------------------------------------------------------------- places with rules of their own

/** Decides what a value means at a place with a rule of its own. Returns undefined for the other places. */
function interpretAtSpecialPlace(place: ValuePlace, value: unknown): Meaning | undefined {
	const { situation, role, field } = place;
	switch (field.name) {
		case 'branchId':
			return interpretAsBranch(field, value);
		case 'externalId':
			return interpretAsExternalId(interpretForField(field, value));
		case 'externalIdField':
			// The name of the field is of no use without an external ID, and the form has none here.
			return REFUSED;
		case 'related_class':
			// An update of the kind alone would leave the ID of a record of another kind.
			return situation.operation === 'update' ? REFUSED : undefined;
	}
	if (role === 'object') return interpretAsObject(value, field.name);
	if (role === 'key' && field.name === 'phone') return interpretAsPhoneOfKey(place, value);
	if (role === 'key' && field.type === 'links') {
		// The tests of match keys have a table of the links that identify a person.
		return { ...interpretForRole(place, value), mayBeEmpty: true, mayBeRefused: true };
	}
	return undefined;
}

/** Decides what a value means as a branch. The account has several, so the node may refuse an empty one. */
function interpretAsBranch(field: FieldDescription, value: unknown): Meaning {
	const meaning = interpretForField(field, value);
	return meaning.mayBeEmpty ? allowRefusal(meaning) : meaning;
}

/**
 * Decides what a value means as an external ID. It needs a digit above 0, has no brackets and does not end
 * with a separator, because the note keeps it in brackets.
 */
function interpretAsExternalId({ mayBeEmpty, readings = [], ...meaning }: Meaning): Meaning {
	const externalIds = readings.map(String).filter((text) => {
		const hasDigitAboveZero = /[^\P{N}0]/u.test(text);
		const endsWithSeparator = /[-_:/#№]$/.test(text);
		return hasDigitAboveZero && !endsWithSeparator && !/[[\]]/.test(text);
	});
	// Without its external ID, the payment would be entered again on another day. So an empty one is refused
	// too.
	const isRefused = mayBeEmpty || externalIds.length < readings.length;
	const meaningOfId = { ...meaning, readings: externalIds };
	return isRefused ? allowRefusal(meaningOfId) : meaningOfId;
}

/**
 * Decides what a value means as a collection or as JSON, which must be an object. No hostile object has a
 * field that a form knows.
 */
function interpretAsObject(value: unknown, name: string): Meaning {
	const isApiCall = name.startsWith('call');
	if ((isApiCall || name === 'json') && typeof value === 'string') {
		return value.trim() === '' ? EMPTY_OR_REFUSED : REFUSED;
	}
	if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return REFUSED;
	if (isApiCall) return { mayBeAnything: true };
	return Object.keys(value).length === 0 ? EMPTY_OR_REFUSED : REFUSED;
}

// ---------------------------------------------------------------- match values

/**
 * Decides what a value means as the phone of a match key. It may be empty if another field of the key is
 * enough.
 */
function interpretAsPhoneOfKey(place: ValuePlace, value: unknown): Meaning {
	const meaning = interpretAsPhoneToMatch(place.field, value);
	return isOneFieldOfKeyEnough(place) ? { ...meaning, mayBeEmpty: true } : meaning;
}

/**
 * Leaves out readings that identify nobody because strangers share them: signs without a letter or digit, and
 * emails without an address.
 */
function interpretAsMatchValue({ type }: FieldDescription, meaning: Meaning): Meaning {
	if (meaning.readings === undefined) return meaning;

	const identifyingText = type === 'emails' ? /[\p{L}\d]@.*\p{L}/u : /[\p{L}\p{N}]/u;
	const isUsable = (text: unknown) =>
		identifyingText.test(String(text)) && !(type === 'custom' && isLeftOver(text));
	const readings = meaning.readings.filter((reading) => [reading].flat().some(isUsable));
	return readings.length > 0 ? { ...meaning, readings } : { mayBeEmpty: true };
}

/** Tells whether a value of a custom field is what a faulty expression or an empty mask leaves behind. */
function isLeftOver(value: unknown): boolean {
	return value === false || /^(undefined|null|NaN|0)$|___|-$/.test(String(value).trim());
}

/**
 * Tells whether the key of a form has several fields of which one is enough. The search leaves out the empty
 * ones.
 */
export function isOneFieldOfKeyEnough({ situation, form }: ValuePlace): boolean {
	const key = situation.entity?.match?.keys.find(({ name }) => name === form.parameters.matchBy);
	return key?.isOneFieldEnough === true;
}

// ---------------------------------------------------------------- filled and empty values

/**
 * Fields that are not always sent, because the node compares a stage and a subject itself. Tests of the
 * operations cover them.
 */
const UNSENT_FIELDS: Readonly<Record<string, string>> = {
	book: 'lead_status_id',
	getFreeSlots: 'subject_id',
};

/** Decides what an operation makes of a value that is not empty. */
function interpretFilledValue(
	{ situation, role, field }: ValuePlace,
	value: unknown,
	meaning: Meaning,
): Meaning {
	const { readings } = meaning;
	if (role === 'key' && field.type === 'custom' && isMoment(value)) return allowRefusal(meaning);
	if (readings === undefined) return meaning;
	if (UNSENT_FIELDS[situation.operation] === field.name) return { ...meaning, mayBeAnything: true };
	if (situation.operation === 'book' && field.name === 'teacher_ids') {
		return { ...meaning, readings: readings.flatMap(listTeachersWhoMayGetTheLesson) };
	}
	// A trial that writes nothing is refused.
	if (field.name === 'writeTestLead' && !readings.some(Boolean)) return REFUSED;
	return meaning;
}

/** Lists the teachers who may get the lesson. It goes to the first free one of several teachers. */
function listTeachersWhoMayGetTheLesson(reading: unknown): unknown[] {
	const teachers = [reading].flat();
	return [reading, ...teachers.map((teacher) => [teacher])];
}

/** Decides whether the operation takes an empty value, refuses it, or may do either. */
function interpretEmptyValue(place: ValuePlace, value: unknown, meaning: Meaning): Meaning {
	const { situation, role, field } = place;
	if (role === 'key' && isOneFieldOfKeyEnough(place)) return allowRefusal(meaning);
	if (role === 'option') return REFUSED;
	// Without a stage, the condition would hold for everybody.
	if (field.name === 'onlyIfInStage') return REFUSED;
	if (role === 'openOption') return interpretEmptyOption(field, value, meaning);
	if (mayRefuseEmpty(place)) return allowRefusal(meaning);
	// An update with an empty field would have nothing to send.
	const mayStayEmpty = role === 'optional' && situation.operation !== 'update';
	return mayStayEmpty ? meaning : { ...meaning, mayBeEmpty: undefined, mayBeRefused: true };
}

/** Decides what an empty option means. Only an empty list certainly says that nothing is chosen. */
function interpretEmptyOption({ name }: FieldDescription, value: unknown, meaning: Meaning): Meaning {
	const isEmptyList = Array.isArray(value) && value.length === 0;
	const takesSeveral = name !== 'groupToTry';
	return isEmptyList && takesSeveral ? meaning : EMPTY_OR_REFUSED;
}

/**
 * Tells whether the node may refuse an empty value that a user may choose. An expression that finds nobody
 * must not make a lesson for nobody, or for any teacher and any room.
 */
function mayRefuseEmpty({ situation, field }: ValuePlace): boolean {
	const { resource, operation } = situation;
	const isBooking = resource === 'lesson' && ['create', 'book'].includes(operation);
	if (isBooking && ['customer_ids', 'group_ids', 'teacher_ids'].includes(field.name)) return true;
	if (operation === 'book' && field.name === 'room_id') return true;
	if (operation === 'getFreeSlots' && field.name === 'id') return true;
	// A completed lesson has somebody who was present or absent.
	return field.name === 'present_ids';
}
