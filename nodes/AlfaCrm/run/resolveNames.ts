import type { IDataObject } from 'n8n-workflow';

import type { Field, Filter } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { isPicker, isPlainObject } from '../fields/blank';
import { readItems, splitText } from '../fields/lists';
import { takesNames } from '../fields/reference';
import { readRows } from '../fields/rows';
import type { Branch } from '../store/located';
import type { ShortList } from '../store/shortList';
import { parseJson, readIds } from '../values/formats';
import { allBranches, searchBranchesField } from './branches';
import { JSON_INPUT } from './fieldInput';
import type { Item } from './item';
import type { NameLookup } from './nameLookup';
import { replaceName, replaceNames } from './nameLookup';
import { readShortListOnce } from './names';
import type { BoundRecord } from './resolution';
import { branchField, givenBranch } from './target';

type AnyField = Field | Filter;

/**
 * Puts IDs in place of the names of records in the parameters of an item. For example, the room
 * "Blue" becomes the ID 3. A name may be in a parameter, a collection, a list of rows, JSON or
 * mapped fields. A list of names is read only if a name is given, and is kept for later items.
 *
 * @param operation the name of the operation, which decides which fields the form has
 * @returns an item whose parameters hold IDs
 * @throws NodeOperationError for an unknown or ambiguous name, with the names that there are
 */
export async function resolveNames(item: Item, entity: Entity, operation: string): Promise<Item> {
	const fieldsInForm = [...listFieldsInForm(entity, operation), searchBranchesField];
	const fields = fieldsInForm.filter(mayHoldNames);
	const fieldsForBranch = fields.filter(holdsBranch);
	const otherFields = fields.filter((field) => !holdsBranch(field));

	const resolver = new NameResolver(item);
	// 'Branch' is first, because the other names are looked up in that branch. If the user gives the
	// record another branch, names are looked up there, so the fields for the record's branch follow.
	await resolver.resolveField(branchField);
	await resolver.resolveFields(fieldsForBranch);
	await resolver.resolveFields(otherFields);
	return resolver.resolvedItem;
}

/** Lists the fields and filters in the form of an operation. */
function listFieldsInForm(entity: Entity, operation: string): AnyField[] {
	const { fields, filters, parentFields = [], actions = [] } = entity;
	const action = actions.find(({ name }) => name === operation);
	if (action !== undefined) {
		const { query = [], fields: actionFields = [], options = [] } = action;
		return [...query, ...actionFields, ...options, ...parentFields];
	}

	const narrowsList = operation === 'getAll';
	return narrowsList ? [...filters, ...parentFields] : [...fields, ...parentFields];
}

/**
 * Whether names must be looked for in a field: it refers to records, or holds the branch of the
 * record. All other fields are left unread, because n8n would resolve their expressions for
 * nothing.
 */
function mayHoldNames(field: AnyField): boolean {
	if (field.type === 'rows') return field.fields.some(mayHoldNames);
	return field.type === 'reference' || field.type === 'references' || holdsBranch(field);
}

/** Whether a field holds the branch or branches of the record. It is declared `fromBranch`. */
function holdsBranch(field: AnyField): boolean {
	return 'fromBranch' in field && field.fromBranch === true;
}

/**
 * Resolves the parameters of an item one after another. A branch that one step resolves is used for
 * the names in the next steps.
 */
class NameResolver {
	/**
	 * The first branch that the user has given for the record. Names in the other fields of the
	 * record are looked up in that branch.
	 */
	private recordBranch: Branch;
	private readonly lookup: NameLookup;

	/** @param item the item; each step replaces it by an item with more resolved names */
	constructor(private item: Item) {
		this.lookup = {
			readList: async (entity) => await this.readList(entity),
			readNewestList: async (entity) => await this.readList(entity, this.item.execution.startedAt),
			error: (message, advice) => this.item.error(message, advice),
			noteBoundRecord: (record) => this.noteBoundRecord(record),
		};
	}

	/** The item, with IDs in place of the names that have been resolved so far. */
	get resolvedItem(): Item {
		return this.item;
	}

	/**
	 * Resolves the fields wherever the node has them: in a parameter of their own, a collection, or
	 * JSON.
	 */
	async resolveFields(fields: readonly AnyField[]): Promise<void> {
		for (const [name, rawValue] of Object.entries(this.item.execution.parameters)) {
			const field = fields.find((candidate) => candidate.name === name);
			// A text holds fields only in the parameter 'JSON'. Any other text is a value, even if it
			// looks like JSON.
			const mayHoldFields = name === JSON_INPUT || (isPlainObject(rawValue) && !isPicker(rawValue));
			if (field) {
				await this.resolveField(field);
			} else if (mayHoldFields) {
				await this.resolveFieldsWithin(name, fields);
			}
		}
	}

	/** Resolves a field that has a parameter of its own. */
	async resolveField(field: AnyField): Promise<void> {
		const value = this.item.readRawFieldValue(field);
		const resolvedValue = await this.resolveValue(field, value);
		if (resolvedValue !== value) this.setParameter(field.name, resolvedValue);
	}

