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
 * Makes the source that finds new records in the list of a resource, such as payments.
 *
 * @param body further fields of the request body, besides those that the source sets itself
 * @param isWanted whether a record is reported; by default every record is
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
 * has chosen in the form. The rows of a list hold all fields of the records, so only the names of
 * other records are read from AlfaCRM.
 */
export function makeRowConverter(
	parameters: TriggerParameters,
	entity: Entity,
): EventWatch['makeItems'] {
	return async ({ records, names }) => {
		// A record that several branches list is shown once, as one of the first branch.
		const locatedRows = records.map(({ row, branches }) => ({ row, branch: branches[0] }));
		const makeItems = makeRowsToOutput(parameters, entity);
		return await makeItems(locatedRows, names);
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

	/** Makes what the trigger watches: the list of customers, of which some are wanted. */
	async makeWatch(parameters, _event, branches) {
		const typeInput = parameters.readRawValue(customerTypeParameter);
		const wantedType = parameters.toRequestValue(customerTypeField, typeInput);
		const includesArchived = parameters.flag(includeArchived);
		const idsByField = await readReferenceFilters(parameters, branches);

		// The source gets leads and clients alike, and the card of each decides whether it is wanted. So
		// a lead that becomes a client later is known already, and is not reported as new.
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

/**
 * Reads which managers, lead sources and stages the user wants. The user may give each by ID or by
 * name. Returns their IDs by the field of the customer's card, such as `assigned_id`.
 */
async function readReferenceFilters(
	parameters: TriggerParameters,
	branches: readonly number[],
): Promise<IdsByField> {
	const idsByField = new Map<string, Array<number | null>>();
	for (const { name: fieldOfCard, entity, parameter } of referenceFilters) {
		const parameterOfFilters = withCollectionPath(customerFilters, parameter);
		const ids = await parameters.readRecordIds(parameterOfFilters, entity, branches);
		idsByField.set(fieldOfCard, ids);
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
 * Whether a customer's card (the record of this customer) passes all filters by ID: it refers to a
 * wanted manager, a wanted lead source and a wanted stage. A filter that the user has left empty
 * lets every card pass.
 *
 * @param idsByField the wanted IDs, by the field of the card: `{ assigned_id: [3, 8] }`
 */
function hasWantedReferences(card: IDataObject, idsByField: IdsByField): boolean {
	for (const [field, wantedIds] of idsByField) {
		const isFilterEmpty = wantedIds.length === 0;
		if (isFilterEmpty) continue;

		const hasWantedReference = wantedIds.some((id) => hasReference(card, field, id));
		if (!hasWantedReference) return false;
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
