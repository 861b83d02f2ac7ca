import type { INodeParameters, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { listNestedParameters } from '../../support/form';
import { findFieldRole } from './fieldRoles';
import { findCustomField } from './goodRecords';
import { CODE_OF_ALL_VALUES } from './hostileValues';
import type { FieldDescription } from './meaning';
import { listRecordPlaces } from './recordPlaces';
import type { FilledForm, Situation } from './situation';
import { describeField, listFilledParameters, listValuesForEveryKey } from './situation';
import type { FieldPlace, ValuePlace } from './valuePlace';

/** An expression that takes the value whose number is in the item. */
const VALUE_BY_NUMBER = `={{ ${CODE_OF_ALL_VALUES}[$json.i] }}`;

/** Leads to a value inside the parameters, as in ['customFields', 'values', 0, 'value']. */
type Path = ReadonlyArray<string | number>;

/** Lists the places of a form that no earlier variant of the operation has. */
export function listValuePlaces(situation: Situation, form: FilledForm): ValuePlace[] {
	return listFilledParameters(form.parameters)
		.flatMap((parameter) => listPlacesOfParameter(situation, form, parameter))
		.filter(isSpecialToVariant);
}

/**
 * Tells whether a place differs in this variant of an operation. Most places are tried only in the first variant: another
 * key adds only its match values, and another mode only JSON, the field mapper or the limit.
 */
function isSpecialToVariant({ situation, way, where, role }: ValuePlace): boolean {
	const { entity, operation, variant } = situation;
	// A variant is such as "form phone found", "json" or "limit".
	const [mode, key] = variant.split(' ');
	const isFirstKey = operation !== 'upsert' || key === entity?.match?.keys[0].name;
	if (!isFirstKey) return role === 'key';

	const isFirstMode = ['form', 'all', 'by', ''].includes(mode);
	return isFirstMode || way !== 'form' || ['JSON', 'Limit'].includes(where);
}

/** Lists the places of a parameter: its fields, its rows, or the parameter itself. */
function listPlacesOfParameter(
	situation: Situation,
	form: FilledForm,
	parameter: INodeProperties,
): ValuePlace[] {
	const { name, type, displayName, noDataExpression } = parameter;
	const makePlace = makePlaceMaker(situation, form);

	if (type === 'resourceMapper') return listRecordPlaces(situation, form, 'mapper');
	// n8n evaluates no expressions in these parameters.
	if (noDataExpression) return [];
	if (name === 'json') {
		const field: FieldDescription = { type: 'text', name, label: displayName };
		const wholeObject = makePlace({ role: 'object', field, path: [name], where: displayName });
		return [...listRecordPlaces(situation, form, 'json'), wholeObject];
	}
	return listPlacesAt({ situation, form, parameter, path: [name], where: displayName });
}

interface ParameterInForm {
	situation: Situation;
	form: FilledForm;
	parameter: INodeProperties;
	path: Path;
	where: string;
}

/** Lists the places at a path of the parameters, down to the fields of a collection or a table. */
function listPlacesAt({ situation, form, parameter, path, where }: ParameterInForm): ValuePlace[] {
	const { name, type } = parameter;
	if (type === 'collection') {
		// A wrong value for the collection itself cannot reach the node: n8n makes an empty object of it.
		return listNestedParameters(parameter).flatMap((member) =>
			listPlacesAt({
				situation,
				form,
				parameter: member,
				path: [...path, member.name],
				where: `${where} > ${member.displayName}`,
			}),
		);
	}
	if (name === 'customFields') return listCustomFieldPlaces({ situation, form, parameter, path, where });
	if (type === 'fixedCollection') return listTablePlaces({ situation, form, parameter, path, where });

	const { role, field } = findFieldRole(situation, parameter, path);
	const makePlace = makePlaceMaker(situation, form);
	// An expression in Match By may choose any key, so n8n requires the values of all keys.
	const base =
		name === 'matchBy' ? { ...listValuesForEveryKey(situation), ...form.parameters } : form.parameters;
	return [makePlace({ role, field, path, where, base })];
}

/** Lists two places of a custom field in the form: its name and its value. */
function listCustomFieldPlaces({ situation, form, path, where }: ParameterInForm): ValuePlace[] {
	const customField = findCustomField(situation.resource);
	const namePath = [...path, 'values', 0, 'name'];
	const valuePath = [...path, 'values', 0, 'value'];
	const makePlace = makePlaceMaker(situation, form);
	return [
		makePlace({
			role: 'optional',
			field: { type: 'custom', name: customField, label: 'Custom' },
			path: valuePath,
			where,
			base: putValue(form.parameters, namePath, customField),
		}),
		makePlace({
			role: 'required',
			field: {
				type: 'choice',
				name: 'name',
				label: 'Custom|custom|Name',
				choices: [{ value: customField }],
			},
			path: namePath,
			where: `${where} > Name`,
			base: putValue(form.parameters, valuePath, 'Лицей'),
		}),
	];
}

/** Lists the places of the fields in a row of a table, and of the table itself if it is required. */
function listTablePlaces({ situation, form, parameter, path, where }: ParameterInForm): ValuePlace[] {
	const { name, displayName, required } = parameter;
	const field: FieldDescription = describeField(situation, name) ?? {
		type: 'rows',
		name,
		label: displayName,
	};
	const makePlace = makePlaceMaker(situation, form);

	const rowPath = [...path, 'values', 0];
	const base = putValue(form.parameters, rowPath, { customer_id: 1, is_attend: true });
	const rowPlaces = listColumns(field).map((column) =>
		makePlace({
			role: column.required ? 'required' : 'optional',
			field: column,
			path: [...rowPath, column.name],
			where: `${where} > ${column.label}`,
			base,
		}),
	);

	// Inside a collection, n8n makes an empty table of anything else. A table that may stay empty is covered by
	// its rows.
	const isOwnPlace = required === true && path.length === 1;
	return isOwnPlace ? [makePlace({ role: 'required', field, path, where }), ...rowPlaces] : rowPlaces;
}

/** Lists the fields for which a table of the form has columns. */
function listColumns(table: FieldDescription): FieldDescription[] {
	const { fields = [] } = table as { fields?: readonly Field[] };
	return fields.filter(({ withoutParameter }) => !withoutParameter);
}

interface PlaceInForm extends FieldPlace {
	path: Path;
	where: string;
	/** The parameters around the place, if they are not those of the filled form. */
	base?: INodeParameters;
}

/** Makes a function that makes the places of one form. */
function makePlaceMaker(situation: Situation, form: FilledForm): (place: PlaceInForm) => ValuePlace {
	return ({ role, field, path, where, base = form.parameters }) => ({
		situation,
		form,
		way: 'form',
		role,
		field,
		where,
		convertOnTheWay: (value) => value,
		parameters: putValue(base, path, VALUE_BY_NUMBER),
		makeItem: (_, index) => ({ i: index }),
	});
}

/** Copies the parameters, and puts a value into the copy. */
function putValue(parameters: INodeParameters, path: Path, value: unknown): INodeParameters {
	const copy = structuredClone(parameters);
	if (path[0] === 'updateFields' && path.length > 1) {
		// The field stands alone in an update, so that an empty value leaves nothing to send.
		copy.updateFields = keepCustomFields(copy.updateFields);
	}

	let parent = copy as unknown as Record<string | number, unknown>;
	path.slice(0, -1).forEach((step, index) => {
		const isListNext = typeof path[index + 1] === 'number';
		parent[step] ??= isListNext ? [] : {};
		parent = parent[step] as Record<string | number, unknown>;
	});
	parent[path[path.length - 1]] = value;
	return copy;
}

/** Keeps only the custom fields of the fields to update. */
function keepCustomFields(updateFields: INodeParameters[string]): INodeParameters {
	const { customFields } = (updateFields ?? {}) as INodeParameters;
	return customFields === undefined ? {} : { customFields };
}
