import type { JsonObject } from '../../sandbox';
import { startSandbox } from '../../sandbox';
import { parseSetting, settingNames } from '../../sandbox/model/settings';
import { entityNames } from '../../sandbox/school/entities';
import { allCustomers, newLead, useSchool } from './support';

const CUSTOMERS_OF_SCHOOL = 40;
const CUSTOMER = 3;
const OTHER_CUSTOMER = 4;
const SUBJECT = 2;
const NEW_CUSTOMER = 41;

const school = useSchool({ now: '2026-02-11 09:30:00', pageSize: 100 }, { customers: CUSTOMERS_OF_SCHOOL });

/** Creates a lead through the API. */
async function createLead(): Promise<JsonObject> {
	return await school.save('1/customer/create', newLead);
}

/** Creates a customer, changes the note of another one and deletes a third one through the API. */
async function changeCustomers(): Promise<void> {
	await createLead();
	await school.call(`1/customer/update?id=${CUSTOMER}`, { note: 'х' });
	await school.call(`1/customer/delete?id=${OTHER_CUSTOMER}`);
}

/** Lists the IDs of the customers whom the API shows. */
async function listCustomerIds(): Promise<number[]> {
	const { ids } = await school.call('customer/index');
	return ids;
}

/** Lists the IDs of the subjects that the API shows. */
async function listSubjectIds(body: JsonObject = {}): Promise<number[]> {
	const { ids } = await school.call('subject/index', body);
	return ids;
}

describe('records', () => {
	it('the control API lists the records of an entity', async () => {
		const { json } = await school.callControl('GET', 'records/customer');

		expect(json).toHaveLength(CUSTOMERS_OF_SCHOOL);
		expect(json).toEqual(school.readRecords('customer'));
	});

	it('the control API reads one record', async () => {
		const { json } = await school.callControl('GET', 'records/customer/3');

		expect(json).toEqual(school.readRecord('customer', CUSTOMER));
	});

	it('the control API adds a record with the ID and the time of creation that it is given', async () => {
		const { json } = await school.callControl('PUT', 'records/customer', {
			id: 77,
			name: 'Х',
			is_study: 1,
			created_at: '2020-01-01 00:00:00',
		});

		expect(json).toMatchObject({
			id: 77,
			name: 'Х',
			is_study: 1,
			created_at: '2020-01-01 00:00:00',
			branch_ids: [1],
			e_date: '2030-12-31',
			phone: [],
		});
	});

	it('the control API gives a new record the next ID and the present time if it is given neither', async () => {
		school.addRecord('customer', { id: 77, name: 'Х' });

		const { json } = await school.callControl('PUT', 'records/customer', { name: 'У' });

		expect(json).toMatchObject({ id: 78, created_at: '2026-02-11 09:30:00' });
	});

	it('the control API changes all records of an entity at once', async () => {
		const { json } = await school.callControl('PATCH', 'records/customer', { note: 'Всем' });

		expect(json).toEqual({ changed: CUSTOMERS_OF_SCHOOL });
		expect(school.findIds('customer', ({ note }) => note !== 'Всем')).toEqual([]);
	});

	it('the control API saves values of a record that AlfaCRM would refuse', async () => {
		await school.callControl('PUT', 'records/customer/3', { name: '', balance: '1.00' });

		expect(school.readRecord('customer', CUSTOMER)).toMatchObject({ name: '', balance: '1.00' });
	});

	it('the control API removes a record, and tells when there is nothing to remove', async () => {
		const firstAnswer = await school.callControl('DELETE', 'records/customer/3');
		const secondAnswer = await school.callControl('DELETE', 'records/customer/3');

		expect(firstAnswer.json).toEqual({ removed: true });
		expect(secondAnswer.json).toEqual({ removed: false });
		expect(school.readRecord('customer', CUSTOMER)).toBeUndefined();
	});

	it.each([
		{
			request: 'a list of an unknown entity',
			method: 'GET',
			path: 'records/nobody',
			status: 404,
			message: /Unknown entity \\"nobody\\".*customer/,
		},
		{
			request: 'an unknown record',
			method: 'GET',
			path: 'records/customer/999',
			status: 404,
			message: /No customer 999/,
		},
		{
			request: 'a new record that is a list',
			method: 'PUT',
			path: 'records/customer',
			body: [],
			status: 400,
			message: /must be a JSON object/,
		},
		{
			request: 'a new record with a negative ID',
			method: 'PUT',
			path: 'records/customer',
			body: { id: -1 },
			status: 400,
			message: /Not a record id/,
		},
	])('the control API refuses $request', async ({ method, path, body, status, message }) => {
		const answer = await school.callControl(method, path, body);

		expect(answer.status).toBe(status);
		expect(JSON.stringify(answer.json)).toMatch(message);
	});

	it('a record that a test has read cannot be changed by accident', () => {
		const customer = school.readRecord('customer', 1) as unknown as { name: string; phone: string[] };

		expect(() => {
			customer.name = 'х';
		}).toThrow(TypeError);
		expect(() => customer.phone.push('х')).toThrow(TypeError);
	});
});

