import { ATTENDANCE } from '../../support/codes';
import { dayPlus } from '../../support/days';
import type { Attempt } from './attempt';
import { nameCall, isEmptyInAlfaCrm, isRecordId, listWriteRequests } from './attempt';
import { findCrash, findDamage } from './damage';
import { OPEN_END } from './goodRecords';
import type { FieldDescription, Meaning } from './meaning';
import { interpretAtPlace } from './meaningAtPlace';
import type { Outcome } from './runner';
import { isRefusedUnsent } from './runner';
import { isSameValue, normalizeText } from './sameValue';
import type { ValuePlace } from './valuePlace';

/**
 * Finds what the node did wrong with a value. The rule: the node refuses the value before it sends anything, and
 * names the field by its label. Or it does what the value means at its place. It never does damage.
 *
 * @returns the mistake, such as "is refused without its label: …", or undefined if there is none
 */
export function findMistake(attempt: Attempt): string | undefined {
	return findDamage(attempt) ?? findMisreading(attempt);
}

/** Tells whether a value has no other meaning than a refusal. */
export function mustBeRefused(place: ValuePlace, givenValue: unknown): boolean {
	return allowsOnlyRefusal(interpretAtPlace(place, givenValue));
}

function allowsOnlyRefusal({ mayBeEmpty, mayBeAnything, readings = [] }: Meaning): boolean {
	return !mayBeEmpty && !mayBeAnything && readings.length === 0;
}

/** Finds a refusal of a good value, or an action that does not fit the meaning of the value. */
function findMisreading(attempt: Attempt): string | undefined {
	const { error, requests } = attempt.outcome;
	if (error === undefined) return findMistakeInSuccess(attempt);
	return isRefusedUnsent(error, requests)
		? findMistakeInRefusal(attempt, error)
		: findMistakeInLateRefusal(attempt, error);
}

// ---------------------------------------------------------------- refusals

