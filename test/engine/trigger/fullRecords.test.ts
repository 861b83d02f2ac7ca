import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Fault, JsonObject, Settings } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { Engine } from '../support/engine';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { describeScheduled } from '../support/version';

/** IDs and names in the sandbox. */
const TRIAL_BOOKED = { id: 2, name: 'Назначено пробное' };
const TRIAL_ATTENDED = { id: 3, name: 'Был на пробном' };

const school = useSchool({ customers: 30, settings: { now: '2026-02-10 12:00:00' } });

/** Starts a trigger, which knows all records of the school. */
async function startTrigger(event: string, parameters: INodeParameters = {}): Promise<Poller> {
	const trigger = new Poller(school.engine, { event, ...parameters });
	expect(await trigger.poll()).toEqual([]);
	school.sandbox.clearJournal();
	return trigger;
}

function addRecord(path: string, values: JsonObject): number {
	return school.sandbox.store.insert(path, values).id;
}

function changeRecord(path: string, id: number, values: JsonObject): void {
	school.sandbox.store.patch(path, id, values);
}

function addLead(values: JsonObject = {}): number {
	const lead = { name: 'Анна', is_study: CUSTOMER_TYPE.lead, branch_ids: [1] };
	return addRecord('customer', { ...lead, ...values });
}

function addClientTo(branch_ids: number[], values: JsonObject = {}): number {
	return addRecord('customer', { name: 'Анна', is_study: CUSTOMER_TYPE.client, branch_ids, ...values });
}

function changeCustomer(id: number, values: JsonObject): void {
	changeRecord('customer', id, values);
}

/** Removes a customer without an entry in the log of changes. */
function removeWithoutLog(id: number): void {
	school.sandbox.settings.recordOutside = false;
	school.sandbox.store.remove('customer', id);
}

/** Lets AlfaCRM answer some requests with an error from now on. */
function failRequests(match: Fault['match'], status = 500): void {
	school.sandbox.faults.add({ kind: 'status', status, times: 0, match });
}

function changeSettings(settings: Partial<Settings>): void {
	Object.assign(school.sandbox.settings, settings);
}

function countListRequests(path: string): number {
	return school.readJournal(`${path}/index`).length;
}

function makeAddressOfLead(id: number): string {
	return `${school.sandbox.url}/company/1/lead/view?id=${id}`;
}

describe('Customer Created', () => {
	it('Customer Created adds the names of type and stage and the address of the page to each customer', async () => {
		const trigger = await startTrigger('customerCreated');
		const leadInStage = addLead({ lead_status_id: TRIAL_BOOKED.id });
		const leadWithoutStage = addLead({ lead_status_id: null });

		const items = await trigger.poll();

		expect(items).toMatchObject([
			{
				id: leadInStage,
				is_study_name: 'Lead',
				lead_status_name: 'Назначено пробное',
				url: makeAddressOfLead(leadInStage),
			},
			{
				id: leadWithoutStage,
				is_study_name: 'Lead',
				lead_status_name: null,
				url: makeAddressOfLead(leadWithoutStage),
			},
		]);
	});

	it('Customer Created lists the stages once for two customers', async () => {
		const trigger = await startTrigger('customerCreated');
		addLead({ lead_status_id: TRIAL_BOOKED.id });
		addLead({ lead_status_id: TRIAL_BOOKED.id });

		await trigger.poll();

		expect(countListRequests('lead-status')).toBe(1);
	});

	it('Customer Created does not list the stages when nobody is new', async () => {
		const trigger = await startTrigger('customerCreated');

		await trigger.poll();

		expect(countListRequests('lead-status')).toBe(0);
	});

	it('Customer Created does not list the stages for a customer without a stage', async () => {
		const trigger = await startTrigger('customerCreated');
		const lead = addLead({ lead_status_id: null });

		const items = await trigger.poll();

		expect(items).toMatchObject([{ id: lead }]);
		expect(countListRequests('lead-status')).toBe(0);
	});

	it.each([{ status: 403 }, { status: 500 }])(
		"Customer Created reports a customer without the stage's name when the list of stages answers $status, and says so in n8n's log",
		async ({ status }) => {
			const trigger = await startTrigger('customerCreated');
			const lead = addLead({ lead_status_id: TRIAL_BOOKED.id });
			failRequests({ entity: 'lead-status' }, status);

			const items = await trigger.poll();
			const itemsOfNextPoll = await trigger.poll();

			expect(items).toMatchObject([{ id: lead, lead_status_id: 2, lead_status_name: null }]);
			expect(itemsOfNextPoll).toEqual([]);
			expect(trigger.logLines).toContainEqual(
				expect.stringContaining('could not list the stages, so names are missing'),
			);
		},
	);
});