describe('settings', () => {
	it('the control API reads the settings', async () => {
		const { json } = await school.callControl('GET', 'settings');

		expect(json).toEqual(school.settings);
	});

	it('the school has a value for each setting that can be changed', () => {
		const namesOfSchool = Object.keys(school.settings);

		expect(namesOfSchool.sort()).toEqual([...settingNames].sort());
	});

	it('the control API changes settings, and leaves the others', async () => {
		const { json } = await school.callControl('PATCH', 'settings', { pageSize: 3, total: 'missing' });

		expect(json).toMatchObject({ pageSize: 3, total: 'missing', rateLimit: 0 });
	});

	it('the next call obeys a setting that the control API has changed', async () => {
		await school.callControl('PATCH', 'settings', { pageSize: 3 });

		const { items } = await school.call('customer/index', allCustomers);

		expect(items).toHaveLength(3);
	});

	it.each([
		{ body: { pageSizes: 3 }, message: /Unknown setting \\"pageSizes\\".*pageSize/ },
		{ body: { pageSize: 0 }, message: /\\"pageSize\\" cannot be 0\. .*>=1/ },
		{ body: { total: 'none' }, message: /\\"present\\".*\\"missing\\"/ },
		{ body: { requireAppKey: 5 }, message: /expected string/ },
		{ body: { forbiddenCalls: ['pay'] }, message: /cannot be \[.*must match pattern/ },
		{
			body: { dateFormats: { 'group.b_date': 'american' } },
			message: /\\"dotted\\".*\\"iso\\".*at \[?\\?"?group/,
		},
		{ body: { now: 'today' }, message: /cannot be \\"today\\"/ },
		{ body: 'x', message: /must be a JSON object/ },
	])('the control API refuses the settings $body and changes nothing', async ({ body, message }) => {
		const settingsBefore = { ...school.settings };

		const { status, json } = await school.callControl('PATCH', 'settings', body);

		expect(status).toBe(400);
		expect(JSON.stringify(json)).toMatch(message);
		expect(school.settings).toEqual(settingsBefore);
	});

	it('the sandbox does not start with a wrong setting', async () => {
		const start = startSandbox({ settings: { pageSize: -1 } });

		await expect(start).rejects.toThrow('"pageSize" cannot be -1');
	});

	it('the command line takes a value of a setting that contains an equals sign', () => {
		expect(parseSetting('requireAppKey=a=b')).toEqual({ requireAppKey: 'a=b' });
	});

	it.each(['pageSize', '=5'])('the command line refuses the setting %j', (argument) => {
		expect(() => parseSetting(argument)).toThrow('Expected name=value');
	});
});

describe('faults', () => {
	it('the control API adds a fault, which hits the next call', async () => {
		await school.callControl('POST', 'faults', { kind: 'status', status: 503 });

		const { status } = await school.call('branch/index');

		expect(status).toBe(503);
	});

	it('the control API adds several faults at once, and lists them', async () => {
		const faults = [{ kind: 'html' }, { kind: 'reset', times: 0 }];

		const answer = await school.callControl('POST', 'faults', faults);

		const list = await school.callControl('GET', 'faults');
		expect(answer.json).toEqual({ added: 2 });
		expect(list.json).toHaveLength(2);
	});

	it('the control API adds no fault if one of several is unknown', async () => {
		const answer = await school.callControl('POST', 'faults', [{ kind: 'html' }, { kind: 'nope' }]);

		expect(answer.status).toBe(400);
		expect(JSON.stringify(answer.json)).toMatch(/Unknown fault kind/);
		expect(school.sandbox.faults.list()).toEqual([]);
	});

	it('the control API ends all faults', async () => {
		school.sandbox.faults.add({ kind: 'status', status: 503, times: 0 });

		await school.callControl('DELETE', 'faults');

		const { status } = await school.call('branch/index');
		expect(status).toBe(200);
	});

	it('a fault of all calls does not hit the control API', async () => {
		school.sandbox.faults.add({ kind: 'status', times: 0 });

		const { status } = await school.callControl('GET', 'health');

		expect(status).toBe(200);
	});

	it('the rate limit does not apply to the control API', async () => {
		school.changeSettings({ rateLimit: 1 });

		const firstAnswer = await school.callControl('GET', 'health');
		const secondAnswer = await school.callControl('GET', 'health');

		expect(firstAnswer.status).toBe(200);
		expect(secondAnswer.status).toBe(200);
	});

	it('the latency of all calls does not apply to the control API', async () => {
		school.changeSettings({ latencyMs: 600_000 });

		const { status } = await school.callControl('GET', 'health');

		expect(status).toBe(200);
	});
});

describe('the sandbox as a whole', () => {
	it('the health of the sandbox counts the records of each entity', async () => {
		const { json } = await school.callControl('GET', 'health');

		const { ok, records } = json as { ok: boolean; records: Record<string, number> };
		expect(ok).toBe(true);
		expect(records).toMatchObject({ customer: CUSTOMERS_OF_SCHOOL, subject: 5 });
		expect(Object.keys(records)).toEqual([...entityNames]);
	});

	it('the control API returns the users of the account', async () => {
		const { json } = await school.callControl('GET', 'account');

		expect(json).toEqual(school.sandbox.account);
	});

	it('the control API answers an unknown path with status 404', async () => {
		const { status } = await school.callControl('GET', 'nothing');

		expect(status).toBe(404);
	});
});

describe('a reset', () => {
	it('a reset brings back the records of the start', async () => {
		const customersBefore = school.readRecords('customer');
		school.sandbox.store.remove('customer', CUSTOMER);

		await school.callControl('POST', 'reset');

		expect(school.readRecords('customer')).toEqual(customersBefore);
	});

	it('a reset brings back the settings of the start', async () => {
		school.changeSettings({ pageSize: 7 });

		await school.callControl('POST', 'reset');

		expect(school.settings).toMatchObject({ pageSize: 100, rateLimit: 0 });
	});

	it('a reset ends the faults and empties the journal', async () => {
		await school.call('branch/index');
		school.sandbox.faults.add({ kind: 'html' });

		await school.callControl('POST', 'reset');

		expect(school.sandbox.faults.list()).toEqual([]);
		expect(school.sandbox.journal).toEqual([]);
	});

	it('a reset ends each login', async () => {
		await school.callControl('POST', 'reset');

		const { status } = await school.call('branch/index');

		expect(status).toBe(401);
	});

	it.each([{ customer: 5 }, { customers: -1 }])('the control API refuses a reset with %j', async (body) => {
		const { status } = await school.callControl('POST', 'reset', body);

		expect(status).toBe(400);
		expect(school.readRecords('customer')).toHaveLength(CUSTOMERS_OF_SCHOOL);
	});

	describe('with options of its own', () => {
		afterEach(async () => {
			await school.callControl('POST', 'reset', { customers: CUSTOMERS_OF_SCHOOL, seed: 1 });
		});

		it('a reset invents as many customers as it is asked for', async () => {
			await school.callControl('POST', 'reset', { customers: 20 });

			expect(school.readRecords('customer')).toHaveLength(20);
		});

		it('a reset with another seed invents other customers', async () => {
			const nameBefore = school.readRecord('customer', 1)?.name;

			await school.callControl('POST', 'reset', { seed: 2 });

			expect(school.readRecord('customer', 1)?.name).not.toBe(nameBefore);
		});
	});
});

describe('a snapshot', () => {
	it('a restored snapshot brings back the records, and those of the log', async () => {
		const { sandbox } = school;
		await createLead();
		const snapshot = sandbox.snapshot();
		const stateBefore = sandbox.state({ log: true });
		await changeCustomers();
		expect(sandbox.state({ log: true })).not.toBe(stateBefore);

		sandbox.restore(snapshot);

		expect(sandbox.state({ log: true })).toBe(stateBefore);
	});

	it('a list shows its old rows again when a snapshot is restored', async () => {
		const snapshot = school.sandbox.snapshot();
		const idsBefore = await listCustomerIds();
		await changeCustomers();

		school.sandbox.restore(snapshot);

		expect(await listCustomerIds()).toEqual(idsBefore);
	});

	it('a restored snapshot brings back the settings', () => {
		school.changeSettings({ pageSize: 3 });
		const snapshot = school.sandbox.snapshot();
		school.changeSettings({ pageSize: 50 });

		school.sandbox.restore(snapshot);

		expect(school.settings).toMatchObject({ pageSize: 3, rateLimit: 0 });
	});

	it('a restored snapshot gives the next record the ID that was the next one before', async () => {
		const snapshot = school.sandbox.snapshot();
		await createLead();

		school.sandbox.restore(snapshot);

		expect(await createLead()).toMatchObject({ id: NEW_CUSTOMER });
	});

	it('an earlier login stays valid when a snapshot is restored', async () => {
		const snapshot = school.sandbox.snapshot();

		school.sandbox.restore(snapshot);

		const { status } = await school.call('branch/index');
		expect(status).toBe(200);
	});

	it('a restored snapshot hides the records that were hidden before', async () => {
		const { sandbox } = school;
		sandbox.store.hide('subject', SUBJECT);
		const snapshot = sandbox.snapshot();
		sandbox.store.show('subject', SUBJECT);
		expect(await listSubjectIds()).toContain(SUBJECT);

		sandbox.restore(snapshot);

		expect(await listSubjectIds()).not.toContain(SUBJECT);
	});

	it('a restored snapshot ends the faults and empties the journal', async () => {
		const { sandbox } = school;
		const snapshot = sandbox.snapshot();
		await school.call('branch/index');
		sandbox.faults.add({ kind: 'status' });

		sandbox.restore(snapshot);

		expect(sandbox.faults.list()).toEqual([]);
		expect(sandbox.journal).toEqual([]);
	});

	it('a snapshot can be restored after a reset', async () => {
		const { sandbox } = school;
		await createLead();
		sandbox.store.hide('subject', SUBJECT);
		const snapshot = sandbox.snapshot();
		const stateBefore = sandbox.state();
		sandbox.reset();

		sandbox.restore(snapshot);

		await school.login();
		expect(sandbox.state()).toBe(stateBefore);
		expect(await listSubjectIds()).not.toContain(SUBJECT);
	});
});

describe('the state', () => {
	/** Reads the state of the sandbox, a text with one line for each record. */
	function readStateLines(): string[] {
		return school.sandbox.state().split('\n');
	}

	/** Requests the state from the control API. */
	async function fetchState(query: string): Promise<string> {
		const response = await fetch(`${school.sandbox.url}/_sandbox/state${query}`);
		return await response.text();
	}

	it('the state has one more line when a record was created, and the other lines stay', async () => {
		const linesBefore = readStateLines();
		school.setClock('2026-02-12 10:00:00');

		await createLead();

		const lines = readStateLines();
		const newLines = lines.filter((line) => !linesBefore.includes(line));
		expect(newLines).toEqual([expect.stringMatching(/^customer 41 \{.*"name":"Тестов Пример"/)]);
		expect(lines).toHaveLength(linesBefore.length + 1);
	});

	it('the state leaves out when records were created and changed', async () => {
		await createLead();

		const newLine = readStateLines().find((line) => line.startsWith(`customer ${NEW_CUSTOMER} `));

		expect(newLine).not.toContain('created_at');
		expect(newLine).not.toContain('updated_at');
		expect(newLine).not.toContain('"b_date"');
	});

	it('the state has the days that a user has written', () => {
		expect(school.sandbox.state()).toContain('"b_date":"01.09.2025"');
	});

	it('the state has the log only if it is asked for', () => {
		expect(school.sandbox.state()).not.toContain('\nlog ');
		expect(school.sandbox.state({ log: true })).toContain('\nlog ');
	});

	it('the control API sends the state, with the log if it is asked for', async () => {
		expect(await fetchState('')).toBe(school.sandbox.state());
		expect(await fetchState('?log')).toBe(school.sandbox.state({ log: true }));
	});

	it('a comparison with a snapshot finds the changed, the removed and the new record', async () => {
		const snapshot = school.sandbox.snapshot();

		await changeCustomers();

		expect(school.sandbox.changes(snapshot)).toMatchObject([
			{ entity: 'customer', id: CUSTOMER, before: { id: CUSTOMER }, after: { note: 'х' } },
			{ entity: 'customer', id: OTHER_CUSTOMER, before: { id: OTHER_CUSTOMER } },
			{ entity: 'customer', id: NEW_CUSTOMER, after: { name: 'Тестов Пример' } },
		]);
	});

	it('a comparison with a snapshot finds nothing after an update without a change', async () => {
		const snapshot = school.sandbox.snapshot();

		await school.call('1/customer/update?id=3', {});

		expect(school.sandbox.changes(snapshot)).toEqual([]);
	});

	it('a comparison with a snapshot finds nothing after the snapshot was restored', async () => {
		const snapshot = school.sandbox.snapshot();
		await changeCustomers();

		school.sandbox.restore(snapshot);

		expect(school.sandbox.changes(snapshot)).toEqual([]);
	});
});

describe('hidden records', () => {
	it('a list leaves out a record that the control API has hidden, and does not count it', async () => {
		await school.callControl('POST', `records/subject/${SUBJECT}/hide`);

		const { json, ids } = await school.call('subject/index');

		// The school has four active subjects: 1 to 4.
		expect(json.total).toBe(3);
		expect(ids).toEqual([1, 3, 4]);
	});

	it('a list does not show a hidden record even by its ID', async () => {
		await school.callControl('POST', `records/subject/${SUBJECT}/hide`);

		expect(await listSubjectIds({ id: SUBJECT })).toEqual([]);
	});

	it('a list has a record again that the control API has shown', async () => {
		school.sandbox.store.hide('subject', SUBJECT);

		const { json } = await school.callControl('POST', `records/subject/${SUBJECT}/show`);

		expect(json).toEqual({ shown: true });
		expect(await listSubjectIds()).toContain(SUBJECT);
	});

	it('a reset shows the hidden records again', async () => {
		school.sandbox.store.hide('subject', SUBJECT);

		await school.restore();

		expect(await listSubjectIds()).toContain(SUBJECT);
		expect(school.sandbox.store.show('subject', SUBJECT)).toBe(false);
	});
});
