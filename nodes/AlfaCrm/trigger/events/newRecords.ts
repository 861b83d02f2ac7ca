import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { customer, CUSTOMER_TYPE, isUnsorted, stageOf } from '../../entities/customer';
import { entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import { toProperty } from '../../fields/field';
import { collection } from '../../form/assemble';
import { simplifyForm, makeRowsToOutput } from '../../output/readings';
import { readFlag, readId } from '../../values/formats';
import type { EventSource } from '../eventSource';
import { NewRecords } from '../sources/newRecords/newRecords';
import type { TriggerParameters } from '../parameters';
import { severalOf, within } from '../parameters';
import type { EventKind, Watching } from './kind';

/**
 * Tells new records by the list of an entity.
 *
 * @param body what the list is asked for
 */
function newRecordsOf(
	resource: string,
	body: IDataObject = {},
	wants: (row: IDataObject) => boolean = () => true,
): EventSource {
	const { path, plural } = entityOf(resource);
	const list = { path, task: `look for new ${plural.toLowerCase()}` };
	return new NewRecords(list, body, wants);
}

/** Items of rows as they are listed. */
export const shownRows =
	(parameters: TriggerParameters, entity: Entity): Watching['itemsOf'] =>
	async ({ records, names }) => {
		const rows = records.map(({ row, branches: [branch] }) => ({ row, branch }));
		return await makeRowsToOutput(parameters, entity)(rows, names);
	};

export const newRecords: EventKind<'newRecords'> = {
	form: ({ resource }) => ({ output: simplifyForm(entityOf(resource)) }),
	watch: (parameters, { resource, counts }) => ({
		source: newRecordsOf(resource, {}, counts),
		filters: {},
		itemsOf: shownRows(parameters, entityOf(resource)),
	}),
};

const [typeField] = (customer.hidden?.views ?? []).filter(({ name }) => name === 'is_study');
const typeParameter = { ...toProperty(typeField), description: 'Whom to report' };

const includeArchived: INodeProperties = {
	displayName: 'Include Archived',
	name: 'includeArchived',
	type: 'boolean',
	default: false,
	description: 'Whether to report customers that are archived before the trigger sees them',
};

const references = [
	['Assigned Manager', 'assigned_id', 'user', 'Who looks after the customer'],
	['Lead Source', 'lead_source_id', 'leadSource', 'Where the customer came from'],
	['Stage', 'lead_status_id', 'leadStatus', 'Stages of the funnel'],
].map(([label, name, entity, description]) => ({
	entity,
	parameter: severalOf(label, name, entity, description),
}));
const filters = collection(
	'Filters',
	'filters',
	references.map(({ parameter }) => parameter),
	'Add Filter',
);

export const newCustomers: EventKind<'newCustomers'> = {
	form: () => ({
		filters: [typeParameter, includeArchived, filters],
		output: simplifyForm(customer),
	}),
	/**
	 * API notes 3 and 5.3: without `removed`, a list leaves the archived ones out, and rows may not
	 * tell them. Leads and clients are told apart by their rows, so that those who are not wanted are
	 * known when they are one day.
	 */
	async watch(parameters, _event, branches) {
		const type = parameters.toRequestValue(typeField, parameters.input(typeParameter));
		const isArchivedToo = parameters.flag(includeArchived);
		const ids: Array<[name: string, list: Array<number | null>]> = [];
		for (const { entity, parameter } of references)
			ids.push([
				parameter.name,
				await parameters.references(within(filters, parameter), entity, branches),
			]);
		const chosen = ids.filter(([, list]) => list.length > 0);
		const source = newRecordsOf(
			'customer',
			{ is_study: CUSTOMER_TYPE.all, ...(isArchivedToo ? { removed: 1 } : {}) },
			(row) =>
				(type === CUSTOMER_TYPE.all || (readFlag(row.is_study) ?? type) === type) &&
				chosen.every(([name, list]) => list.some((id) => isOf(row, name, id))),
		);
		return {
			source,
			filters: { type, ids },
			itemsOf: shownRows(parameters, customer),
		};
	},
};

/** None is a choice of the stage alone. */
const isOf = (row: IDataObject, name: string, id: number | null): boolean =>
	id === null
		? isUnsorted(row)
		: (name === 'lead_status_id' ? stageOf(row) : readId(row[name])) === id;
