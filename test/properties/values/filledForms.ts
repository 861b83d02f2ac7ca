import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';

import { byWholeName } from '../../../nodes/AlfaCrm/entities/common';
import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import type { Row, Store } from './goodRecords';
import {
	BRANCH,
	findCustomField,
	findCustomerWithUniquePhone,
	findExtraParameters,
	findGoodValue,
	findTarget,
} from './goodRecords';
import type { FieldDescription } from './meaning';
import type { FilledForm, Situation } from './situation';
import { describeField, KEYS_OF_NOBODY, listFilledParameters, returnsList, searchesByKey } from './situation';

/** Fills the form of an operation so that it succeeds in the school. */
export function fillForm(store: Store, situation: Situation): FilledForm {
	const { entity } = situation;
	if (entity === undefined) return fillFormWithoutEntity(situation);
	return searchesByKey(situation)
		? fillFormWithKey(store, situation, entity)
		: fillFormWithRecord(store, situation, entity);
}

/** The calls by which Try Writes creates a test lead with everything that belongs to it, and takes it back. */
const WRITES_OF_TRIAL = ['customer', 'communication', 'task', 'cgi'].flatMap((path) => [
	`${path}/create`,
	`${path}/update`,
	`${path}/delete`,
]);

/** Fills the form of an operation that belongs to no entity: of the account, or of an API call. */
function fillFormWithoutEntity({ resource, operation }: Situation): FilledForm {
	if (operation === 'tryWrites') {
		return { parameters: { resource, operation, writeTestLead: true }, writes: WRITES_OF_TRIAL };
	}
	if (resource === 'apiCall') {
		const parameters = { resource, operation, callPath: 'lead-status', callAction: 'index' };
		return { parameters, writes: [] };
	}
	return { parameters: { resource, operation }, writes: [] };
}

// ---------------------------------------------------------------- operations that search by a key

/** Fills the form of an operation that finds its record by a match key. */
function fillFormWithKey(store: Store, situation: Situation, entity: Entity): FilledForm {
	if (situation.operation === 'upsert') return fillUpsertForm(store, situation, entity);

	// The variant names the key, such as "by phone".
	const [, key] = situation.variant.split(' ');
	const record = findCustomerWithUniquePhone(store);
	const base = fillMatchKey(situation, entity, { key, record });
	const parameters = fillRequiredParameters(store, situation, base);
	return { parameters, writes: [], target: makeTarget(entity, record) };
}

/** Fills the form of Create or Update. Its variant is such as "form phone found" or "form phone new". */
function fillUpsertForm(store: Store, situation: Situation, entity: Entity): FilledForm {
	const [mode, key] = situation.variant.split(' ');
	const isNewRecord = situation.variant.endsWith('new');
	const record = isNewRecord ? undefined : findCustomerWithUniquePhone(store);

	const base = fillMatchKey(situation, entity, { key, record });
	base.options = { onlyForNew: [] };
	if (isNewRecord && mode === 'form') {
		Object.assign(base, listValuesBesideKey(store, situation, entity, key));
	}

	const parameters = fillRequiredParameters(store, situation, base);
	const action = isNewRecord ? 'create' : 'update';
	return { parameters, writes: [`${entity.path}/${action}`], target: makeTarget(entity, record) };
}

/** Fills in the branch, the modes and a match key. Without a record, nobody has the match values. */
function fillMatchKey(
	situation: Situation,
	entity: Entity,
	{ key, record }: { key: string; record: Row | undefined },
): INodeParameters {
	return {
		...chooseModes(situation, entity),
		matchBy: key,
		...listMatchValues(entity, key, record),
	};
}

/** Lists the match values of a record. Without a record, nobody has these values. */
function listMatchValues(entity: Entity, keyName: string, record?: Row): INodeParameters {
	const keys = [...(entity.match?.keys ?? []), byWholeName];
	const { fields = [], mayHaveCustomField } = keys.find(({ name }) => name === keyName) ?? {};

	const matchValues: INodeParameters = {};
	if (fields.length === 0 || mayHaveCustomField) {
		const matchField = findCustomField(entity.resource);
		Object.assign(matchValues, { matchField, matchValue: String(record?.[matchField] ?? 'Нигде') });
	}
	for (const name of fields) {
		const [storedValue] = [record?.[name]].flat();
		matchValues[name] = (storedValue ?? KEYS_OF_NOBODY[name] ?? 'Никто') as string;
	}
	return matchValues;
}

/**
 * Lists the fields of a new record that do not belong to the key. Each is there twice, at the top of the form and in
 * `fieldsToSet`, because the place depends on the field.
 */
function listValuesBesideKey(
	store: Store,
	situation: Situation,
	entity: Entity,
	keyName: string,
): INodeParameters {
	const { fields: keyFields = [] } = entity.match?.keys.find(({ name }) => name === keyName) ?? {};
	const newRecord = Object.entries(makeNewRecord(store, situation, entity));
	const fieldsBesideKey = newRecord.filter(([name]) => !keyFields.includes(name));
	const values = Object.fromEntries(fieldsBesideKey) as INodeParameters;
	return { ...values, fieldsToSet: values };
}

// ---------------------------------------------------------------- operations about a record or without one

