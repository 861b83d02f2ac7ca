import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import { findCustomField } from './goodRecords';
import { CODE_OF_ALL_VALUES } from './hostileValues';
import type { FieldDescription } from './meaning';
import type { FilledForm, Situation } from './situation';
import { describeField } from './situation';
import type { FieldPlace, ValuePlace } from './valuePlace';

/**
 * Lists the places of the fields of a record in JSON or in the field mapper. Each field has two places there.
 */
export function listRecordPlaces(
	situation: Situation,
	form: FilledForm,
	input: 'json' | 'mapper',
): ValuePlace[] {
	return listRecordFields(situation).flatMap((fieldPlace): ValuePlace[] => {
		const otherValues = listOtherValues(situation, form, fieldPlace.field.name);
		const place = { situation, form, ...fieldPlace };
		return input === 'json'
			? [makeObjectPlace(place, otherValues), makeJsonTextPlace(place, otherValues)]
			: [makeMappedColumnPlace(place, otherValues), makeColumnOfItemPlace(place, otherValues)];
	});
}

type FieldOfForm = FieldPlace & Pick<ValuePlace, 'situation' | 'form'>;

/** Makes the place of a field in JSON that an expression gives as an object. */
function makeObjectPlace(place: FieldOfForm, otherValues: IDataObject): ValuePlace {
	return {
		...place,
		way: 'json',
		where: `JSON > ${place.field.label}`,
		convertOnTheWay: (value) => value,
		parameters: { ...place.form.parameters, json: `={{ (${writeObject(place.field.name, otherValues)}) }}` },
		makeItem: (_, index) => ({ i: index }),
	};
}

/** Makes the place of a field in JSON that an expression gives as a text. */
function makeJsonTextPlace(place: FieldOfForm, otherValues: IDataObject): ValuePlace {
	const object = writeObject(place.field.name, otherValues);
	return {
		...place,
		way: 'jsonText',
		where: `JSON as text > ${place.field.label}`,
		convertOnTheWay: convertToJsonAndBack,
		parameters: { ...place.form.parameters, json: `={{ JSON.stringify(${object}) }}` },
		makeItem: (_, index) => ({ i: index }),
	};
}

/** Makes the place of a column that the user has chosen in the field mapper, with an expression. */
function makeMappedColumnPlace(place: FieldOfForm, otherValues: IDataObject): ValuePlace {
	const expression = `={{ ${CODE_OF_ALL_VALUES}[$json.i] }}`;
	const columns = {
		mappingMode: 'defineBelow',
		value: { ...otherValues, [place.field.name]: expression },
	};
	return {
		...place,
		way: 'map',
		where: `Field Mapper > ${place.field.label}`,
		convertOnTheWay: (value) => value,
		parameters: { ...place.form.parameters, columns } as INodeParameters,
		makeItem: (_, index) => ({ i: index }),
	};
}

/** Makes the place of a column that the field mapper finds in the item by its name. */
function makeColumnOfItemPlace(place: FieldOfForm, otherValues: IDataObject): ValuePlace {
	const columns = { mappingMode: 'autoMapInputData', value: null };
	return {
		...place,
		way: 'autoMap',
		where: `Field Mapper by itself > ${place.field.label}`,
		convertOnTheWay: (value) => value,
		parameters: { ...place.form.parameters, columns } as INodeParameters,
		makeItem: ({ value }) => ({ ...otherValues, [place.field.name]: toItemValue(value) }) as IDataObject,
	};
}

/** Writes JavaScript of an object with one hostile value, which the item chooses by number. */
function writeObject(name: string, otherValues: IDataObject): string {
	const otherProperties = JSON.stringify(otherValues).slice(1, -1);
	const property = `${JSON.stringify(name)}: ${CODE_OF_ALL_VALUES}[$json.i]`;
	return otherProperties === '' ? `{ ${property} }` : `{ ${otherProperties}, ${property} }`;
}

/** Converts a value as JSON does: undefined is lost, and a moment becomes a text. */
function convertToJsonAndBack(value: unknown): unknown {
	return (JSON.parse(JSON.stringify({ value })) as { value?: unknown }).value;
}

/** Converts a value as n8n does on the way into an item: a DateTime becomes a text. */
function toItemValue(value: unknown): unknown {
	return DateTime.isDateTime(value) ? value.toISO() : value;
}

// ---------------------------------------------------------------- fields of a record

/** Lists the fields of a record with their roles, and one custom field if the entity may have some. */
function listRecordFields(situation: Situation): FieldPlace[] {
	const { entity, operation, resource } = situation;
	const declaredFields = (entity?.fields ?? []).map(
		(field): FieldPlace => ({
			role: operation === 'create' && isNeededByNewRecord(field) ? 'required' : 'optional',
			field: describeField(situation, field.name) as FieldDescription,
		}),
	);
	if (!entity?.hasCustomFields) return declaredFields;

	const name = findCustomField(resource);
	return [...declaredFields, { role: 'optional', field: { type: 'custom', name, label: name } }];
}

/** Tells whether no record can be created without a field. */
function isNeededByNewRecord({
	name,
	required,
	fallback,
	requiredUnless,
}: Entity['fields'][number]): boolean {
	const isRequired = required === true && fallback === undefined;
	return isRequired || requiredUnless !== undefined || name === 'time_to_v';
}

/**
 * Lists what a new record needs besides a field, so that the value of this field decides whether it is
 * created.
 */
function listOtherValues(situation: Situation, { newRecord }: FilledForm, name: string): IDataObject {
	if (situation.operation !== 'create') return {};
	const otherValues = { ...newRecord };
	delete otherValues[name];
	return otherValues;
}
