import type { INodeParameters } from 'n8n-workflow';

import type { JournalEntry } from '../../sandbox';
import { entities, entityOf, resourceEntities } from '../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../nodes/AlfaCrm/entities/types';
import { CUSTOMER_TYPE } from '../support/codes';
import { chooseListOperation } from '../support/form';
import { OPEN_END, recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';
import type { WrittenResource } from './support/writtenResources';
import { CLIENT, GROUP, WRITTEN_RESOURCES } from './support/writtenResources';

/** The operations that all resources share, with the request of each and what becomes of the record. */
const school = useSchool({ customers: 80 });
const { addClient, addRecord, readRecord, run } = frontDeskOf(school);

beforeEach(() => {
	addClient({ id: CLIENT, e_date: OPEN_END });
});

/** Tells whether a resource has an operation. */
function hasOperation({ resource }: WrittenResource, operation: 'create' | 'get' | 'update'): boolean {
	return entityOf(resource).operations.includes(operation);
}

const CREATED_RESOURCES = WRITTEN_RESOURCES.filter((written) => hasOperation(written, 'create'));
const RESOURCES_WITH_GET = WRITTEN_RESOURCES.filter((written) => hasOperation(written, 'get'));
const UPDATED_RESOURCES = WRITTEN_RESOURCES.filter((written) => hasOperation(written, 'update'));

describe.each(CREATED_RESOURCES)('Create of $resource', (written) => {
	it('Create sends the values of the form and saves them', async () => {
		const [{ id }] = await run(createForm(written));

		expect(readLastRequest()).toMatchObject({
			path: `${written.address}/create`,
			query: written.ownerInQuery,
			body: written.body,
		});
		expect(readRecord(pathOf(written), id)).toMatchObject(written.record);
	});
});

describe.each(WRITTEN_RESOURCES)('Get Many of $resource', (written) => {
	it('Get Many lists the record and sends only its owner in the query', async () => {
		const id = await saveRecord(written);

		const records = await run(getManyForm(written));

		expect(records).toContainEqual(expect.objectContaining({ id }));
		expect(readLastListRequest(written)).toMatchObject({ path: `${written.address}/index` });
		expect(readLastListRequest(written)?.query).toEqual(written.ownerInQuery);
	});
});

describe.each(RESOURCES_WITH_GET)('Get of $resource', (written) => {
	it('Get returns the same fields as Get Many', async () => {
		const id = await saveRecord(written);
		const records = await run(getManyForm(written));

		const [record] = await run(operationForm(written, 'get', { id, simplify: false }));

		expect(record).toMatchObject({ id });
		expect(records).toContainEqual(record);
		expect(readLastListRequest(written)).toMatchObject({
			path: `${written.address}/index`,
			query: written.ownerInQuery,
		});
	});
});

describe.each(UPDATED_RESOURCES)('a record of $resource', (written) => {
	it('Update sends the changed fields and saves them', async () => {
		const id = await saveRecord(written);

		await run(operationForm(written, 'update', { id, updateFields: written.updateFields }));

		expect(readLastRequest()).toMatchObject({
			path: `${written.address}/update`,
			query: { id: String(id), ...written.ownerInQuery },
			body: written.updateBody,
		});
		expect(readRecord(pathOf(written), id)).toMatchObject(written.updateBody);
	});

	it('Delete deletes the record and returns its ID', async () => {
		const id = await saveRecord(written);

		const output = await run(operationForm(written, 'delete', { id }));

		expect(output).toEqual([{ id, deleted: true }]);
		expect(readLastRequest()).toMatchObject({
			path: `${written.address}/delete`,
			query: { id: String(id), ...written.ownerInQuery },
		});
		expect(readRecord(pathOf(written), id)).toBeUndefined();
	});
});

it('the table of these tests has each resource that can be created or updated', () => {
	const testedResources = WRITTEN_RESOURCES.map(({ resource }) => resource).sort();

	const writtenResources = resourceEntities.filter(isWritten).map(({ resource }) => resource);
	expect(testedResources).toEqual(writtenResources.sort());
});

const READ_ONLY_ENTITIES = entities.filter((entity) => !isWritten(entity));

describe.each(READ_ONLY_ENTITIES)('Get Many of $resource, which can only be read', (entity) => {
	it('Get Many returns each record once, from page 0 on', async () => {
		const records = await run(readOnlyListForm(entity));

		const differentRecords = new Set(records.map((record) => JSON.stringify(record)));
		expect(records.length).toBeGreaterThan(0);
		expect(differentRecords.size).toBe(records.length);
		expect(school.readJournal(`${entity.path}/index`)[0]).toMatchObject({
			path: `${addressOf(entity)}/index`,
			body: { page: 0 },
		});
	});
});

const READ_ONLY_ENTITIES_WITH_GET = READ_ONLY_ENTITIES.filter(({ operations }) => operations.includes('get'));

describe.each(READ_ONLY_ENTITIES_WITH_GET)('Get of $resource, which can only be read', (entity) => {
	it('Get returns the record of the ID with the same fields as Get Many', async () => {
		const records = await run(readOnlyListForm(entity));
		const lastRecord = records[records.length - 1];

		const found = await run({
			resource: entity.resource,
			operation: 'get',
			branchId: 1,
			id: lastRecord.id as number,
			simplify: false,
		});

		expect(found).toEqual([lastRecord]);
	});
});

/** Makes the beginning of the address of an entity's calls. Lists of the whole account name no branch. */
function addressOf({ scope, path }: Entity): string {
	return scope === 'global' ? `/v2api/${path}` : `/v2api/1/${path}`;
}

function isWritten({ operations }: Entity): boolean {
	return operations.includes('create') || operations.includes('update');
}

const pathOf = ({ resource }: WrittenResource): string => entityOf(resource).path;

/** Fills the form of an operation in branch 1, with the owner of the record if it has one. */
function operationForm(
	{ resource, owner }: WrittenResource,
	operation: string,
	parameters: INodeParameters,
): INodeParameters {
	return { resource, operation, branchId: 1, ...owner, ...parameters };
}

/** Fills the form of Get Many, without Simplify. */
function getManyForm(written: WrittenResource): INodeParameters {
	// Without the type, Get Many of customers would leave out leads.
	const type = written.resource === 'customer' ? { is_study: CUSTOMER_TYPE.all } : {};
	return operationForm(written, 'getAll', { returnAll: true, simplify: false, ...type });
}

/**
 * Fills the form of Create. Required and prominent fields have parameters of their own; the others are
 * Additional Fields.
 */
function createForm(written: WrittenResource): INodeParameters {
	const shownFields = entityOf(written.resource).fields.filter(
		({ required, prominent }) => required || prominent,
	);
	const shownNames = shownFields.map(({ name }) => name);
	const parameters: INodeParameters = {};
	const additionalFields: INodeParameters = {};
	for (const [name, value] of Object.entries(written.values)) {
		const place = shownNames.includes(name) ? parameters : additionalFields;
		place[name] = value;
	}
	return operationForm(written, 'create', { ...parameters, additionalFields });
}

/** Saves the record by Create, or past the API if the resource has no Create. */
async function saveRecord(written: WrittenResource): Promise<number> {
	if (!hasOperation(written, 'create')) return addRecord(pathOf(written), written.body);

	const [{ id }] = await run(createForm(written));
	return Number(id);
}

/** Fills the form of Get Many of an entity that can only be read, without Simplify. */
function readOnlyListForm(entity: Entity): INodeParameters {
	const owners = (entity.parentFields ?? []).map(({ name }) => [name, recordWithId(GROUP)]);
	return {
		...chooseListOperation(entity),
		branchId: 1,
		...(Object.fromEntries(owners) as INodeParameters),
		returnAll: true,
		simplify: false,
	};
}

function readLastRequest(): JournalEntry | undefined {
	return school.sandbox.journal.at(-1);
}

/** Reads the last request for the records themselves. Requests for lists of names come after it. */
function readLastListRequest(written: WrittenResource): JournalEntry | undefined {
	return school.readJournal(`${pathOf(written)}/index`).at(-1);
}
