import { fromAi } from './support/agentTool';
import {
	customerForm,
	customerWithCustomField,
	customerWithEmail,
	customerWithPhone,
	locate,
	paymentForm,
	recordWithId,
} from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/**
 * Operations on one customer, where the form names the customer by a phone, an email or a custom field in place of the ID.
 * Take Payment stands for all of them.
 */
const school = useSchool({ customers: 30 });
const {
	addArchivedClient,
	addClient,
	addLead,
	callAsTool,
	expectRefused,
	expectRefusedUnsent,
	readCustomer,
	readPaymentsOf,
	readSearchesByPhone,
	readWrites,
	run,
	runToEnd,
	runWithOtherCredential,
} = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const OTHER_PHONE = '+7(900)555-00-02';
const UNKNOWN_PHONE = '+7(900)555-00-03';

describe('Take Payment from the customer with a phone', () => {
	it('Take Payment takes the active customer with the phone, although an archived one has it as well', async () => {
		const archivedClient = addArchivedClient({ phone: [PHONE] });
		const lead = addLead({ phone: [PHONE] });

		const payments = await run(paymentForm(customerWithPhone(PHONE)));

		expect(payments).toMatchObject([{ customer_id: lead, operationResult: 'created' }]);
		expect(readPaymentsOf(lead)).toHaveLength(1);
		expect(readPaymentsOf(archivedClient)).toEqual([]);
	});

	it('Take Payment takes an archived customer when no active one has the phone', async () => {
		const archivedClient = addArchivedClient({ phone: [PHONE] });

		const payments = await run(paymentForm(customerWithPhone(PHONE)));

		expect(payments).toMatchObject([{ customer_id: archivedClient, operationResult: 'created' }]);
		expect(readPaymentsOf(archivedClient)).toHaveLength(1);
	});

	it('Take Payment refuses a phone that two active customers have, and names them', async () => {
		const client = addClient({ phone: [PHONE] });
		const lead = addLead({ phone: [PHONE] });
		addArchivedClient({ phone: [PHONE] });

		const { message, description } = await expectRefused(paymentForm(customerWithPhone(PHONE)));

		expect(message).toBe(`2 customers match by Phone: ${client} (client), ${lead} (lead)`);
		expect(description).toBe(
			"Give the ID of the one that is meant, which 'Find' returns, match by something that only one customer has (Phone and Name tells siblings apart who share the phone of a parent), or merge them in AlfaCRM. Nothing was saved.",
		);
	});

	it('Take Payment refuses a phone that two archived customers and no active one have', async () => {
		const archivedIn2020 = addArchivedClient({ phone: [PHONE], e_date: '2020-01-01' });
		const archivedIn2021 = addArchivedClient({ phone: [PHONE], e_date: '2021-01-01' });

		const { message } = await expectRefused(paymentForm(customerWithPhone(PHONE)));

		expect(message).toBe(
			`2 customers match by Phone: ${archivedIn2021} (client, archived), ${archivedIn2020} (client, archived)`,
		);
	});

	it('Take Payment accepts the ID of a customer whose phone two customers have', async () => {
		const client = addClient({ phone: [PHONE] });
		addLead({ phone: [PHONE] });

		const payments = await run(paymentForm(recordWithId(client)));

		expect(payments).toMatchObject([{ customer_id: client, operationResult: 'created' }]);
	});
});

describe('Take Payment from a customer who cannot be found', () => {
	it.each([
		{ key: 'phone', customer: customerWithPhone('+7(900)555-00-01') },
		{ key: 'email', customer: customerWithEmail('mia@example.org') },
		{ key: 'custom field', customer: customerWithCustomField('custom_dogovor=Д-10') },
	])('Take Payment refuses a $key that nobody has', async ({ key, customer }) => {
		addClient({ phone: ['+7(900)555-00-09'], custom_dogovor: 'Д-100' });

		const { message, description, httpCode } = await expectRefused(paymentForm(customer));

		expect(message).toBe(`AlfaCRM has no customer with this ${key} in the branches that could be searched`);
		expect(description).toBe("Check the value in 'Customer'. To go on without one, look with 'Find' before.");
		expect(httpCode).toBe('404');
	});

	it('Take Payment refuses the name of an unknown custom field', async () => {
		addClient({ phone: [PHONE] });

		const { message } = await expectRefused(paymentForm(customerWithCustomField('custom_nothing=5')));

		expect(message).toBe('AlfaCRM\'s customer has no field "custom_nothing"');
	});
});

