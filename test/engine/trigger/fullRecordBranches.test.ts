import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import type { JsonObject } from '../../../sandbox/model/json';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30, settings: { now: '2026-02-10 12:00:00' } });

/** A trigger that has begun, in an account whose log lists the changes of all branches in each, unless told otherwise. */
async function started(settings: Partial<Settings> = {}, parameters: INodeParameters = {}): Promise<Poller> {
	school.sandbox.store.patch('branch', 3, { is_active: 1 });
	school.sandbox.settings.logScope = settings.logScope ?? 'account';
	const poller = new Poller(school.engine, { event: 'recordChanged', entities: ['Customer'], ...parameters });
	expect(await poller.tick()).toEqual([]);
	Object.assign(school.sandbox.settings, settings);
	school.sandbox.clearJournal();
	return poller;
}
const insert = (fields: JsonObject = {}) =>
	school.sandbox.store.insert('customer', { name: 'Анна', is_study: 1, branch_ids: [2], ...fields }).id;
const patch = (id: number, fields: JsonObject) => school.sandbox.store.patch('customer', id, fields);

/** What a poll says of the records: for each item `event entity_id`, and its record or why there is none. */
async function told(poller: Poller): Promise<Array<[change: string, record: unknown, error?: unknown]>> {
	const items = await poller.tick();
	return items.map(({ event, entity_id, record, recordError }) => {
		const { id, branch_ids } = (record ?? {}) as IDataObject;
		const found = record === null ? null : { id, branch_ids };
		const change = `${String(event)} ${String(entity_id)}`;
		return recordError === undefined ? [change, found] : [change, found, recordError];
	});
}

/** A reason that begins with this; what to do follows. */
const saying = (text: string) =>
	expect.stringMatching(new RegExp(`^${text.replace(/[()]/g, '\\$&')}\\. `)) as unknown;
const NOT_THERE = (id: number, branches: string) => `AlfaCRM has no customer with ID ${id} in ${branches}`;
const FORBIDDEN = (id: number, branch: number) =>
	`AlfaCRM denied access: this user may not get customer ${id} in branch ${branch}`;

describe.each<Settings['logScope']>(['account', 'branch'])('with a log by %s, the record', (logScope) => {
	it.each([[[1]], [[2]], [[3]], [[2, 3]]])('is found in the branches %j, once', async (branch_ids) => {
		const poller = await started({ logScope });
		const id = insert({ branch_ids });
		expect(await told(poller)).toEqual([[`create ${id}`, { id, branch_ids }]]);
		expect(await poller.tick()).toEqual([]);
	});

	it.each<[what: string, fields: JsonObject]>([
		['a lead', { is_study: 0, lead_status_id: 1 }],
		['an archived client', { e_date: '2026-01-15' }],
		['an archived lead', { is_study: 0, e_date: '2026-01-15' }],
	])('of %s in another branch is found', async (_what, fields) => {
		const poller = await started({ logScope });
		const id = insert({ branch_ids: [3], ...fields });
		expect(await told(poller)).toEqual([[`create ${id}`, { id, branch_ids: [3] }]]);
	});

	it('that was moved is found where it is now, for the changes before as well', async () => {
		const poller = await started({ logScope });
		const id = insert({ branch_ids: [1] });
		patch(id, { branch_ids: [3] });
		const record = { id, branch_ids: [3] };
		expect(await told(poller)).toEqual([
			[`create ${id}`, record],
			[`update ${id}`, record],
		]);
	});

	it('that was deleted is null, without a reason and without a request', async () => {
		const poller = await started({ logScope, forbiddenBranches: [3] });
		const id = insert();
		patch(id, { note: 'да' });
		school.sandbox.store.remove('customer', id);
		expect(await told(poller)).toEqual([
			[`create ${id}`, null],
			[`update ${id}`, null],
			[`delete ${id}`, null],
		]);
		expect(school.entries('customer/index')).toEqual([]);
	});

	it('that is gone though the log does not say so is null without a reason', async () => {
		const poller = await started({ logScope });
		const id = insert();
		school.sandbox.settings.recordOutside = false;
		school.sandbox.store.remove('customer', id);
		expect(await told(poller)).toEqual([[`create ${id}`, null]]);
	});

	it('is found beside a branch that is forbidden', async () => {
		const poller = await started({ logScope, forbiddenBranches: [1] });
		const ids = [insert({ branch_ids: [2] }), insert({ branch_ids: [1, 3] }), insert({ branch_ids: [3] })];
		expect((await told(poller)).map(([, record]) => record)).toEqual([
			{ id: ids[0], branch_ids: [2] },
			{ id: ids[1], branch_ids: [1, 3] },
			{ id: ids[2], branch_ids: [3] },
		]);
	});

	it('is found in a branch that is closed, and in one that was not chosen', async () => {
		const poller = await started({ logScope }, { branchIds: [1] });
		school.sandbox.store.patch('branch', 3, { is_active: 0 });
		const ids = [2, 3].map((branch) => {
			const id = insert({ branch_ids: [1] });
			patch(id, { branch_ids: [branch] });
			return id;
		});
		const items = (await told(poller)).filter(([change]) => change.startsWith('create'));
		expect(items).toEqual([
			[`create ${ids[0]}`, { id: ids[0], branch_ids: [2] }],
			[`create ${ids[1]}`, { id: ids[1], branch_ids: [3] }],
		]);
	});
});