describeScheduled('Customer Created where n8n limits the time of a poll', () => {
	it("Customer Created reports a customer without the stage's name when the list of stages takes too long", async () => {
		for (let count = 0; count < 400; count++) {
			addRecord('lead-status', { name: 'Этап', is_enabled: 1, pipeline_id: 1 });
		}
		changeSettings({ bodyPageSize: 'ignored' });
		const engine = new Engine({ ...school.credential, requestsPerSecond: 5 });
		const trigger = new Poller(engine, { event: 'customerCreated' }, { budgetMs: 2_000, isDurable: true });
		await trigger.poll();
		const lead = addLead({ lead_status_id: TRIAL_BOOKED.id });

		const items = await trigger.poll();

		expect(items).toMatchObject([{ id: lead, lead_status_name: null }]);
		expect(countListRequests('lead-status')).toBeLessThan(15);
	});
});

describe('Fetch Full Record', () => {
	/** Starts a trigger of Lead Moved, and moves a lead who gets another name afterwards. */
	async function moveLead(parameters: INodeParameters): Promise<{ trigger: Poller; lead: number }> {
		const trigger = await startTrigger('leadMoved', parameters);
		const lead = addLead({ lead_status_id: TRIAL_BOOKED.id });
		changeCustomer(lead, { lead_status_id: TRIAL_ATTENDED.id });
		changeCustomer(lead, { name: 'Анна Новая' });
		return { trigger, lead };
	}

	it('Lead Moved adds the current record and the names of what it refers to when Simplify is on', async () => {
		const { trigger, lead } = await moveLead({ simplify: true });

		const [item] = await trigger.poll();

		expect(Object.keys(item)[0]).toBe('id');
		expect(item).toMatchObject({
			id: lead,
			name: 'Анна Новая',
			lead_status_id: 3,
			lead_status_name: 'Был на пробном',
			is_study_name: 'Lead',
			branch_ids: 1,
			branch_names: school.sandbox.store.find('branch', 1)?.name,
			url: makeAddressOfLead(lead),
			change: { entity_id: lead, fields_new: { lead_status_id: 3 } },
		});
		expect(item).not.toHaveProperty('study_status_id');
	});

	it('Lead Moved adds the record as AlfaCRM sends it, without names, when Simplify is off', async () => {
		const { trigger, lead } = await moveLead({ simplify: false });

		const [item] = await trigger.poll();

		expect(Object.keys(item)[0]).toBe('id');
		expect(item).toMatchObject({
			id: lead,
			name: 'Анна Новая',
			lead_status_id: 3,
			branch_ids: [1],
			change: { entity_id: lead, fields_new: { lead_status_id: 3 } },
		});
		expect(item).toHaveProperty('study_status_id');
		expect(item).not.toHaveProperty('lead_status_name');
		expect(item).not.toHaveProperty('url');
	});

	it('Lead Moved lists the stages for their names, but not the teachers, because the lead has none', async () => {
		const { trigger } = await moveLead({ simplify: true });

		await trigger.poll();

		expect(countListRequests('lead-status')).toBe(1);
		expect(countListRequests('teacher')).toBe(0);
	});

	it('Lead Moved reads no lists of names when Simplify is off', async () => {
		const { trigger } = await moveLead({ simplify: false });

		await trigger.poll();

		expect(countListRequests('lead-status')).toBe(0);
		expect(countListRequests('teacher')).toBe(0);
	});

	it('Record Changed adds a room without names and reads no lists for them when Simplify is off', async () => {
		const trigger = await startTrigger('recordChanged', { entities: ['Room'], simplify: false });
		changeRecord('room', 1, { name: 'Зал', location_id: 1 });

		const [item] = await trigger.poll();

		expect(item).toMatchObject({ name: 'Зал', location_id: 1, change: { entity: 'Room' } });
		expect(Object.keys(item)).not.toContainEqual(expect.stringMatching(/_name$/));
		expect(countListRequests('branch')).toBe(0);
		expect(countListRequests('location')).toBe(0);
	});

	it('Lesson Created finds the record of a planned lesson', async () => {
		const trigger = await startTrigger('lessonCreated');
		const lesson = addRecord('lesson', {
			branch_id: 1,
			date: '2026-03-01',
			lesson_type_id: 1,
			status: LESSON_STATUS.planned,
		});

		const items = await trigger.poll();

		expect(items).toMatchObject([
			{ id: lesson, status: LESSON_STATUS.planned, change: { entity_id: lesson } },
		]);
	});

	it('Record Changed finds a subscription only for a change that names the customer', async () => {
		const trigger = await startTrigger('recordChanged', { entities: ['CustomerToTariff'] });
		const [{ id: subscription }] = school.sandbox.store.rows('customer-tariff');
		changeRecord('customer-tariff', subscription, { note: 'да' });
		changeRecord('customer-tariff', subscription, { customer_id: 1 });

		const items = await trigger.poll();

		expect(items).toMatchObject([
			{
				id: subscription,
				recordError: expect.stringMatching(/only by its customer_id/) as string,
			},
			{ id: subscription, customer_id: 1 },
		]);
	});

	it.each<{ status: number; message: RegExp }>([
		{ status: 403, message: /^AlfaCRM denied access: this user may not get customer \d+/ },
		{ status: 400, message: /^AlfaCRM would not get customer \d+/ },
	])(
		'Customer Updated gives the reason when AlfaCRM answers $status to one record, and reports the next customer',
		async ({ status, message }) => {
			const trigger = await startTrigger('customerUpdated');
			const refusedLead = addLead();
			const readableLead = addLead();
			changeCustomer(refusedLead, { note: 'да' });
			changeCustomer(readableLead, { note: 'да' });
			failRequests({ entity: 'customer', bodyContains: `"id":${refusedLead}` }, status);

			const items = await trigger.poll();
			const itemsOfNextPoll = await trigger.poll();

			expect(items).toEqual([
				{
					id: refusedLead,
					recordError: expect.stringMatching(message) as string,
					change: expect.objectContaining({ entity_id: refusedLead }) as unknown,
				},
				expect.objectContaining({ id: readableLead, name: 'Анна' }),
			]);
			expect(itemsOfNextPoll).toEqual([]);
		},
	);
});

