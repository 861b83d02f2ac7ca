import type {
	FieldType,
	IDataObject,
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect, ONE_PAGE } from '../api/list';
import { columnsMethod } from '../entities/methodNames';
import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { customField, isCustom } from '../fields/custom';
import { needsValueFromUser, toColumn } from '../fields/field';
import { chooseBranch } from './formChoices';

type ColumnsLoader = (this: ILoadOptionsFunctions) => Promise<ResourceMapperFields>;

/**
 * The methods that list the columns of the field mapper, one for each entity with custom fields.
 * The columns are the declared fields, and the custom fields that records of the account have. n8n
 * requires the name `resourceMapping`.
 */
export const resourceMapping: Record<string, ColumnsLoader> = Object.fromEntries(
	entities
		.filter((entity) => entity.hasCustomFields)
		.map((entity) => [columnsMethod(entity), makeColumnsLoader(entity)]),
);

/** Makes the method that lists the columns of the field mapper for an entity. */
function makeColumnsLoader(entity: Entity): ColumnsLoader {
	return async function (this: ILoadOptionsFunctions) {
		const isCreate = this.getCurrentNodeParameter('operation') === 'create';
		const declaredColumns = listDeclaredColumns(entity, isCreate);
		const customColumns = await readCustomColumns(this, entity);
		return { fields: [...declaredColumns, ...customColumns] };
	};
}

/**
 * Lists the declared fields as columns: first the required fields, then the optional fields by
 * name, as in the form.
 */
function listDeclaredColumns({ fields }: Entity, isCreate: boolean): ResourceMapperField[] {
	const columns = fields.map((field) => toColumn(field, isCreate && needsValueFromUser(field)));
	const requiredColumns = columns.filter(({ required }) => required);
	const optionalColumns = columns.filter(({ required }) => !required);
	optionalColumns.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
	return [...requiredColumns, ...optionalColumns];
}

/**
 * Finds the custom fields of an entity in its first page of records, because AlfaCRM has no list of
 * custom fields (docs/alfacrm-api.md 9). A custom field that none of these records has is not
 * found.
 */
async function readCustomColumns(
	context: ILoadOptionsFunctions,
	entity: Entity,
): Promise<ResourceMapperField[]> {
	const rows = await readFirstPage(context, entity);
	const customNames = rows.flatMap((row) => Object.keys(row).filter(isCustom));
	const distinctNames = [...new Set(customNames)].sort();

	const isRequired = false;
	return distinctNames.map((name) => ({
		...toColumn(customField(name), isRequired),
		type: guessType(rows, name),
	}));
}

/** Reads the first page of the records of an entity, archived ones included. */
async function readFirstPage(
	context: ILoadOptionsFunctions,
	entity: Entity,
): Promise<IDataObject[]> {
	const client = new ApiClient(context);
	const branch = await chooseBranch(context, client, entity);
	const filtersThatShowArchived = entity.hidden?.bodyShowingAll;
	const list = {
		path: entity.path,
		branch,
		body: filtersThatShowArchived,
		task: `read the custom fields of ${entity.plural.toLowerCase()}`,
	};
	const { rows } = await collect(client, list, { goal: ONE_PAGE });
	return rows;
}

/** Guesses the type of a custom field by the first value that it has. */
function guessType(rows: readonly IDataObject[], name: string): FieldType {
	const values = rows.map((row) => row[name]);
	const firstValue = values.find((value) => value !== null && value !== undefined);
	if (Array.isArray(firstValue)) return 'array';
	return typeof firstValue === 'number' ? 'number' : 'string';
}