/** Fills the form of an operation that names its record by ID, or needs none. */
function fillFormWithRecord(store: Store, situation: Situation, entity: Entity): FilledForm {
	const { operation, resource, variant } = situation;
	const isAboutRecord = listFilledParameters({ resource, operation }).some(({ name }) => name === 'id');
	const record = isAboutRecord ? findTarget(store, entity, operation) : undefined;

	const base: INodeParameters = {
		...chooseModes(situation, entity),
		...findExtraParameters(store, entity, operation, record),
	};
	if (record !== undefined) {
		base.id = record.id;
	}

	const parameters = fillRequiredParameters(store, situation, base);
	const newRecord = operation === 'create' ? makeNewRecord(store, situation, entity) : {};
	if (operation === 'create') {
		putRecordIntoForm(parameters, variant, newRecord);
	}
	if (operation === 'update') {
		putRecordIntoForm(parameters, variant, chooseSimpleField(store, entity));
	}
	return {
		parameters,
		target: makeTarget(entity, record),
		writes: listWrites(situation, entity),
		newRecord,
	};
}

/** Puts the values of a record into the form, into JSON or into the field mapper, as the variant says. */
function putRecordIntoForm(parameters: INodeParameters, variant: string, values: IDataObject): void {
	if (variant === 'form' && parameters.operation === 'update') {
		parameters.updateFields = values as INodeParameters;
	}
	if (variant === 'json') {
		parameters.json = JSON.stringify(values);
	}
	if (variant === 'map') {
		parameters.columns = { mappingMode: 'defineBelow', value: values } as INodeParameters;
	}
}

/** Lists the calls that may change something when the operation succeeds. */
function listWrites({ operation, action }: Situation, entity: Entity): string[] {
	const readingKinds = ['get', 'getMany', 'freeSlots', 'participants'];
	const saves = action
		? !readingKinds.includes(action.kind)
		: ['create', 'update', 'delete'].includes(operation);
	if (!saves) return [];

	const call = `${action?.path ?? entity.path}/${action?.action ?? operation}`;
	if (operation === 'removeFromGroup') return [call, 'cgi/delete'];
	if (operation === 'book') return [call, 'customer/update'];
	return [call];
}

function makeTarget({ path }: Entity, record?: Row): FilledForm['target'] {
	return record && { path, id: record.id };
}

// ---------------------------------------------------------------- parameters

/** Chooses the branch, the input mode and the length of a list, as the variant says. */
function chooseModes({ operation, action, variant }: Situation, entity: Entity): INodeParameters {
	const [mode] = variant.split(' ');
	const parameters: INodeParameters = {};
	if (entity.scope === 'branch') {
		parameters.branchId = BRANCH;
	}
	if (['create', 'update', 'upsert'].includes(operation)) {
		parameters.inputMode = mode;
	}
	if (operation === 'getAll' || returnsList(action)) {
		parameters.returnAll = mode !== 'limit';
	}
	if (mode === 'limit') {
		parameters.limit = 2;
	}
	return parameters;
}

/**
 * Fills in good values for the parameters that an operation needs. The other parameters keep their defaults.
 */
function fillRequiredParameters(store: Store, situation: Situation, base: INodeParameters): INodeParameters {
	const { resource, operation } = situation;
	const parameters: INodeParameters = { resource, operation, ...base };
	for (const parameter of listFilledParameters(parameters)) {
		const { name, type } = parameter;
		const field = describeField(situation, name);
		const isFilledElsewhere = name in parameters || ['collection', 'json', 'resourceMapper'].includes(type);
		if (isFilledElsewhere || !field || !needsValue(situation, parameter, field)) continue;

		const value = findGoodValue(store, field);
		const isMatchValue = searchesByKey(situation) && Array.isArray(value);
		parameters[name] = (isMatchValue ? value[0] : value) as string;
	}
	return parameters;
}

/** Tells whether the form needs a value for a parameter. */
function needsValue(
	situation: Situation,
	{ required, default: defaultValue }: INodeProperties,
	field: FieldDescription,
): boolean {
	// The filter Lead or Client has a choice for both.
	if (field.name === 'is_study' && situation.operation === 'getAll') return false;
	const isEmptyByDefault = defaultValue === '';
	const isNeeded = required === true || field.requiredUnless !== undefined;
	return isNeeded || isEmptyByDefault || searchesByKey(situation);
}

/** Chooses a field that any update may change: a text if there is one, otherwise a flag. */
function chooseSimpleField(store: Store, { fields }: Entity): IDataObject {
	const text = fields.find(({ type }) => type === 'text' || type === 'longText');
	const flag = fields.find(({ type }) => type === 'flag');
	const field = text ?? flag ?? fields[0];
	return { [field.name]: findGoodValue(store, field as FieldDescription) };
}

/** Makes the values of a new record: the required fields, and what the operation needs besides. */
function makeNewRecord(store: Store, situation: Situation, entity: Entity): IDataObject {
	const record: IDataObject = {};
	for (const { name, required, requiredUnless } of entity.fields) {
		if (required || requiredUnless !== undefined) {
			record[name] = findGoodValue(store, describeField(situation, name) as FieldDescription) as string;
		}
	}
	const fieldNames = entity.fields.map(({ name }) => name);
	const extraParameters = findExtraParameters(store, entity, 'create');
	for (const [name, value] of Object.entries(extraParameters)) {
		if (fieldNames.includes(name)) {
			record[name] = value as string;
		}
	}
	return record;
}
