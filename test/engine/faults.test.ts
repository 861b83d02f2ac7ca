import type { INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { getRateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import type { Fault } from '../../sandbox';
import { CUSTOMER_TYPE, RECORD_STATUS } from '../support/codes';
import { Engine } from './support/engine';
import { useFastTime } from './support/fastTime';
import { paymentForm, recordWithId, upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { Poller } from './support/poller';
import { useRawServer } from './support/rawServer';
import { useSchool, withOtherHostName } from './support/school';
import { describeIfCauseIsKept, tellsCause } from './support/version';

/** Tests calls whose answers get lost on the way, or come from another server than AlfaCRM. */
const school = useSchool({ customers: 0 });
useFastTime();
const { addClient, addLead, expectRefused, readCustomer, readPaymentsOf, readRecords, run, runToEnd } =
	frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const CREATE_CUSTOMER: INodeParameters = {
	resource: 'customer',
	operation: 'create',
	branchId: 1,
	name: 'Новый Лид',
};
const LIST_ALL_CUSTOMERS: INodeParameters = {
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	is_study: CUSTOMER_TYPE.all,
	removed: RECORD_STATUS.all,
};
const LIST_STAGES: INodeParameters = { resource: 'leadStatus', operation: 'getAll', branchId: 1 };

const CREATE = { entity: 'customer', action: 'create' };
const UPDATE = { entity: 'customer', action: 'update' };
const LIST = { entity: 'customer', action: 'index' };

/** Adds 45 leads, which AlfaCRM sends on three pages. */
function addThreePagesOfLeads(): void {
	for (let number = 1; number <= 45; number++) {
		addLead({ name: `Солнечная Вера ${number}` });
	}
}

/** Fills the form of Create or Update by the contract, a custom field of the school. */
function upsertByContractForm(contract: string): INodeParameters {
	return {
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		matchBy: 'customField',
		matchField: 'custom_dogovor',
		matchValue: contract,
		name: 'Орлова Мия',
		fieldsToSet: {},
		options: {},
	};
}

describe('Create', () => {
	it.each<{ mishap: string; fault: Fault }>([
		{ mishap: 'a lost connection', fault: { kind: 'reset', match: CREATE, when: 'after' } },
		{
			mishap: 'an error 502 in the body',
			fault: { kind: 'status', status: 502, httpStatus: 200, match: CREATE, when: 'after' },
		},
		{ mishap: 'half of the JSON', fault: { kind: 'cutJson', match: CREATE, when: 'after' } },
	])(
		'Create creates one customer and says that AlfaCRM may have done so after $mishap',
		async ({ fault }) => {
			school.sandbox.faults.add(fault);

			const { error } = await runToEnd(CREATE_CUSTOMER);

			expect(error?.description).toContain('may have carried it out all the same');
			expect(readRecords('customer')).toMatchObject([{ name: 'Новый Лид' }]);
			expect(school.readJournal('customer/create')).toHaveLength(1);
		},
	);
});

describe('Get Many', () => {
	it('Get Many returns every customer when one answer breaks off and AlfaCRM refuses the next call as too many', async () => {
		addThreePagesOfLeads();
		school.sandbox.faults.add({ kind: 'resetMidAnswer', match: LIST });
		school.sandbox.faults.add({ kind: 'tooMany', retryAfter: 1, match: LIST });

		const customers = await run(LIST_ALL_CUSTOMERS);

		expect(customers).toHaveLength(45);
	});

	it.each([{ status: 400 }, { status: 401 }, { status: 403 }, { status: 404 }])(
		'Get Many returns every customer when one answer is a web page with HTTP $status',
		async ({ status }) => {
			addThreePagesOfLeads();
			school.sandbox.faults.add({ kind: 'html', status, match: LIST });

			const customers = await run(LIST_ALL_CUSTOMERS);

			expect(customers).toHaveLength(45);
		},
	);

	// Older n8n hides the web page that came with a 401, so the node asks for a new token.
	describeIfCauseIsKept('with a token of an earlier execution', () => {
		it.each([{ status: 400 }, { status: 401 }, { status: 403 }, { status: 404 }])(
			'Get Many does not log in again when one answer is a web page with HTTP $status',
			async ({ status }) => {
				await run(LIST_ALL_CUSTOMERS);
				school.sandbox.clearJournal();
				school.sandbox.faults.add({ kind: 'html', status, match: LIST });

				await run(LIST_ALL_CUSTOMERS);

				expect(school.readCalls()).toEqual(['customer/index', 'customer/index']);
			},
		);
	});
});

describe('Take Payment', () => {
	it('Take Payment gives up after 30 seconds of an endless answer, and a second run finds the payment', async () => {
		const client = addClient();
		const form = paymentForm(recordWithId(client), { additionalFields: { externalId: 'inv-1' } });
		school.sandbox.faults.add({
			kind: 'drip',
			match: { entity: 'pay', action: 'create' },
			when: 'after',
		});

		// The second run waits for the first one, because both are about one customer.
		const [firstRun, secondRun] = await Promise.all([runToEnd(form), runToEnd(form)]);

		expect(firstRun.error?.message).toContain('did not answer within 30 seconds');
		expect(firstRun.error?.description).toContain('may have carried it out all the same');
		expect(secondRun.json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(readPaymentsOf(client)).toMatchObject([{ note: '[ID inv-1]' }]);
	});
});

describe('A redirect to another host', () => {
	const stranger = useRawServer();

	/** Returns the words in which an error names the redirect. Older n8n loses the host to which it leads. */
	const describeRedirect = () => (tellsCause ? `redirect to ${new URL(stranger.url).host}` : 'redirect');

	it.each<{ call: string; status: 302 | 307; match: Fault['match'] }>([
		{ call: 'the login', status: 302, match: { pathContains: 'auth/login' } },
		{ call: 'the login', status: 307, match: { pathContains: 'auth/login' } },
		{ call: 'a list', status: 302, match: LIST },
		{ call: 'a list', status: 307, match: LIST },
	])(
		'Get Many fails and sends that host nothing when $call is redirected with HTTP $status',
		async (testCase) => {
			const { status, match } = testCase;
			const location = `${stranger.url}/v2api/auth/login`;
			school.sandbox.faults.add({ kind: 'redirect', status, location, match });

			const { message } = await expectRefused(LIST_ALL_CUSTOMERS);

			expect(message).toContain(describeRedirect());
			expect(message).toContain('not followed');
			expect(stranger.requests).toEqual([]);
		},
	);
});

// Older n8n loses the time for which AlfaCRM asks the node to wait.
describeIfCauseIsKept('While an execution waits because AlfaCRM has asked for a pause of 290 seconds', () => {
	const MUCH_LESS_THAN_THE_PAUSE_MS = 90_000;
	let engine: Engine;
	let poller: Poller;
	let execution: AbortController;
	let waitingRun: Promise<unknown>;
	let startedAt: number;
	let callsBefore: string[];

	beforeEach(async () => {
		// The tests of the other host name do not wait.
		const hostname = withOtherHostName(school.sandbox.url);
		engine = new Engine({ ...school.credential, hostname });
		poller = new Poller(engine, { event: 'customerCreated' });
		await poller.poll();

		school.sandbox.faults.add({
			kind: 'tooMany',
			retryAfter: 290,
			match: { entity: 'lead-status', action: 'index' },
		});
		execution = new AbortController();
		waitingRun = engine.run({ parameters: LIST_STAGES, signal: execution.signal });
		while (getRateLimiter(hostname).requestedPauseMs === 0) {
			await sleep(5);
		}

		startedAt = performance.now();
		callsBefore = school.readCalls();
	});

	afterEach(async () => {
		execution.abort();
		await waitingRun;
		jest.advanceTimersByTime(290_000);
	});

	it('a dropdown fails at once with the length of the pause that another execution waits for', async () => {
		const loading = engine.loadOptions('branches', {});

		await expect(loading).rejects.toThrow(/asks to wait for 2\d\d seconds/);
		expect(performance.now() - startedAt).toBeLessThan(MUCH_LESS_THAN_THE_PAUSE_MS);
		expect(school.readCalls()).toEqual(callsBefore);
	});

	it('a poll fails at once with the length of the pause that another execution waits for, and keeps its state', async () => {
		const { state } = poller;

		const polling = poller.poll();

		await expect(polling).rejects.toThrow(/asks to wait for 2\d\d seconds/);
		expect(performance.now() - startedAt).toBeLessThan(MUCH_LESS_THAN_THE_PAUSE_MS);
		expect(school.readCalls()).toEqual(callsBefore);
		expect(poller.state).toEqual(state);
	});
});

describe('Create or Update of several items', () => {
	it("Create or Update finds the customer whom an earlier item created, although that item's answer was lost", async () => {
		addLead({ custom_dogovor: 'Д-старый' });
		// AlfaCRM creates the customer of the second item, but its answer is lost.
		school.sandbox.faults.add({ kind: 'reset', match: CREATE, when: 'after' });

		const { json } = await runToEnd(upsertByContractForm('={{ $json.contract }}'), {
			items: [{ contract: 'Д-старый' }, { contract: 'Д-новый' }, { contract: 'Д-новый' }],
			onError: 'continueRegularOutput',
		});

		expect(json).toMatchObject([
			{ operationResult: 'unchanged' },
			{ error: expect.any(String) as string },
			{ operationResult: 'unchanged' },
		]);
		expect(readRecords('customer')).toMatchObject([
			{ custom_dogovor: 'Д-старый' },
			{ custom_dogovor: 'Д-новый' },
		]);
	});

	it("Create or Update keeps the phone that an earlier item added, although that item's answer was lost", async () => {
		const lead = addLead({ phone: [PHONE] });
		// AlfaCRM adds the phone of the second item, but its answer is lost.
		school.sandbox.faults.add({ kind: 'reset', match: UPDATE, when: 'after', at: 2 });

		await runToEnd(upsertByPhoneForm(PHONE, { phone: '={{ $json.phone }}' }), {
			items: [{ phone: '+7(900)555-00-02' }, { phone: '+7(900)555-00-03' }, { phone: '+7(900)555-00-04' }],
			onError: 'continueRegularOutput',
		});

		expect(readCustomer(lead).phone).toEqual([
			'+7(900)555-00-01',
			'+7(900)555-00-02',
			'+7(900)555-00-03',
			'+7(900)555-00-04',
		]);
	});

	it('Create or Update keeps the phone that an earlier item added, although the answer did not show the customer', async () => {
		const lead = addLead({ phone: [PHONE] });
		school.sandbox.faults.add({
			kind: 'successFalse',
			success: true,
			errors: [],
			match: UPDATE,
			when: 'after',
		});

		await run(upsertByPhoneForm(PHONE, { phone: '={{ $json.phone }}' }), {
			items: [{ phone: '+7(900)555-00-02' }, { phone: '+7(900)555-00-03' }],
		});

		expect(readCustomer(lead).phone).toEqual(['+7(900)555-00-01', '+7(900)555-00-02', '+7(900)555-00-03']);
	});

	it('Create or Update returns the added phone although the answer does not show the customer', async () => {
		addLead({ phone: [PHONE] });
		school.sandbox.faults.add({
			kind: 'successFalse',
			success: true,
			errors: [],
			match: UPDATE,
			when: 'after',
		});

		const customers = await run(upsertByPhoneForm(PHONE, { phone: '+7(900)555-00-02' }));

		expect(customers).toMatchObject([
			{ phone: '+7(900)555-00-01, +7(900)555-00-02', operationResult: 'updated' },
		]);
	});
});