describe('Take Payment from a customer whose key is unusable', () => {
	beforeEach(() => {
		// An empty key must not find the customer whose fields are empty.
		addLead({ phone: [], email: [], custom_dogovor: '' });
	});

	it.each([
		{
			content: 'an empty text',
			phone: '={{ "" }}',
			message: "'Phone' is empty, so no customer can be looked for",
		},
		{ content: 'null', phone: '={{ null }}', message: "'Phone' is empty, so no customer can be looked for" },
		{
			content: 'an empty list',
			phone: '={{ [] }}',
			message: "'Phone' is empty, so no customer can be looked for",
		},
		{
			content: 'words',
			phone: 'нет телефона',
			message: `'Phone' holds no usable phone number: "нет телефона", so no customer can be looked for`,
		},
		{
			content: 'an empty mask',
			phone: '+7 (___) ___-__-__',
			message: `'Phone' holds no usable phone number: "+7 (___) ___-__-__", so no customer can be looked for`,
		},
	])('Take Payment refuses $content as a phone before it sends anything', async ({ phone, message }) => {
		const error = await expectRefusedUnsent(
			paymentForm(customerWithPhone(phone)),
			'Nothing was sent to AlfaCRM.',
		);

		expect(error.message).toBe(message);
	});

	it('Take Payment refuses a word as an email before it sends anything', async () => {
		const { message } = await expectRefusedUnsent(
			paymentForm(customerWithEmail('no')),
			'Nothing was sent to AlfaCRM.',
		);

		expect(message).toBe(`'Email' holds no usable email address: "no", so no customer can be looked for`);
	});

	it.each([
		{
			content: 'an empty text',
			customField: '={{ "" }}',
			message: "'Custom Field' is empty, so no customer can be looked for",
		},
		{
			content: 'a name with an empty value',
			customField: '=custom_dogovor={{ "" }}',
			message: "'custom_dogovor' is empty, so no customer can be looked for",
		},
		{
			content: 'a name with a value that the item lacks',
			customField: '=custom_dogovor={{ $json.number }}',
			message: "'custom_dogovor' is empty, so no customer can be looked for",
		},
		{
			content: 'a name with a dash',
			customField: '=custom_dogovor={{ "-" }}',
			message: `'custom_dogovor' holds no usable value: "-", so no customer can be looked for`,
		},
		{
			content: 'a value without a name',
			customField: '={{ "1042" }}',
			message: `'Customer' must be a custom field and its value, such as custom_crm_id=1042, but it is "1042"`,
		},
		{
			content: 'a name without custom_',
			customField: '={{ "dogovor=5" }}',
			message: `'Customer' must be a custom field and its value, such as custom_crm_id=1042, but it is "dogovor=5"`,
		},
		{
			content: 'an object',
			customField: '={{ {"custom_dogovor":5} }}',
			message: `'Customer' must be a custom field and its value, such as custom_crm_id=1042, but it is "{"custom_dogovor":5}"`,
		},
	])(
		'Take Payment refuses $content as a custom field before it sends anything',
		async ({ customField, message }) => {
			const error = await expectRefusedUnsent(
				paymentForm(customerWithCustomField(customField)),
				'Nothing was sent to AlfaCRM.',
			);

			expect(error.message).toBe(message);
		},
	);

	it('Take Payment refuses an unknown mode of the picker before it sends anything', async () => {
		const { message } = await expectRefusedUnsent(
			paymentForm(locate('telegram', 'somebody')),
			'Nothing was sent to AlfaCRM.',
		);

		expect(message).toBe(`'Customer' must be the number of a record, but it is "somebody"`);
	});
});

