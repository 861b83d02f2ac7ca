import type { IDataObject, ResourceMapperValue } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { isNothing } from '../../fields/blank';
import { isCustom } from '../../fields/custom';
import { shown } from '../../fields/unreadable';
import { columns, inputMode, jsonInput, unknownFields } from '../../properties/shared';
import type { Item } from '../item';

type Form = 'create' | 'update' | 'upsert';

/** The collections of the form that hold fields. */
const COLLECTIONS: Record<Form, { name: string; displayName: string }> = {
	create: { name: 'additionalFields', displayName: 'Additional Fields' },
	update: { name: 'updateFields', displayName: 'Update Fields' },
	upsert: { name: 'fieldsToSet', displayName: 'Fields' },
};

/** What the user gave for the fields of a record, by the names that AlfaCRM uses, whichever way it was given. */
export function givenFields(item: Item, entity: Entity, form: Form): IDataObject {
	const modes = {
		form: () => inForm(item, entity, form),
		json: () => known(item, entity, item.object(jsonInput(entity))),
		map: () => known(item, entity, mapped(item)),
	};
	return modes[item.choice<keyof typeof modes>(inputMode(entity))]();
}

function inForm(item: Item, entity: Entity, form: Form): IDataObject {
	const collected = collection(item, entity, COLLECTIONS[form]);
	if (form !== 'create') return collected;
	const ahead = entity.fields.filter((field) => field.required || field.upfront);
	const values = ahead.map(({ name, label }) => [
		name,
		item.given({ name, displayName: label, default: '' }),
	]);
	return { ...(Object.fromEntries(values) as IDataObject), ...collected };
}

function collection(
	item: Item,
	entity: Entity,
	parameter: { name: string; displayName: string },
): IDataObject {
	const { customFields, ...fields } = item.object({ ...parameter, default: {} });
	const given = { ...fields, ...customIn(item, customFields) };
	const strangers = strangersIn(entity, given);
	if (strangers.length === 0) return given;
	throw unknownFieldsError(item, entity, strangers, 'Remove it, or correct its name.');
}

function unknownFieldsError(item: Item, { label }: Entity, names: readonly string[], advice: string): Error {
	const quoted = names.map((name) => `"${name}"`).join(', ');
	return item.refused(
		`AlfaCRM's ${label.toLowerCase()} has no field ${quoted}`,
		`${advice} Nothing was sent to AlfaCRM.`,
	);
}

/** The custom fields of a form: pairs of a name and a value. */
function customIn(item: Item, customFields: unknown): IDataObject {
	const body: IDataObject = {};
	const { values = [] } = (customFields ?? {}) as { values?: IDataObject[] };
	for (const pair of values) {
		const name = typeof pair.name === 'string' ? pair.name.trim() : '';
		if (!isCustom(name)) {
			throw item.refused(
				isNothing(pair.name)
					? "'Name' of a custom field is empty"
					: `${shown(pair.name)} is not the name of a custom field`,
				"Names of custom fields start with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
			);
		}
		if (name in body) {
			throw item.refused(
				`'${name}' is given twice`,
				'Only one of the values could be saved. Remove the other. Nothing was sent to AlfaCRM.',
			);
		}
		body[name] = pair.value;
	}
	return body;
}

/** Defined below, or all that the input item holds. */
function mapped(item: Item): IDataObject {
	const value = item.object({ ...columns, default: {} }) as unknown as ResourceMapperValue;
	if (value.mappingMode === 'autoMapInputData') return item.json;
	// A column that nobody filled in is null.
	return Object.fromEntries(Object.entries(value.value ?? {}).filter(([, given]) => given !== null));
}

/** Keeps what AlfaCRM knows; the rest is refused or, where that is chosen, listed. */
function known(item: Item, entity: Entity, given: IDataObject): IDataObject {
	const strangers = strangersIn(entity, given);
	const isRefused = item.choice(unknownFields) === 'refuse';
	if (strangers.length === 0) return given;
	if (isRefused)
		throw unknownFieldsError(item, entity, strangers, "Remove it, or set 'Unknown Fields' to Leave Out.");
	for (const stranger of strangers) {
		const text = `Left out, since AlfaCRM's ${entity.label.toLowerCase()} has no such field`;
		item.run.hints.add(text, `"${stranger}"`);
	}
	return Object.fromEntries(Object.entries(given).filter(([key]) => !strangers.includes(key)));
}

function strangersIn(entity: Entity, given: IDataObject): string[] {
	const names = new Set(entity.fields.map(({ name }) => name));
	const isKnown = (key: string) => names.has(key) || (entity.custom === true && isCustom(key));
	return Object.keys(given).filter((key) => !isKnown(key));
}
