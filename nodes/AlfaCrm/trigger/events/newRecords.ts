/** Events that a record or a customer is new in a list of AlfaCRM. */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { customer, CUSTOMER_TYPE, isUnsorted, stageOf } from '../../entities/customer';
import { entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import { toProperty } from '../../fields/field';
import { collection } from '../../form/assemble';
import { makeSimplifyParameters, makeRowsToOutput } from '../../output/outputItems';
import { readFlag, readId } from '../../values/formats';
import type { EventSource } from '../eventSource';
import { NewRecords } from '../sources/newRecords/newRecords';
import type { TriggerParameters } from '../parameters';
import { makeMultiSelect, parameterIn } from '../parameters';
import type { EventKind, EventWatch } from './kind';

export const newRecords: EventKind<'newRecords'> = {
	form: ({ resource }) => ({ output: makeSimplifyParameters(entityOf(resource)) }),
	watch: (parameters, { resource, counts }) => ({
		source: makeNewRecordsSource(resource, {}, counts),
		filters: {},
		makeItems: makeRowsToItems(parameters, entityOf(resource)),
	}),
};

/**
 * Makes a source of new records.
 *
 * @param body what the list is asked for, besides what the source asks for itself
 * @param isWanted whether a record is reported
 */
function makeNewRecordsSource(
	resource: string,
	body: IDataObject = {},
	isWanted: (row: IDataObject) => boolean = () => true,
): EventSource {
	const { path, plural } = entityOf(resource);
	const list = { path, task: `look for new ${plural.toLowerCase()}` };
	return new NewRecords(list, body, isWanted);
}

/**
 * Makes the function that turns the rows of a list into items. It reads no records, because the
 * rows hold all of their fields.
 */
export function makeRowsToItems(
	parameters: TriggerParameters,
	entity: Entity,
): EventWatch['makeItems'] {
	return async ({ records, names }) => {
		const rows = records.map(({ row, branches }) => ({ row, branch: branches[0] }));
		const convertRows = makeRowsToOutput(parameters, entity);
		return await convertRows(rows, names);
	};
}

// ---------------------------------------------------------------- new customers

const [customerTypeField] = (customer.hidden?.views ?? []).filter(
	({ name }) => name === 'is_study',
);
const customerType = { ...toProperty(customerTypeField), description: 'Whom to report' };

const includeArchived: INodeProperties = {
	displayName: 'Include Archived',
	name: 'includeArchived',
	type: 'boolean',
	default: false,
	description: 'Whether to report customers that are archived before the trigger sees them',
};

/**
 * The filters by a record that the customer's card refers to. Each has the name of the field of the
 * card.
 */
const referenceFilters = [
	{
		displayName: 'Assigned Manager',
		name: 'assigned_id',
		entity: 'user',
		description: 'Who looks after the customer',
	},
	{
		displayName: 'Lead Source',
		name: 'lead_source_id',
		entity: 'leadSource',
		description: 'Where the customer came from',
	},
	{
		displayName: 'Stage',
		name: 'lead_status_id',
		entity: 'leadStatus',
		description: 'Stages of the funnel',
	},
].map((filter) => ({ ...filter, parameter: makeMultiSelect(filter) }));

const customerFilters = collection(
	'Filters',
	'filters',
	referenceFilters.map(({ parameter }) => parameter),
	'Add Filter',
);

export const newCustomers: EventKind<'newCustomers'> = {
	form: () => ({
		filters: [customerType, includeArchived, customerFilters],
		output: makeSimplifyParameters(customer),
	}),

	async watch(parameters, _event, branches) {
		const wantedType = parameters.toRequestValue(customerTypeField, parameters.input(customerType));
		const includesArchived = parameters.flag(includeArchived);
		const idsByField = await readReferenceFilters(parameters, branches);

		// The list is asked for leads and clients alike, and the rows decide who is wanted. So the
		// source knows the other customers too, and does not report one who becomes wanted later.
		const allTypes = { is_study: CUSTOMER_TYPE.all };
		// Without `removed`, the list leaves archived customers out. API notes 3.
		const body = includesArchived ? { ...allTypes, removed: 1 } : allTypes;
		const isWanted = (card: IDataObject) =>
			isOfType(card, wantedType) && hasWantedReferences(card, idsByField);

		return {
			source: makeNewRecordsSource('customer', body, isWanted),
			// Stored states have a digest of this shape.
			filters: { type: wantedType, ids: [...idsByField] },
			makeItems: makeRowsToItems(parameters, customer),
		};
	},
};

/** The wanted IDs by the field of the card; null among them for a lead without a stage. */
type IdsByField = ReadonlyMap<string, ReadonlyArray<number | null>>;

/** Reads which managers, lead sources and stages the user wants, each by ID or by name. */
async function readReferenceFilters(
	parameters: TriggerParameters,
	branches: readonly number[],
): Promise<IdsByField> {
	const idsByField = new Map<string, Array<number | null>>();
	for (const { name, entity, parameter } of referenceFilters) {
		const parameterOfFilters = parameterIn(customerFilters, parameter);
		const ids = await parameters.references(parameterOfFilters, entity, branches);
		idsByField.set(name, ids);
	}
	return idsByField;
}

/**
 * Whether a customer is of the wanted type. A card that does not show the type counts as wanted.
 */
function isOfType(card: IDataObject, wantedType: unknown): boolean {
	if (wantedType === CUSTOMER_TYPE.all) return true;

	const shownType = readFlag(card.is_study);
	return shownType === undefined || shownType === wantedType;
}

/**
 * Whether a customer has one of the wanted records in each field. An empty list wants everything.
 */
function hasWantedReferences(card: IDataObject, idsByField: IdsByField): boolean {
	for (const [field, wantedIds] of idsByField) {
		if (wantedIds.length === 0) continue;
		if (!wantedIds.some((id) => hasReference(card, field, id))) return false;
	}
	return true;
}

/**
 * Whether a card refers to a record in one of its fields.
 *
 * @param id the ID of the record; null for "no stage"
 */
function hasReference(card: IDataObject, field: string, id: number | null): boolean {
	// Only the list of stages offers "none": a lead that is not sorted.
	if (id === null) return isUnsorted(card);

	const reference = field === 'lead_status_id' ? stageOf(card) : readId(card[field]);
	return reference === id;
}