/**
 * Starts Record Changed for customers, in an account with three open branches. The switches of the sandbox are
 * turned after the first poll.
 */
async function watchCustomers(
	settings: Partial<Settings> = {},
	parameters: INodeParameters = {},
): Promise<Poller> {
	changeRecord('branch', 3, { is_active: 1 });
	changeSettings({ logScope: settings.logScope ?? 'account' });
	const trigger = await startTrigger('recordChanged', {
		entities: ['Customer'],
		simplify: false,
		...parameters,
	});
	changeSettings(settings);
	return trigger;
}

/** An item in the shape in which the tests compare it. The record is null if the item has none of its fields. */
interface ReportedChange {
	event: string;
	id: unknown;
	record: { branch_ids: unknown } | null;
	reason?: unknown;
}

/** Polls once, and returns the change, the record and the reason for a missing record of each item. */
async function pollChanges(trigger: Poller): Promise<ReportedChange[]> {
	const items = await trigger.poll();
	return items.map(toReportedChange);
}

/** Rewrites an item in the shape in which the tests compare it. */
function toReportedChange({ id, change, recordError, ...fields }: IDataObject): ReportedChange {
	const { event, entity_id } = change as { event: string; entity_id: number };
	expect(id).toBe(entity_id);
	const record = Object.keys(fields).length === 0 ? null : { branch_ids: fields.branch_ids };
	return recordError === undefined ? { event, id, record } : { event, id, record, reason: recordError };
}

/** Matches a reason that begins with a sentence. Advice for the user follows in the reason. */
function reasonBeginningWith(sentence: string): unknown {
	const escaped = sentence.replace(/[()]/g, '\\$&');
	return expect.stringMatching(new RegExp(`^${escaped}\\. `));
}

/** Returns the sentence that says that no branch has a customer. */
const describeMissingCustomer = (id: number) =>
	`AlfaCRM has no customer with ID ${id} in the branches that could be searched`;

