import type { IDataObject } from 'n8n-workflow';

import type { Field, Filter } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { isPicker, isPlain } from '../fields/blank';
import { itemsOf, parts } from '../fields/lists';
import { takesNames } from '../fields/reference';
import { rowsIn } from '../fields/rows';
import type { Branch } from '../store/located';
import type { ShortList } from '../store/shortList';
import { parseJson, readIds } from '../values/formats';
import { allBranches, searchBranchesField } from './branches';
import { JSON_INPUT } from './fieldInput';
import type { Item } from './item';
import type { NameLookup } from './nameLookup';
import { replaceName, replaceNames } from './nameLookup';
import { shortListOf } from './names';
import { branchField, givenBranch } from './target';

type AnyField = Field | Filter;

/**
 * Puts IDs in place of the names of records in the parameters of an item. A name may stand in a
 * parameter of its own, in a collection, in a row, in JSON or in mapped fields. Only a name costs a
 * call, and only the first one of its list.
 *
 * @param operation the name of the operation, on which depends which fields the form has
 * @returns the item with these parameters resolved
 * @throws NodeOperationError for an unknown or ambiguous name, with the names that there are
 */
export async function resolveNames(item: Item, entity: Entity, operation: string): Promise<Item> {
	const fields = [...fieldsInForm(entity, operation), searchBranchesField].filter(mayHoldNames);
	const resolver = new NameResolver(item);

	await resolver.resolveField(branchField);
	// The branch of the record says where the names in its other fields are looked up.
	await resolver.resolveFields(fields.filter(isBranchOfRecord));
	await resolver.resolveFields(fields.filter((field) => !isBranchOfRecord(field)));
	return resolver.resolvedItem;
}

/** Returns the fields that the form of an operation has. */
function fieldsInForm(
	{ fields, filters, keys = [], actions = [] }: Entity,
	operation: string,
): AnyField[] {
	const action = actions.find(({ name }) => name === operation);
	if (action === undefined) return [...(operation === 'getAll' ? filters : fields), ...keys];
	const { query = [], fields: actionFields = [], options = [] } = action;
	return [...query, ...actionFields, ...options, ...keys];
}

/**
 * Whether a field may hold the name of a record. Fields of other types are not read, since n8n
 * would resolve their expressions.
 */
function mayHoldNames(field: AnyField): boolean {
	if (field.type === 'rows') return field.fields.some(mayHoldNames);
	return field.type === 'reference' || field.type === 'references' || isBranchOfRecord(field);
}

/** Whether a field says in which branches the record is. */
function isBranchOfRecord(field: AnyField): boolean {
	return 'fromBranch' in field && field.fromBranch === true;
}

/**
 * Resolves the parameters of an item one after the other. Each step sees what the steps before it
 * have resolved.
 */
class NameResolver {
	/**
	 * The branch that was given for the record, where the names in its other fields are looked up.
	 */
	private recordBranch: Branch;
	private readonly lookup: NameLookup;

	/** @param item the item as far as it is resolved */
	constructor(private item: Item) {
		this.lookup = {
			readList: async (entity) => await this.readList(entity),
			readNewestList: async (entity) => await this.readList(entity, this.item.execution.startedAt),
			error: (message, advice) => this.item.error(message, advice),
			noteBoundRecord: (record) => {
				const boundRecords = [...this.item.resolution.boundRecords, record];
				this.item = this.item.resolvedWith({ boundRecords });
			},
		};
	}

	get resolvedItem(): Item {
		return this.item;
	}

	/** Resolves fields wherever the node's parameters hold them. */
	async resolveFields(fields: readonly AnyField[]): Promise<void> {
		for (const [name, rawValue] of Object.entries(this.item.execution.parameters)) {
			const field = fields.find((candidate) => candidate.name === name);
			// Of other texts, only that of the parameter 'JSON' is JSON, even if another one looks like
			// it.
			const mayHoldFields = name === JSON_INPUT || (isPlain(rawValue) && !isPicker(rawValue));
			if (field) await this.resolveField(field);
			else if (mayHoldFields) await this.resolveFieldsWithin(name, fields);
		}
	}

	/** Resolves a field that has a parameter of its own. */
	async resolveField(field: AnyField): Promise<void> {
		const value = this.item.inputOf(field);
		const resolvedValue = await this.resolveValue(field, value);
		if (resolvedValue !== value) this.setParameter(field.name, resolvedValue);
	}

