import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Fault, JsonObject, Settings } from '../../../sandbox';
import { Engine } from '../support/engine';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { describeScheduled } from '../support/version';

const school = useSchool({ customers: 30, settings: { now: '2026-02-10 12:00:00' } });

/** A trigger that has begun. */
async function started(event: string, parameters: INodeParameters = {}): Promise<Poller> {
	const poller = new Poller(school.engine, { event, ...parameters });
	expect(await poller.poll()).toEqual([]);
	school.sandbox.clearJournal();
	return poller;
}
const insert = (fields: JsonObject = {}) =>
	school.sandbox.store.insert('customer', { name: 'Анна', is_study: 1, branch_ids: [2], ...fields }).id;
const lead = (fields: JsonObject = {}) => insert({ is_study: 0, branch_ids: [1], ...fields });
const patch = (id: number, fields: JsonObject) => school.sandbox.store.patch('customer', id, fields);
/** The log does not tell of it. */
const vanish = (id: number, entity = 'customer') => {
	school.sandbox.settings.recordOutside = false;
	school.sandbox.store.remove(entity, id);
};
const fault = (match: Fault['match'], status = 500) =>
	school.sandbox.faults.add({ kind: 'status', status, times: 0, match });
const called = (path: string, id: number) => school.sandbox.store.find(path, id)?.name;
const listed = (path: string) => school.readJournal(`${path}/index`).length;

describe('new customers', () => {
	it('come with names and the address of their page, after one list for all of them', async () => {
		const poller = await started('customerCreated');
		const ids = [2, 2, null].map((lead_status_id) => lead({ lead_status_id }));
		expect(await poller.poll()).toMatchObject(
			ids.map((id, index) => ({
				...{ id, is_study_name: 'Lead' },
				lead_status_name: index < 2 ? called('lead-status', 2) : null,
				url: `${school.sandbox.url}/company/1/lead/view?id=${id}`,
			})),
		);
		expect(listed('lead-status')).toBe(1);
	});

	it('cost no list while there is nothing new, or without an ID of it', async () => {
		const poller = await started('customerCreated');
		await poller.poll();
		lead({ lead_status_id: null });
		expect(await poller.poll()).toHaveLength(1);
		expect(listed('lead-status')).toBe(0);
	});

	it.each([403, 500])('come all the same when the list of names answers %i', async (status) => {
		const poller = await started('customerCreated');
		const id = lead({ lead_status_id: 2 });
		fault({ entity: 'lead-status' }, status);
		expect(await poller.poll()).toMatchObject([{ id, lead_status_id: 2, lead_status_name: null }]);
		expect(poller.logLines.join('\n')).toContain('could not list the stages, so names are missing');
		expect(await poller.poll()).toEqual([]);
	});
});

describeScheduled('new customers, where n8n limits the time of a poll', () => {
	it('come all the same when the list of names takes longer than the poll may', async () => {
		const stage = { name: 'Этап', is_enabled: 1, pipeline_id: 1 };
		for (let count = 0; count < 400; count++) school.sandbox.store.insert('lead-status', stage);
		school.sandbox.settings.bodyPageSize = 'ignored';
		const engine = new Engine({ ...school.credential, requestsPerSecond: 5 });
		const poller = new Poller(engine, { event: 'customerCreated' }, { budgetMs: 2_000, isDurable: true });
		await poller.poll();
		const id = lead({ lead_status_id: 2 });
		expect(await poller.poll()).toMatchObject([{ id, lead_status_name: null }]);
		expect(listed('lead-status')).toBeLessThan(15);
	});
});