describe.each<{ logScope: Settings['logScope'] }>([{ logScope: 'account' }, { logScope: 'branch' }])(
	'Record Changed in an account whose log is listed by $logScope',
	({ logScope }) => {
		it.each<{ where: string; branches: number[]; values: JsonObject }>([
			{ where: 'in the first branch', branches: [1], values: {} },
			{ where: 'in two branches', branches: [2, 3], values: {} },
			{ where: 'in the archive', branches: [3], values: { e_date: '2026-01-15' } },
		])('Record Changed adds the record of a customer $where, once', async ({ branches, values }) => {
			const trigger = await watchCustomers({ logScope });
			const client = addClientTo(branches, values);

			const changes = await pollChanges(trigger);
			const changesOfNextPoll = await pollChanges(trigger);

			expect(changes).toEqual([{ event: 'create', id: client, record: { branch_ids: branches } }]);
			expect(changesOfNextPoll).toEqual([]);
		});

		it('Record Changed finds the record of a customer who has moved to another branch, for earlier changes as well', async () => {
			const trigger = await watchCustomers({ logScope });
			const client = addClientTo([1]);
			changeCustomer(client, { branch_ids: [3] });

			const changes = await pollChanges(trigger);

			expect(changes).toEqual([
				{ event: 'create', id: client, record: { branch_ids: [3] } },
				{ event: 'update', id: client, record: { branch_ids: [3] } },
			]);
		});

		it('Record Changed reports the changes of a deleted customer without asking for the record', async () => {
			const trigger = await watchCustomers({ logScope, forbiddenBranches: [3] });
			const client = addClientTo([2]);
			changeCustomer(client, { note: 'да' });
			school.sandbox.store.remove('customer', client);

			const changes = await pollChanges(trigger);

			expect(changes).toEqual([
				{ event: 'create', id: client, record: null },
				{ event: 'update', id: client, record: null },
				{ event: 'delete', id: client, record: null },
			]);
			expect(countListRequests('customer')).toBe(0);
		});

		it('Record Changed adds the records of the other branches when the user may not read branch 1', async () => {
			const trigger = await watchCustomers({ logScope, forbiddenBranches: [1] });
			const inBranch2 = addClientTo([2]);
			const inBranches1And3 = addClientTo([1, 3]);
			const inBranch3 = addClientTo([3]);

			const changes = await pollChanges(trigger);

			expect(changes).toEqual([
				{ event: 'create', id: inBranch2, record: { branch_ids: [2] } },
				{ event: 'create', id: inBranches1And3, record: { branch_ids: [1, 3] } },
				{ event: 'create', id: inBranch3, record: { branch_ids: [3] } },
			]);
		});

		it.each([
			{ branch: 'a branch that the user has not chosen', newBranch: 2 },
			{ branch: 'a branch that is switched off', newBranch: 3 },
		])('Record Changed finds the record of a customer who was moved to $branch', async ({ newBranch }) => {
			const trigger = await watchCustomers({ logScope }, { branchIds: [1] });
			changeRecord('branch', 3, { is_active: 0 });
			const client = addClientTo([1]);
			changeCustomer(client, { branch_ids: [newBranch] });

			const [firstChange] = await pollChanges(trigger);

			expect(firstChange).toEqual({ event: 'create', id: client, record: { branch_ids: [newBranch] } });
		});
	},
);

describe('Record Changed, if the record is not found,', () => {
	it('Record Changed says that a missing record may be in the branch that the user may not read', async () => {
		const trigger = await watchCustomers({ forbiddenBranches: [3] });
		const inForbiddenBranch = addClientTo([3]);
		const removed = addClientTo([2]);
		removeWithoutLog(removed);

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([
			{
				event: 'create',
				id: inForbiddenBranch,
				record: null,
				reason: reasonBeginningWith(
					`${describeMissingCustomer(inForbiddenBranch)}. AlfaCRM denied access: this user may not get customer ${inForbiddenBranch} in branch 3`,
				),
			},
			{
				event: 'create',
				id: removed,
				record: null,
				reason: reasonBeginningWith(
					`${describeMissingCustomer(removed)}. AlfaCRM denied access: this user may not get customer ${removed} in branch 3`,
				),
			},
		]);
	});

	it('Record Changed says that a missing record may be in another branch when the user may not list the branches', async () => {
		const trigger = await watchCustomers({ forbiddenCalls: ['branch/index'] }, { branchIds: [1] });
		const client = addClientTo([2]);

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([
			{
				event: 'create',
				id: client,
				record: null,
				reason: reasonBeginningWith(
					`${describeMissingCustomer(client)}. AlfaCRM denied access: this user may not list the branches in branch 1`,
				),
			},
		]);
	});

	it('Record Changed says that no branch shows a record whose deletion is not in the log', async () => {
		const trigger = await watchCustomers();
		const client = addClientTo([2]);
		removeWithoutLog(client);

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([
			{ event: 'create', id: client, record: null, reason: describeMissingCustomer(client) },
		]);
	});

	it('Record Changed says that AlfaCRM counts more customers than it shows when the record is one of them', async () => {
		const trigger = await watchCustomers();
		const client = addClientTo([2]);
		school.sandbox.store.hide('customer', client, 'counted');

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([
			{
				event: 'create',
				id: client,
				record: null,
				reason: expect.stringMatching(/counts more than it shows/) as unknown,
			},
		]);
	});
});