describe('Get of a customer whom a model names', () => {
	it("Get finds the customer of a model that leaves out n8n's mark of a picker", async () => {
		const client = addClient({ phone: [PHONE] });

		const customers = await run(customerForm('get', { mode: 'phone', value: PHONE }));

		expect(customers).toMatchObject([{ id: client }]);
	});

	it('Get finds the customer by the phone that a model gives to the tool of an agent', async () => {
		const client = addClient({ phone: [PHONE] });
		const form = customerForm('get', customerWithPhone(fromAi('phone')));

		const { toolArguments, records } = await callAsTool(form, { phone: '8 900 5550001' });

		expect(toolArguments).toMatchObject([{ key: 'phone' }]);
		expect(records).toMatchObject([{ id: client }]);
	});
});

describe('items that each name a customer by phone', () => {
	/** The customer whose phone is in the item. */
	const customerOfItem = customerWithPhone('={{ $json.phone }}');
	const itemsInThreeSpellings = [
		{ phone: '+7(900)555-00-01' },
		{ phone: '8 900 555 00 01' },
		{ phone: 79005550001 },
	];

	it('Take Payment enters one payment for three items with one phone in different spellings', async () => {
		const client = addClient({ phone: [PHONE] });

		const payments = await run(paymentForm(customerOfItem), { items: itemsInThreeSpellings });

		expect(payments).toMatchObject([
			{ operationResult: 'created' },
			{ operationResult: 'unchanged' },
			{ operationResult: 'unchanged' },
		]);
		expect(readPaymentsOf(client)).toHaveLength(1);
	});

	it('Take Payment looks one phone up only once, although three items spell it differently', async () => {
		addClient({ phone: [PHONE] });

		await run(paymentForm(customerOfItem), { items: itemsInThreeSpellings });

		// Two searches, one for each way to write a number, in each of the three branches.
		expect(readSearchesByPhone().length).toBeLessThanOrEqual(6);
	});

	it("Update looks a phone up again after the first item has changed the customer's phone", async () => {
		const client = addClient({ phone: [PHONE] });
		const archivedClient = addArchivedClient({ phone: [PHONE] });
		const form = customerForm('update', customerOfItem, {
			updateFields: { phone: '={{ $json.newPhone }}' },
		});

		const customers = await run(form, {
			items: [
				{ phone: PHONE, newPhone: '+7(900)555-00-08' },
				{ phone: PHONE, newPhone: '+7(900)555-00-07' },
			],
		});

		expect(customers).toMatchObject([{ id: client }, { id: archivedClient }]);
		expect(readCustomer(client).phone).toEqual(['+7(900)555-00-08']);
		expect(readCustomer(archivedClient).phone).toEqual(['+7(900)555-00-07']);
	});

	it('Take Payment enters the payment of one item when the customers of the others cannot be found', async () => {
		const client = addClient({ phone: [PHONE] });
		addLead({ phone: [OTHER_PHONE] });
		addLead({ phone: [OTHER_PHONE] });

		const { json, errorItems } = await runToEnd(paymentForm(customerOfItem), {
			items: [{ phone: OTHER_PHONE }, { phone: '' }, { phone: PHONE }, { phone: UNKNOWN_PHONE }],
			onError: 'continueErrorOutput',
		});

		expect(json).toMatchObject([{ customer_id: client }]);
		expect(errorItems).toMatchObject([
			{ pairedItem: { item: 0 } },
			{ pairedItem: { item: 1 } },
			{ pairedItem: { item: 3 } },
		]);
		expect(readWrites()).toEqual(['pay/create']);
	});
});

it('two executions that name one customer by phone at the same moment enter one payment', async () => {
	const client = addClient({ phone: [PHONE] });
	school.sandbox.settings.latencyMs = 5;

	const executions = await Promise.all([
		runToEnd(paymentForm(customerWithPhone('+7(900)555-00-01'))),
		runWithOtherCredential(paymentForm(customerWithPhone('89005550001'), { branchId: '' })),
	]);

	const results = executions.map(({ json }) => json[0].operationResult);
	expect(results.sort()).toEqual(['created', 'unchanged']);
	expect(readPaymentsOf(client)).toHaveLength(1);
});