describe('Fetch Full Record', () => {
	it.each([true, false])('puts out the record as it is now, Simplify: %j', async (simplify) => {
		const poller = await started('leadMoved', { simplify });
		const id = lead({ lead_status_id: 2 });
		patch(id, { lead_status_id: 3 });
		patch(id, { name: 'Анна Новая' });
		const [item] = await poller.poll();
		expect(Object.keys(item)[0]).toBe('id');
		expect(item).toMatchObject({ id, name: 'Анна Новая', lead_status_id: 3 });
		expect(item).toMatchObject({ change: { entity_id: id, fields_new: { lead_status_id: 3 } } });
		expect(item).toMatchObject({ branch_ids: simplify ? 1 : [1] });
		const names = {
			...{ lead_status_name: called('lead-status', 3), is_study_name: 'Lead' },
			branch_names: called('branch', 1),
		};
		if (simplify) expect(item).toMatchObject(names);
		else expect(item).not.toHaveProperty('lead_status_name');
		const url = `${school.sandbox.url}/company/1/lead/view?id=${id}`;
		expect(item.url).toBe(simplify ? url : undefined);
		expect('study_status_id' in item).toBe(!simplify);
		expect(listed('lead-status')).toBe(simplify ? 1 : 0);
		expect(listed('teacher')).toBe(0);
	});

	it('puts out a narrow record as it is too, without Simplify, and asks for no names', async () => {
		const poller = await started('recordChanged', { entities: ['Room'], simplify: false });
		school.sandbox.clearJournal();
		school.sandbox.store.patch('room', 1, { name: 'Зал', location_id: 1 });
		const [{ change, ...record }] = await poller.poll();
		expect(change).toMatchObject({ entity: 'Room' });
		expect(Object.keys(record).filter((name) => name.endsWith('_name'))).toEqual([]);
		expect([listed('branch'), listed('location')]).toEqual([0, 0]);
	});

	it('finds a lesson that is only planned', async () => {
		const poller = await started('lessonCreated');
		const planned = { branch_id: 1, date: '2026-03-01', lesson_type_id: 1, status: 1 };
		const { id } = school.sandbox.store.insert('lesson', planned);
		expect(await poller.poll()).toMatchObject([{ id, status: 1, change: { entity_id: id } }]);
	});

	it('finds a subscription by a change that names its customer, though one before did not', async () => {
		const poller = await started('recordChanged', { entities: ['CustomerToTariff'] });
		const [{ id }] = school.sandbox.store.rows('customer-tariff');
		school.sandbox.store.patch('customer-tariff', id, { note: 'да' });
		school.sandbox.store.patch('customer-tariff', id, { customer_id: 1 });
		expect(await poller.poll()).toMatchObject([
			{ id, recordError: expect.stringMatching(/only by its customer_id/) as string },
			{ id, customer_id: 1 },
		]);
	});

	it.each<[status: number, message: RegExp]>([
		[403, /^AlfaCRM denied access: this user may not get customer \d+/],
		[400, /^AlfaCRM would not get customer \d+/],
	])('that meets %i says so beside the change, and goes on', async (status, message) => {
		const poller = await started('customerUpdated');
		const ids = [lead(), lead()];
		for (const id of ids) patch(id, { note: 'да' });
		fault({ entity: 'customer', bodyContains: `"id":${ids[0]}` }, status);
		expect(await poller.poll()).toEqual([
			{
				...{ id: ids[0], recordError: expect.stringMatching(message) as string },
				change: expect.objectContaining({ entity_id: ids[0] }) as unknown,
			},
			expect.objectContaining({ id: ids[1], name: 'Анна' }),
		]);
		expect(await poller.poll()).toEqual([]);
	});
});

/** A trigger of all changes of customers, in an account whose log lists those of all branches in each, unless told otherwise. */
async function watching(settings: Partial<Settings> = {}, parameters: INodeParameters = {}): Promise<Poller> {
	school.sandbox.store.patch('branch', 3, { is_active: 1 });
	school.sandbox.settings.logScope = settings.logScope ?? 'account';
	const poller = await started('recordChanged', { entities: ['Customer'], simplify: false, ...parameters });
	Object.assign(school.sandbox.settings, settings);
	return poller;
}

/** What a poll says of the records: for each item `event id`, and its record, null if it has no field, and why so. */
async function told(poller: Poller): Promise<Array<[change: string, record: unknown, error?: unknown]>> {
	const items = await poller.poll();
	return items.map(({ id, change, recordError, ...record }) => {
		const { event, entity_id } = change as IDataObject;
		expect(id).toBe(entity_id);
		const found = Object.keys(record).length === 0 ? null : { id, branch_ids: record.branch_ids };
		const name = `${String(event)} ${String(id)}`;
		return recordError === undefined ? [name, found] : [name, found, recordError];
	});
}

/** A reason that begins with this; what to do follows. */
const saying = (text: string) =>
	expect.stringMatching(new RegExp(`^${text.replace(/[()]/g, '\\$&')}\\. `)) as unknown;
const notThere = (id: number) =>
	`AlfaCRM has no customer with ID ${id} in the branches that could be searched`;
const forbidden = (id: number, branch: number) =>
	`AlfaCRM denied access: this user may not get customer ${id} in branch ${branch}`;

describe.each<Settings['logScope']>(['account', 'branch'])('with a log by %s, the record', (logScope) => {
	it.each<[what: string, fields: JsonObject]>([
		['of the first branch', { branch_ids: [1] }],
		['of two branches', { branch_ids: [2, 3] }],
		['of an archived client', { branch_ids: [3], e_date: '2026-01-15' }],
	])('%s is found, once', async (_what, fields) => {
		const poller = await watching({ logScope });
		const id = insert(fields);
		expect(await told(poller)).toEqual([[`create ${id}`, { id, branch_ids: fields.branch_ids }]]);
		expect(await poller.poll()).toEqual([]);
	});

	it('that was moved is found where it is now, for the changes before as well', async () => {
		const poller = await watching({ logScope });
		const id = insert({ branch_ids: [1] });
		patch(id, { branch_ids: [3] });
		const record = { id, branch_ids: [3] };
		expect(await told(poller)).toEqual([
			[`create ${id}`, record],
			[`update ${id}`, record],
		]);
	});

	it('that was deleted is its ID and the change, without a reason and without a request', async () => {
		const poller = await watching({ logScope, forbiddenBranches: [3] });
		const id = insert();
		patch(id, { note: 'да' });
		school.sandbox.store.remove('customer', id);
		const changes = ['create', 'update', 'delete'];
		expect(await told(poller)).toEqual(changes.map((change) => [`${change} ${id}`, null]));
		expect(listed('customer')).toBe(0);
	});

	it('is found beside a branch that is forbidden', async () => {
		const poller = await watching({ logScope, forbiddenBranches: [1] });
		const records = [[2], [1, 3], [3]].map((branch_ids) => ({ id: insert({ branch_ids }), branch_ids }));
		expect((await told(poller)).map(([, record]) => record)).toEqual(records);
	});

	it('is found in a branch that is closed, and in one that was not chosen', async () => {
		const poller = await watching({ logScope }, { branchIds: [1] });
		school.sandbox.store.patch('branch', 3, { is_active: 0 });
		const records = [2, 3].map((branch) => {
			const id = insert({ branch_ids: [1] });
			patch(id, { branch_ids: [branch] });
			return { id, branch_ids: [branch] };
		});
		const items = (await told(poller)).filter(([change]) => change.startsWith('create'));
		expect(items).toEqual(records.map((record) => [`create ${record.id}`, record]));
	});
});

