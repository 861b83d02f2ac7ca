import { DateTime } from 'luxon';

import { listWriteRequests } from './attempt';
import type { Store } from './goodRecords';
import type { HostileValue } from './hostileValues';
import { HOSTILE_VALUES } from './hostileValues';
import type { Outcome, Runner } from './runner';
import { situations } from './situations';
import type { ValuePlace, Way } from './valuePlace';
import { listValuePlaces } from './valuePlaces';

/** A field of a record that can be given in several ways: in the form, in JSON and in the field mapper. */
interface FieldInSeveralWays {
	/** The operation and the field, such as "customer.create phone". */
	title: string;
	places: ValuePlace[];
}

/** Lists the fields that can be given in several ways, with their places. */
export function listFieldsInSeveralWays(store: Store): FieldInSeveralWays[] {
	const fields = new Map<string, ValuePlace[]>();
	for (const situation of situations) {
		const savesRecord = ['create', 'update', 'upsert'].includes(situation.operation);
		if (!savesRecord || situation.variant.endsWith('new')) continue;

		const places = listValuePlaces(situation, situation.fillForm(store)).filter(isComparable);
		for (const place of places) {
			const title = `${situation.resource}.${situation.operation} ${place.field.name}`;
			fields.set(title, [...(fields.get(title) ?? []), place]);
		}
	}
	// If the end is empty in the form, it follows from the duration, which only the form has.
	fields.delete('regularLesson.create time_to_v');

	const fieldsWithPlaces = [...fields].map(([title, places]) => ({ title, places }));
	return fieldsWithPlaces.filter(({ places }) => {
		const ways = new Set(places.map(({ way }) => way));
		return ways.size > 1;
	});
}

/**
 * Tells whether a place holds one value of a record. JSON as a text is left out, because it has no undefined
 * and no moments.
 */
function isComparable({ role, field, way, where }: ValuePlace): boolean {
	const isFieldOfRecord = ['required', 'optional'].includes(role) && field.type !== 'rows';
	const isNameOfCustomField = where.endsWith('> Name');
	return isFieldOfRecord && !isNameOfCustomField && way !== 'jsonText';
}

/**
 * Tells whether n8n itself makes the ways differ: it turns a DateTime into a text in JSON and in items, but
 * not in a parameter.
 */
export function isConvertedByN8n({ places }: FieldInSeveralWays, { value }: HostileValue): boolean {
	return DateTime.isDateTime(value) && /text|phones|emails|links|reference/i.test(places[0].field.type);
}

/** Gives a value to a field in every way, and describes by the way what the node did with it. */
export async function giveInEveryWay(
	runner: Runner,
	{ places }: FieldInSeveralWays,
	value: HostileValue,
): Promise<Partial<Record<Way, string>>> {
	const results: Partial<Record<Way, string>> = {};
	for (const { way, parameters, makeItem, field } of places) {
		const item = makeItem(value, HOSTILE_VALUES.indexOf(value));
		const outcome = await runner.runItem(runner.makeWorkflow(parameters), item);
		// Only in the form can the node tell an expression without a result from a field that is left empty.
		const isEmptyExpression = outcome.error?.includes('is set but came out empty');
		if (!isEmptyExpression) {
			results[way] = describeResult(outcome, field.name);
		}
	}
	return results;
}

/** Describes what the node did with a value: refused it, sent it, or did not send it. */
function describeResult(outcome: Outcome, fieldName: string): string {
	if (outcome.error !== undefined) return outcome.requests.length === 0 ? 'refused' : 'refused by AlfaCRM';
	const body = (listWriteRequests(outcome).at(-1)?.body ?? {}) as Record<string, unknown>;
	return fieldName in body ? `sent as ${JSON.stringify(body[fieldName])}` : 'not sent';
}