describe('a record that was not found', () => {
	it('may be in the branch that is forbidden, and the item says so', async () => {
		const poller = await started({ forbiddenBranches: [3] });
		const [there, gone] = [insert({ branch_ids: [3] }), insert()];
		school.sandbox.settings.recordOutside = false;
		school.sandbox.store.remove('customer', gone);
		expect(await told(poller)).toEqual(
			[there, gone].map((id) => [
				`create ${id}`,
				null,
				saying(`${NOT_THERE(id, 'the branches 1 and 2')}. ${FORBIDDEN(id, 3)}`),
			]),
		);
	});

	it('may be in another branch than the chosen one, and the item says so if the branches are not known', async () => {
		const poller = await started({ forbiddenCalls: ['branch/index'] }, { branchIds: [1] });
		const id = insert({ branch_ids: [2] });
		expect(await told(poller)).toEqual([
			[
				`create ${id}`,
				null,
				saying(
					`${NOT_THERE(id, 'branch 1')}. AlfaCRM denied access: this user may not list the branches in branch 1`,
				),
			],
		]);
	});

	it('though AlfaCRM counts it comes with that reason', async () => {
		const poller = await started();
		const id = insert();
		school.sandbox.store.hide('customer', id, 'counted');
		const [[, record, error]] = await told(poller);
		expect([record, error]).toEqual([null, expect.stringMatching(/counts more than it shows/)]);
	});
});

describe('a branch whose log cannot be read for a while', () => {
	const failing = (branch: number, entity: string) =>
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match: { entity, branch } });

	it('is looked into all the same', async () => {
		const poller = await started();
		failing(2, 'log');
		const id = insert({ branch_ids: [2] });
		expect(await told(poller)).toEqual([[`create ${id}`, { id, branch_ids: [2] }]]);
	});

	it('holds up nothing when its records cannot be read either', async () => {
		const poller = await started();
		failing(2, 'log');
		failing(2, 'customer');
		const [there, other] = [insert({ branch_ids: [2] }), insert({ branch_ids: [3] })];
		expect(await told(poller)).toEqual([
			[
				`create ${there}`,
				null,
				saying(
					`${NOT_THERE(there, 'the branches 1 and 3')}. AlfaCRM could not get customer ${there} (HTTP 500)`,
				),
			],
			[`create ${other}`, { id: other, branch_ids: [3] }],
		]);
	});

	it('but can then, and only its records cannot, makes the next poll repeat it all', async () => {
		const poller = await started();
		failing(2, 'customer');
		const id = insert({ branch_ids: [2] });
		await expect(poller.tick()).rejects.toThrow(`AlfaCRM could not get customer ${id} (HTTP 500)`);
		school.sandbox.faults.clear();
		expect(await told(poller)).toEqual([[`create ${id}`, { id, branch_ids: [2] }]]);
	});
});

it.each(['customer', 'branch'])(
	'a list of %s that fails elsewhere stops no change of a record that is gone',
	async (entity) => {
		const poller = await started({ logScope: 'branch' });
		const [gone, other] = [insert({ branch_ids: [1] }), insert({ branch_ids: [1] })];
		school.sandbox.settings.recordOutside = false;
		school.sandbox.store.remove('customer', gone);
		const match = entity === 'branch' ? { entity } : { entity, branch: 3 };
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match });
		const [[, record, reason], second] = await told(poller);
		expect([record, reason]).toEqual([
			null,
			saying(NOT_THERE(gone, entity === 'branch' ? 'branch 1' : 'the branches 1 and 2')),
		]);
		expect(reason).toMatch(/AlfaCRM could not .* \(HTTP 500\)/);
		expect(second).toEqual([`create ${other}`, { id: other, branch_ids: [1] }]);
	},
);

describe('requests', () => {
	it('are one for the branches, however many records are in none of those that list them', async () => {
		const poller = await started({ logScope: 'branch' });
		const ids = [insert({ branch_ids: [1] }), insert({ branch_ids: [2] })];
		school.sandbox.settings.recordOutside = false;
		for (const id of ids) school.sandbox.store.remove('customer', id);
		expect(await told(poller)).toEqual(ids.map((id) => [`create ${id}`, null]));
		expect(school.entries('branch/index')).toHaveLength(1);
		expect(school.entries('customer/index')).toHaveLength(6);
	});

	it('are one for a record however often it was changed, if it is in the first branch that lists it', async () => {
		const poller = await started();
		const id = insert({ branch_ids: [1] });
		for (const note of ['а', 'б', 'в']) patch(id, { note });
		expect(await told(poller)).toHaveLength(4);
		expect(school.entries('customer/index')).toHaveLength(1);
	});

	it('are one for a record that belongs to no branch, though it is gone', async () => {
		const poller = await started({}, { entities: ['Branch'] });
		const { id } = school.sandbox.store.insert('branch', { name: 'Новый' });
		school.sandbox.settings.recordOutside = false;
		school.sandbox.store.remove('branch', id);
		school.sandbox.clearJournal();
		expect(await told(poller)).toEqual([[`create ${id}`, null]]);
		expect(
			school.entries('branch/index').filter(({ body }) => JSON.stringify(body).includes(`"id":${id}`)),
		).toHaveLength(1);
	});
});

it('a subscription is found by a change that names its customer, though one before did not', async () => {
	const poller = await started({}, { entities: ['CustomerToTariff'] });
	const [row] = school.sandbox.store.rows('customer-tariff');
	const { id } = row;
	school.sandbox.store.patch('customer-tariff', id, { note: 'да' });
	school.sandbox.store.patch('customer-tariff', id, { customer_id: 1 });
	const items = await poller.tick();
	expect(items).toMatchObject([
		{ record: null, recordError: expect.stringMatching(/only by its customer_id/) as string },
		{ record: { id, customer_id: 1 } },
	]);
});