describe('a record that was not found', () => {
	it('may be in the branch that is forbidden, and the item says so', async () => {
		const poller = await watching({ forbiddenBranches: [3] });
		const ids = [insert({ branch_ids: [3] }), insert()];
		vanish(ids[1]);
		const reason = (id: number) => saying(`${notThere(id)}. ${forbidden(id, 3)}`);
		expect(await told(poller)).toEqual(ids.map((id) => [`create ${id}`, null, reason(id)]));
	});

	it('may be in another branch than the chosen one, and the item says so if the branches are not known', async () => {
		const poller = await watching({ forbiddenCalls: ['branch/index'] }, { branchIds: [1] });
		const id = insert({ branch_ids: [2] });
		const denied = 'AlfaCRM denied access: this user may not list the branches in branch 1';
		expect(await told(poller)).toEqual([[`create ${id}`, null, saying(`${notThere(id)}. ${denied}`)]]);
	});

	it('comes with that reason if no branch shows it and no change says that it was deleted', async () => {
		const poller = await watching();
		const id = insert();
		vanish(id);

		const items = await told(poller);

		expect(items).toEqual([[`create ${id}`, null, notThere(id)]]);
	});

	it('though AlfaCRM counts it comes with that reason', async () => {
		const poller = await watching();
		const id = insert();
		school.sandbox.store.hide('customer', id, 'counted');
		const [[, record, error]] = await told(poller);
		expect([record, error]).toEqual([null, expect.stringMatching(/counts more than it shows/)]);
	});
});

describe('a branch whose log cannot be read for a while', () => {
	it('holds up nothing when its records cannot be read either', async () => {
		const poller = await watching();
		for (const entity of ['log', 'customer']) fault({ branch: 2, entity });
		const [there, other] = [insert({ branch_ids: [2] }), insert({ branch_ids: [3] })];
		const reason = `${notThere(there)}. AlfaCRM could not get customer ${there} (HTTP 500)`;
		expect(await told(poller)).toEqual([
			[`create ${there}`, null, saying(reason)],
			[`create ${other}`, { id: other, branch_ids: [3] }],
		]);
	});

	it('but can then, and only its records cannot, makes the next poll repeat it all', async () => {
		const poller = await watching();
		fault({ branch: 2, entity: 'customer' });
		const id = insert({ branch_ids: [2] });
		await expect(poller.poll()).rejects.toThrow(`AlfaCRM could not get customer ${id} (HTTP 500)`);
		school.sandbox.faults.clear();
		expect(await told(poller)).toEqual([[`create ${id}`, { id, branch_ids: [2] }]]);
	});
});

it('a list that fails elsewhere stops no change of a record that is gone', async () => {
	const poller = await watching({ logScope: 'branch' });
	const [gone, other] = [insert({ branch_ids: [1] }), insert({ branch_ids: [1] })];
	vanish(gone);
	fault({ entity: 'customer', branch: 3 });
	const [[, record, reason], second] = await told(poller);
	expect([record, reason]).toEqual([null, saying(notThere(gone))]);
	expect(reason).toMatch(/AlfaCRM could not .* \(HTTP 500\)/);
	expect(second).toEqual([`create ${other}`, { id: other, branch_ids: [1] }]);
});

describe('requests', () => {
	it('are one for the branches, however many records are in none of those that list them', async () => {
		const poller = await watching({ logScope: 'branch' });
		const ids = [insert({ branch_ids: [1] }), insert({ branch_ids: [2] })];
		ids.forEach((id) => vanish(id));
		expect(await told(poller)).toEqual(ids.map((id) => [`create ${id}`, null, notThere(id)]));
		expect([listed('branch'), listed('customer')]).toEqual([1, 6]);
	});

	it('are one for a record however often it was changed, if it is in the first branch that lists it', async () => {
		const poller = await watching();
		const id = insert({ branch_ids: [1] });
		for (const note of ['а', 'б', 'в']) patch(id, { note });
		const notes = (await poller.poll()).map(({ note }) => note);
		expect(notes).toEqual(Array(4).fill('в'));
		expect(listed('customer')).toBe(1);
	});
});
