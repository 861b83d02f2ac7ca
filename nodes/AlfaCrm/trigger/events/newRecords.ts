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
import { makeMultiSelect, withCollectionPath } from '../parameters';
import type { EventKind, EventWatch } from './kind';

export const newRecords: EventKind<'newRecords'> = {
	listParameters: ({ resource }) => ({ output: makeSimplifyParameters(entityOf(resource)) }),
	makeWatch: (parameters, { resource, isReported }) => ({
		source: makeNewRecordsSource(resource, {}, isReported),
		filters: {},
		makeItems: makeRowConverter(parameters, entityOf(resource)),
	}),
};

/**
 * Makes the source that finds new records in the list of a resource.
 *
 * @param body further fields of the request body, besides those that the source sets itself
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
 * Makes the function that turns new records into items: simplified, or with all fields, as the user
 * has chosen in the form. It asks AlfaCRM for nothing but names, because the rows of the list hold
 * all fields of the records.
 */
export function makeRowConverter(
	parameters: TriggerParameters,
	entity: Entity,
): EventWatch['makeItems'] {
	return async ({ records, names }) => {
		const locatedRows = records.map(({ row, branches }) => ({ row, branch: branches[0] }));
		const toItems = makeRowsToOutput(parameters, entity);
		return await toItems(locatedRows, names);
	};
}

// ---------------------------------------------------------------- new customers

/** The choice of leads, clients or both, which the form of every list of customers shows. */
const [customerTypeField] = (customer.hidden?.views ?? []).filter(
	({ name }) => name === 'is_study',
);
const customerTypeParameter = { ...toProperty(customerTypeField), description: 'Whom to report' };

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
	listParameters: () => ({
		filters: [customerTypeParameter, includeArchived, customerFilters],
		output: makeSimplifyParameters(customer),
	}),

	async makeWatch(parameters, _event, branches) {
		const typeInput = parameters.readRawValue(customerTypeParameter);
		const wantedType = parameters.toRequestValue(customerTypeField, typeInput);
		const includesArchived = parameters.flag(includeArchived);
		const idsByField = await readReferenceFilters(parameters, branches);

		// The list is asked for leads and clients alike, and the cards decide which customers are
		// wanted. So the source knows the unwanted customers too, and does not report one of them as
		// new when it becomes wanted later.
		const body: IDataObject = { is_study: CUSTOMER_TYPE.all };
		// Without `removed`, the list leaves archived customers out. API notes 3.
		if (includesArchived) body.removed = 1;

		const isWanted = (card: IDataObject) =>
			isOfType(card, wantedType) && hasWantedReferences(card, idsByField);
		return {
			source: makeNewRecordsSource('customer', body, isWanted),
			// Stored states have a digest of these filters: see `EventWatch.filters`.
			filters: { type: wantedType, ids: [...idsByField] },
			makeItems: makeRowConverter(parameters, customer),
		};
	},
};

/** The IDs of wanted records, by the field of the card; null stands for "no stage". */
type IdsByField = ReadonlyMap<string, ReadonlyArray<number | null>>;

/** Reads which managers, lead sources and stages the user wants, each by ID or by name. */
async function readReferenceFilters(
	parameters: TriggerParameters,
	branches: readonly number[],
): Promise<IdsByField> {
	const idsByField = new Map<string, Array<number | null>>();
	for (const { name, entity, parameter } of referenceFilters) {
		const parameterOfFilters = withCollectionPath(customerFilters, parameter);
		const ids = await parameters.readRecordIds(parameterOfFilters, entity, branches);
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
 * Whether a customer's card (the record of this customer) passes all filters by ID: it names one of
 * the wanted managers, one of the wanted lead sources, and one of the wanted stages. A filter that
 * the user has left empty lets every card pass.
 *
 * @param idsByField the wanted IDs, by the field of the card, such as `assigned_id`
 */
function hasWantedReferences(card: IDataObject, idsByField: IdsByField): boolean {
	for (const [field, wantedIds] of idsByField) {
		const isFilterEmpty = wantedIds.length === 0;
		if (isFilterEmpty) continue;

		const namesWantedRecord = wantedIds.some((id) => hasReference(card, field, id));
		if (!namesWantedRecord) return false;
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

	// A card may show its stage in another field: see `stageOf`.
	const referencedId = field === 'lead_status_id' ? stageOf(card) : readId(card[field]);
	return referencedId === id;
}