/** Messages about two good days or times that contradict each other. */
const CONTRADICTION =
	/'[^']+' must (not be before|be later than|be between) '[^']+'|'Duration' must be at most \d+ minutes/;

/** Finds a mistake in a refusal before any call. The value must allow one, or contradict another value. */
function findMistakeInRefusal({ place, givenValue }: Attempt, message: string): string | undefined {
	const { mayBeRefused, mayBeEmpty, readings = [] } = interpretAtPlace(place, givenValue);
	const isContradiction = readings.length > 0 && CONTRADICTION.test(message);
	if (mayBeRefused || isContradiction) return findMistakeInMessage(place, message);

	const meaning = mayBeEmpty ? 'nothing' : shorten(readings[0]);
	return `is refused, although it means ${meaning}: ${message.slice(0, 160)}`;
}

/**
 * Finds a mistake in a refusal after a call. AlfaCRM may refuse a good value, but the node must refuse a value
 * without a meaning before it calls AlfaCRM.
 */
function findMistakeInLateRefusal(
	{ place, givenValue, outcome }: Attempt,
	message: string,
): string | undefined {
	const { situation, field } = place;
	// Create or Update searches before it knows whether the record is new. Only a new record needs the field.
	const isEmpty = isEmptyInAlfaCrm(place.convertOnTheWay(givenValue));
	const mayBeMissedLate = field.required && situation.operation === 'upsert';
	if (isEmpty && mayBeMissedLate) return undefined;

	if (!mustBeRefused(place, givenValue)) return undefined;
	return `is refused only after ${outcome.requests.map(nameCall).join(', ')}: ${message.slice(0, 120)}`;
}

/** Finds a mistake in the message of a refusal, which must be written for users and name the field. */
export function findMistakeInMessage(place: ValuePlace, message: string): string | undefined {
	const crash = findCrash(message);
	if (crash !== undefined) return crash;
	if (message.includes('[object Object]')) {
		return `is refused, but shown as [object Object]: ${message.slice(0, 120)}`;
	}
	if (namesField(place.field, message) || isAboutWholeForm(place.field, message)) return undefined;
	return `is refused without its label: ${message.slice(0, 160)}`;
}

/** Tells whether a message names the field, by its label or its name. */
function namesField({ label, name }: FieldDescription, message: string): boolean {
	const labels = label.replace(/ Names? or IDs?$| IDs?$/, '').split('|');
	return [...labels, name].some((word) => message.includes(word));
}

/** Tells whether a message is about the form as a whole, and so need not name the field. */
function isAboutWholeForm({ name }: FieldDescription, message: string): boolean {
	// For an empty record, the message names the first field that is missing.
	if (name === 'json' && /is empty, but|are both empty/.test(message)) return true;
	return /node has issues|nothing to update|No customer is given|has no field|has no filter/i.test(message);
}

// ---------------------------------------------------------------- values that the node takes

/** Finds a mistake in a run that succeeded. The value must have arrived with a meaning that the rules allow. */
function findMistakeInSuccess(attempt: Attempt): string | undefined {
	const { place, givenValue, outcome } = attempt;
	const { mayBeAnything, mayBeEmpty, readings = [] } = interpretAtPlace(place, givenValue);
	const isKeyField = isFieldOfKey(place);

	if (mustBeRefused(place, givenValue)) {
		return isKeyField ? undefined : `is taken${describeLastRequest(place, outcome)}`;
	}
	if (['option', 'openOption', 'object'].includes(place.role)) return findRowsAboveLimit(attempt);
	if (mayBeAnything || isKeyField) return undefined;
	if (readings.some((reading) => hasArrived(attempt, reading))) return undefined;
	if (mayBeEmpty) return findValueSentForEmpty(attempt);
	return `should arrive as ${shorten(readings[0])}${describeLastRequest(place, outcome)}`;
}

/**
 * Tells whether a place is a field of the match key. In Create or Update, the match value takes precedence
 * over it.
 */
function isFieldOfKey({ situation, form, field }: ValuePlace): boolean {
	if (situation.operation !== 'upsert') return false;
	const { matchBy, matchField } = form.parameters;
	const keyFields = situation.entity?.match?.keys.find(({ name }) => name === matchBy)?.fields ?? [];
	return keyFields.includes(field.name) || (keyFields.length === 0 && field.name === matchField);
}

/** Finds rows of a list beyond the option 'Limit'. */
function findRowsAboveLimit({ place, givenValue, outcome }: Attempt): string | undefined {
	if (place.field.name !== 'limit') return undefined;

	const limit = Number(place.convertOnTheWay(givenValue));
	return outcome.rows.length > limit ? `returns ${outcome.rows.length} rows` : undefined;
}

/** Finds a value that was sent for an empty one. The node must send the same as for the form without the field. */
function findValueSentForEmpty({ place, outcome, baseline }: Attempt): string | undefined {
	const { name, required } = place.field;
	// For a new record, Create or Update takes the default of the form.
	if (required && place.situation.operation === 'upsert') return undefined;

	const body = readLastWrite(outcome);
	const baselineBody = readLastWrite(baseline);
	const isSentAsWithoutField = JSON.stringify(body[name]) === JSON.stringify(baselineBody[name]);
	if (!(name in body) || isSentAsWithoutField) return undefined;
	return `is empty, but a value was sent${describeLastRequest(place, outcome)}`;
}

/** Reads the body of the last request that changes something. */
function readLastWrite(outcome: Outcome): Record<string, unknown> {
	return (listWriteRequests(outcome).at(-1)?.body ?? {}) as Record<string, unknown>;
}

// ---------------------------------------------------------------- where a value arrives

/** Tells whether a reading is in a request, in a changed record, or in the answer of an action. */
function hasArrived(attempt: Attempt, reading: unknown): boolean {
	const { place, outcome } = attempt;
	if (leavesNoTrace(place)) return true;

	const { field, situation } = place;
	const name = findNameInCall(field, reading);
	if (name === 'externalId') {
		return outcome.rows.some(({ note }) => note === `[ID ${normalizeText(reading)}]`);
	}
	// Create or Update and actions add to the lists of a record by default.
	const mayHoldMore = situation.operation === 'upsert' || situation.action !== undefined;
	const candidates = [
		...listSentValues(attempt),
		...listStoredValues(attempt),
		...listAnsweredValues(attempt),
	];
	return candidates.some((values) => isSameValue(field, values[name], reading, { mayHoldMore }));
}

/**
 * Tells whether a value cannot be seen in a request: a branch is in the address, and the node itself compares
 * a match value.
 */
function leavesNoTrace(place: ValuePlace): boolean {
	const isBranchOrGroup = ['branchId', 'branchToCheck', 'groupToTry'].includes(place.field.name);
	return place.role === 'key' || isBranchOrGroup || isRecordId(place);
}

/** Finds the name that a field has in the call. Most fields have the name that they have in the form. */
function findNameInCall(field: FieldDescription, reading: unknown): string {
	const [name = field.name] = Object.keys(field.makeBody?.(reading as never) ?? {});
	return name;
}

type Values = Record<string, unknown>;

/** Lists the values of all requests. */
function listSentValues({ place, outcome }: Attempt): Values[] {
	const sent = outcome.requests.flatMap(({ query, body }) => [query, ...listBodies(body as Values)]);
	const readsLessonsAround = ['participants', 'freeSlots'].includes(place.situation.action?.kind ?? '');
	return readsLessonsAround ? [...sent, ...listRequestedPeriods(sent)] : sent;
}

/**
 * Lists the values of the body of a request, with the attendance as the form has it: the details
 * `[{ customer_id: 5, is_attend: 1 }]` become `present_ids: [5]`.
 */
function listBodies(body: Values): Values[] {
	const details = (Array.isArray(body.details) ? body.details : []) as Values[];
	const idsByAttendance = (attendance: number) =>
		details.filter(({ is_attend }) => is_attend === attendance).map(({ customer_id }) => customer_id);
	const attendance = {
		present_ids: idsByAttendance(ATTENDANCE.attended),
		absent_ids: idsByAttendance(ATTENDANCE.missed),
	};
	return [{ ...body, ...attendance }, ...details];
}

/**
 * Lists the periods for which the form has asked. The actions that call this read a week more on both sides,
 * because a lesson may have been moved, so the week is taken off again.
 */
function listRequestedPeriods(sent: readonly Values[]): Values[] {
	return sent
		.filter(({ date_from }) => date_from !== undefined)
		.map(({ date_from, date_to }) => ({
			date_from: dayPlus(String(date_from), 7),
			date_to: dayPlus(String(date_to), -7),
		}));
}

/** Lists the values of the changed records and of the record that the form is about. */
function listStoredValues({ place, outcome, findRecord }: Attempt): Values[] {
	const changedRecords = outcome.changes.flatMap(({ after }) =>
		after === undefined ? [] : [after as Values],
	);
	const { target } = place.form;
	const record = target && findRecord(target.path, target.id);
	return record === undefined ? changedRecords : [...changedRecords, addArchiveFlag(record)];
}

/** Adds the flag "removed" to a customer, for whom AlfaCRM stores the last day instead. */
function addArchiveFlag(record: Values): Values {
	return 'removed' in record ? record : { ...record, removed: record.e_date === OPEN_END ? 0 : 1 };
}

/**
 * Lists the values in the answer of an action. An action that finds nothing to do still names the record
 * there.
 */
function listAnsweredValues({ place, outcome }: Attempt): Values[] {
	return place.situation.action === undefined ? [] : outcome.rows;
}

// ---------------------------------------------------------------- reports

/** Describes in a finding what was sent for the field and how many rows came. */
function describeLastRequest({ field }: ValuePlace, outcome: Outcome): string {
	const rowCount = `${outcome.rows.length} rows came`;
	const request = listWriteRequests(outcome).at(-1) ?? outcome.requests.at(-1);
	if (request === undefined) return `, nothing was sent and ${rowCount}`;

	const values: Values = { ...(request.body as object), ...request.query };
	const sentValue =
		field.name in values ? `${field.name}: ${shorten(values[field.name])}` : `no ${field.name}`;
	return `, ${nameCall(request)} held ${sentValue}, ${rowCount}`;
}

function shorten(value: unknown): string {
	return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