describe('Record Changed, if requests to a branch fail for a while,', () => {
	it('Record Changed reports a change without the record when neither the log nor the customers of its branch can be read', async () => {
		const trigger = await watchCustomers();
		failRequests({ branch: 2, entity: 'log' });
		failRequests({ branch: 2, entity: 'customer' });
		const inFailingBranch = addClientTo([2]);
		const inBranch3 = addClientTo([3]);

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([
			{
				event: 'create',
				id: inFailingBranch,
				record: null,
				reason: reasonBeginningWith(
					`${describeMissingCustomer(inFailingBranch)}. AlfaCRM could not get customer ${inFailingBranch} (HTTP 500)`,
				),
			},
			{ event: 'create', id: inBranch3, record: { branch_ids: [3] } },
		]);
	});

	it('a poll fails when only the customers of a branch cannot be read, and a later poll reports the change', async () => {
		const trigger = await watchCustomers();
		failRequests({ branch: 2, entity: 'customer' });
		const client = addClientTo([2]);
		await expect(trigger.poll()).rejects.toThrow(`AlfaCRM could not get customer ${client} (HTTP 500)`);

		school.sandbox.faults.clear();
		const changes = await pollChanges(trigger);

		expect(changes).toEqual([{ event: 'create', id: client, record: { branch_ids: [2] } }]);
	});

	it('Record Changed reports a removed customer without the record, and then the next change, while another branch fails', async () => {
		const trigger = await watchCustomers({ logScope: 'branch' });
		const removed = addClientTo([1]);
		const other = addClientTo([1]);
		removeWithoutLog(removed);
		failRequests({ branch: 3, entity: 'customer' });

		const [changeOfRemoved, changeOfOther] = await pollChanges(trigger);

		expect(changeOfRemoved).toEqual({
			event: 'create',
			id: removed,
			record: null,
			reason: reasonBeginningWith(describeMissingCustomer(removed)),
		});
		expect(changeOfRemoved.reason).toMatch(/AlfaCRM could not .* \(HTTP 500\)/);
		expect(changeOfOther).toEqual({ event: 'create', id: other, record: { branch_ids: [1] } });
	});
});

describe('The requests of Record Changed', () => {
	it('Record Changed lists the branches once to look for two missing customers', async () => {
		const trigger = await watchCustomers({ logScope: 'branch' });
		const removedFromBranch1 = addClientTo([1]);
		const removedFromBranch2 = addClientTo([2]);
		removeWithoutLog(removedFromBranch1);
		removeWithoutLog(removedFromBranch2);

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([
			{
				event: 'create',
				id: removedFromBranch1,
				record: null,
				reason: describeMissingCustomer(removedFromBranch1),
			},
			{
				event: 'create',
				id: removedFromBranch2,
				record: null,
				reason: describeMissingCustomer(removedFromBranch2),
			},
		]);
		expect(countListRequests('branch')).toBe(1);
		// Each of the two customers is looked for in each of the three branches.
		expect(countListRequests('customer')).toBe(6);
	});

	it('Record Changed reads a customer once for four changes', async () => {
		const trigger = await watchCustomers();
		const client = addClientTo([1]);
		changeCustomer(client, { note: 'а' });
		changeCustomer(client, { note: 'б' });
		changeCustomer(client, { note: 'в' });

		const items = await trigger.poll();

		expect(items.map(({ note }) => note)).toEqual(['в', 'в', 'в', 'в']);
		expect(countListRequests('customer')).toBe(1);
	});
});