	/** Resolves the fields in a parameter that holds several: a collection, JSON or the mapper. */
	private async resolveFieldsWithin(name: string, fields: readonly AnyField[]): Promise<void> {
		const value = this.item.input({ name, displayName: name, default: {} });
		const content = typeof value === 'string' ? parseJson(value) : value;
		if (!isPlain(content)) return;

		const { mappingMode } = content;
		if (mappingMode === undefined) {
			const values = await this.resolveValues(fields, content as IDataObject);
			if (values !== content) this.setParameter(name, values);
		} else if (mappingMode === 'autoMapInputData') {
			const json = await this.resolveValues(fields, this.item.json);
			if (json !== this.item.json) this.item = this.item.resolvedWith({ json });
		} else if (isPlain(content.value)) {
			const values = await this.resolveValues(fields, content.value as IDataObject);
			if (values !== content.value) this.setParameter(name, { ...content, value: values });
		}
	}

	private setParameter(name: string, value: unknown): void {
		const parameters = new Map(this.item.resolution.parameters).set(name, value);
		this.item = this.item.resolvedWith({ parameters });
	}

	/** Resolves the values of fields. Returns the very same object if it holds no name. */
	private async resolveValues(
		fields: readonly AnyField[],
		values: IDataObject,
	): Promise<IDataObject> {
		return await replaceEach(
			fields,
			values,
			async (field, value) => await this.resolveValue(field, value),
		);
	}

	/**
	 * Resolves the value of a field of the record, and notes its branch. The branch in a row is that
	 * of the row alone.
	 */
	private async resolveValue(field: AnyField, value: unknown): Promise<unknown> {
		const resolvedValue = await this.replaceNamesIn(field, value);
		if (isBranchOfRecord(field)) {
			const branches = isPicker(resolvedValue) ? resolvedValue.value : resolvedValue;
			this.recordBranch ??= readIds(itemsOf(branches, parts)).at(0);
		}
		return resolvedValue;
	}

	private async replaceNamesIn(field: AnyField, value: unknown): Promise<unknown> {
		if (field.type === 'rows') return await this.replaceNamesInRows(field.fields, value);
		if ((field.type !== 'reference' && field.type !== 'references') || !takesNames(field))
			return value;
		return field.type === 'references'
			? await replaceNames(this.lookup, field, value)
			: await replaceName(this.lookup, field, value);
	}

	private async replaceNamesInRows(fields: readonly AnyField[], value: unknown): Promise<unknown> {
		const rows = rowsIn(value) ?? [];
		const resolvedRows: IDataObject[] = [];
		for (const row of rows) {
			const replaceIn = async (field: AnyField, cell: unknown) =>
				await this.replaceNamesIn(field, cell);
			resolvedRows.push(await replaceEach(fields, row, replaceIn));
		}
		return resolvedRows.every((row, index) => row === rows[index]) ? value : resolvedRows;
	}

	private async readList(entity: Entity, notBefore?: number): Promise<ShortList | undefined> {
		const { item } = this;
		const branch = entity.scope === 'branch' ? await this.findLookupBranch() : undefined;
		return await item.readIfAllowed(async () => await shortListOf(item, entity, branch, notBefore));
	}

	/**
	 * Finds the branch whose lists hold the names: that of the record or of the call, or else the
	 * first one.
	 */
	private async findLookupBranch(): Promise<Branch> {
		const { item } = this;
		const branch = this.recordBranch ?? item.place?.branch ?? givenBranch(item);
		if (branch !== undefined) return branch;
		const [, firstBranch] = await allBranches(item, undefined);
		return firstBranch;
	}
}

/** Replaces the values of fields. Returns the very same object if every value stays the same. */
async function replaceEach(
	fields: readonly AnyField[],
	values: IDataObject,
	replace: (field: AnyField, value: unknown) => Promise<unknown>,
): Promise<IDataObject> {
	const changes: IDataObject = {};
	for (const field of fields) {
		if (!(field.name in values)) continue;
		const value = values[field.name];
		const newValue = await replace(field, value);
		if (newValue !== value) changes[field.name] = newValue as IDataObject;
	}
	return Object.keys(changes).length === 0 ? values : { ...values, ...changes };
}