	/**
	 * Puts IDs in place of names in a parameter that holds several fields: a collection such as
	 * *Additional Fields*, the parameter 'JSON', or n8n's field mapper.
	 */
	private async resolveFieldsWithin(name: string, fields: readonly AnyField[]): Promise<void> {
		// The node has this parameter, so the declaration's label and default are not used.
		const value = this.item.readRawValue({ name, displayName: name, default: {} });
		const content = typeof value === 'string' ? parseJson(value) : value;
		if (!isPlainObject(content)) return;

		// Only the field mapper has a mapping mode.
		const isMapper = content.mappingMode !== undefined;
		if (isMapper) {
			await this.resolveMapping(name, content, fields);
			return;
		}
		const resolvedContent = await this.resolveValues(fields, content as IDataObject);
		if (resolvedContent !== content) this.setParameter(name, resolvedContent);
	}

	/**
	 * Puts IDs in place of names in what the field mapper maps: the whole input item, or the columns
	 * that the user has filled (`mapping.value`).
	 */
	private async resolveMapping(
		name: string,
		mapping: Record<string, unknown>,
		fields: readonly AnyField[],
	): Promise<void> {
		if (mapping.mappingMode === 'autoMapInputData') {
			const { json } = this.item;
			const resolvedJson = await this.resolveValues(fields, json);
			if (resolvedJson !== json) this.item = this.item.resolvedWith({ json: resolvedJson });
			return;
		}

		const columns = mapping.value;
		if (!isPlainObject(columns)) return;
		const resolvedColumns = await this.resolveValues(fields, columns as IDataObject);
		if (resolvedColumns !== columns) {
			this.setParameter(name, { ...mapping, value: resolvedColumns });
		}
	}

	private setParameter(name: string, value: unknown): void {
		const parameters = new Map(this.item.resolution.parameters).set(name, value);
		this.item = this.item.resolvedWith({ parameters });
	}

	/** Notes in the item a record that was found by its name and belongs to certain branches only. */
	private noteBoundRecord(record: BoundRecord): void {
		const boundRecords = [...this.item.resolution.boundRecords, record];
		this.item = this.item.resolvedWith({ boundRecords });
	}

	/** Resolves the values of fields in an object. Returns the same object if it holds no name. */
	private async resolveValues(
		fields: readonly AnyField[],
		values: IDataObject,
	): Promise<IDataObject> {
		const resolve = async (field: AnyField, value: unknown) =>
			await this.resolveValue(field, value);
		return await replaceEach(fields, values, resolve);
	}

	/**
	 * Resolves the value of a field, and notes the branch that the user gives for the record. A
	 * branch in a row of a field belongs to that row only, so `replaceNamesInRows` does not note it.
	 */
	private async resolveValue(field: AnyField, value: unknown): Promise<unknown> {
		const resolvedValue = await this.replaceNamesIn(field, value);
		if (holdsBranch(field)) {
			const branches = isPicker(resolvedValue) ? resolvedValue.value : resolvedValue;
			const branchIds = readIds(readItems(branches, splitText));
			// The first field that gives a branch decides.
			this.recordBranch ??= branchIds.at(0);
		}
		return resolvedValue;
	}

	/** Puts IDs in place of the names in the value of a field, if the field takes names at all. */
	private async replaceNamesIn(field: AnyField, value: unknown): Promise<unknown> {
		if (field.type === 'rows') return await this.replaceNamesInRows(field.fields, value);
		if (field.type === 'reference' && takesNames(field)) {
			return await replaceName(this.lookup, field, value);
		}
		if (field.type === 'references' && takesNames(field)) {
			return await replaceNames(this.lookup, field, value);
		}
		return value;
	}

	/**
	 * Puts IDs in place of the names in a list of rows, such as the attendance of a lesson. Returns
	 * the same value if no row holds a name.
	 */
	private async replaceNamesInRows(fields: readonly AnyField[], value: unknown): Promise<unknown> {
		const replaceInCell = async (field: AnyField, cell: unknown) =>
			await this.replaceNamesIn(field, cell);

		const rows = readRows(value) ?? [];
		const resolvedRows: IDataObject[] = [];
		for (const row of rows) {
			const resolvedRow = await replaceEach(fields, row, replaceInCell);
			resolvedRows.push(resolvedRow);
		}
		const holdNoName = resolvedRows.every((row, index) => row === rows[index]);
		return holdNoName ? value : resolvedRows;
	}

	/**
	 * Reads the IDs and names of an entity's records. Returns undefined if the credential's user may
	 * not read the list.
	 *
	 * @param notBefore the earliest moment at which the list may have been read
	 */
	private async readList(entity: Entity, notBefore?: number): Promise<ShortList | undefined> {
		const { item } = this;
		const branch = entity.scope === 'branch' ? await this.findLookupBranch() : undefined;
		const read = async () => await readShortListOnce(item, entity, branch, notBefore);
		return await item.readIfAllowed(read);
	}

	/**
	 * Finds the branch in whose lists names are looked up: the branch of the record, or the branch of
	 * the call, or else the first branch of the account.
	 */
	private async findLookupBranch(): Promise<Branch> {
		const { item } = this;
		const branch = this.recordBranch ?? item.place?.branch ?? givenBranch(item);
		if (branch !== undefined) return branch;

		// `allBranches` returns `firstBranch`, here undefined, and then the branches of the account.
		const [, firstBranchOfAccount] = await allBranches(item, undefined);
		return firstBranchOfAccount;
	}
}

/** Replaces the values of fields in an object. Returns the same object if no value changes. */
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
