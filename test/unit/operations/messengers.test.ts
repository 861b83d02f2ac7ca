import type { IDataObject } from 'n8n-workflow';

import { customerForm, OTHER_PHONE, PHONE, SmallSchool } from './school';

const EMAIL = 'mia@school.example';
const CONTRACT_FIELD = 'custom_dogovor';

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
});

/** Fills the form of Find. */
const findForm = (matchParameters: IDataObject, options: IDataObject = {}): IDataObject =>
	customerForm('find', { ...matchParameters, options });

/** Fills the form of Create or Update. */
const upsertForm = (matchParameters: IDataObject, parameters: IDataObject = {}): IDataObject =>
	customerForm('upsert', { name: 'Орлова Мия', ...matchParameters, ...parameters });

/** Fills Match By with Telegram or a website. */
const customerWithWebsite = (web: unknown): IDataObject => ({ matchBy: 'web', web: web as string });

/** Fills Match By with First That Is Found: phone, else email, else website, else custom field. */
const firstCustomerWith = (matchParameters: IDataObject): IDataObject => ({
	matchBy: 'firstFound',
	...matchParameters,
});

/** Fills the custom field of Match By with the number of a contract. */
const contractNumber = (matchValue: string): IDataObject => ({ matchField: CONTRACT_FIELD, matchValue });

/** Counts the calls that list customers while Find runs. */
async function countListCalls(form: IDataObject): Promise<number> {
	const callsBefore = school.readRequests('customer/index').length;
	await school.run(form);
	return school.readRequests('customer/index').length - callsBefore;
}

describe.each([
	{ web: 't.me/Masha_Orlova' },
	{ web: '@masha_orlova' },
	{ web: 'masha_orlova' },
	{ web: 'tg://resolve?domain=masha_orlova' },
])('Match By Telegram or Website with $web', ({ web }) => {
	let customer: number;

	beforeEach(() => {
		customer = school.addLead({ web: ['vk.com/masha_orlova', 'https://telegram.me/masha_orlova/'] });
		school.addLead({ web: ['https://vk.com/masha_orlova', 't.me/masha_orlova2'], phone: [PHONE] });
	});

	it('finds the customer with the same Telegram name in another spelling', async () => {
		const { json } = await school.run(findForm(customerWithWebsite(web)));

		expect(json).toMatchObject([{ id: customer }]);
	});

	it('leaves the card unchanged when it has the Telegram name in another spelling', async () => {
		const { json } = await school.run(upsertForm(customerWithWebsite(web)));

		expect(json).toMatchObject([{ id: customer, operationResult: 'unchanged', notSaved: '' }]);
		expect(school.readWrites()).toEqual([]);
	});
});

describe('Match By Telegram or Website', () => {
	it.each([{ web: 123456789 }, { web: '123456789' }, { web: 'tg://user?id=123456789' }])(
		'finds a customer by the Telegram number that a bot gives: $web',
		async ({ web }) => {
			const customer = school.addLead({ web: ['123456789'] });
			school.addLead({ web: ['1234567890'] });

			const { json } = await school.run(findForm(customerWithWebsite(web)));

			expect(json).toMatchObject([{ id: customer }]);
		},
	);

	it('creates a customer with the Telegram name once, whatever its spelling', async () => {
		const results = await school.runInTurn(
			upsertForm(customerWithWebsite('@mia_o')),
			upsertForm(customerWithWebsite('t.me/mia_o')),
			upsertForm(customerWithWebsite('mia_o')),
		);

		expect(results).toBe('created, unchanged, unchanged');
		expect(school.readRecords('customer')).toMatchObject([{ web: ['@mia_o'] }]);
	});

	it.each([
		{ web: 'нет', message: `'Website' holds no usable web address, or name or number in Telegram: "нет"` },
		{ web: '', message: "'Website' is empty" },
		{ web: '@', message: `'Website' holds no usable web address, or name or number in Telegram: "@"` },
		{
			web: 'https://vk.com',
			message: `'Website' holds no usable web address, or name or number in Telegram: "https://vk.com"`,
		},
	])('refuses "$web", which identifies nobody, although a card has it', async ({ web, message }) => {
		school.addLead({ web: [web] });

		const error = await school.expectRefusedUnsent(upsertForm(customerWithWebsite(web)));

		expect(error.message).toBe(`${message}, so no customer can be looked for`);
	});
});

describe('Create or Update by Telegram for several items', () => {
	/** Adds 120 leads with the Telegram names name_0 to name_119: several pages of customers. */
	function addLeadsWithTelegram(): void {
		for (let index = 0; index < 120; index++) {
			school.addLead({ web: [`t.me/name_${index}`] });
		}
	}

	const upsertFourCustomers = async () =>
		await school.run(upsertForm(customerWithWebsite('')), {
			parametersByItem: [
				{ web: '@name_7' },
				{ web: 'new_name' },
				{ web: 't.me/name_9' },
				{ web: '@NEW_name' },
			],
		});

	it('finds the customers on every page and creates a new one once', async () => {
		addLeadsWithTelegram();

		const { json } = await upsertFourCustomers();

		expect(json).toMatchObject([
			{ operationResult: 'unchanged' },
			{ operationResult: 'created' },
			{ operationResult: 'unchanged' },
			{ operationResult: 'unchanged' },
		]);
	});

	it('lists the customers once for all items', async () => {
		addLeadsWithTelegram();

		await upsertFourCustomers();

		// Several pages in each of the two branches.
		expect(school.readRequests('customer/index').length).toBeLessThanOrEqual(8);
	});

	it('sends no filter by website, because AlfaCRM has none', async () => {
		addLeadsWithTelegram();

		await upsertFourCustomers();

		const bodies = school.readRequests('customer/index').map(({ body }) => body);
		expect(bodies).not.toHaveLength(0);
		expect(bodies).not.toContainEqual(expect.objectContaining({ web: expect.anything() as unknown }));
	});
});

describe('Create or Update by Telegram with further websites', () => {
	const form = upsertForm(customerWithWebsite('mia_o'), {
		fieldsToSet: { web: ['@Mia_O', 'vk.com/mia', '@mia_o (мама)'] },
	});

	it('adds the websites that the card lacks', async () => {
		const customer = school.addLead({ web: ['t.me/mia_o'] });

		const { json } = await school.run(form);

		expect(json).toMatchObject([{ operationResult: 'updated', notSaved: '' }]);
		expect(school.readRecord('customer', customer).web).toEqual([
			't.me/mia_o',
			'vk.com/mia',
			'@mia_o (мама)',
		]);
	});

	it('leaves the card unchanged the second time', async () => {
		school.addLead({ web: ['t.me/mia_o'] });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
	});
});

describe('Find by First That Is Found', () => {
	const LEAD_WITH_PHONE = 11;
	const LEAD_WITH_EMAIL = 12;
	const LEAD_WITH_TELEGRAM = 13;
	const LEAD_WITH_CONTRACT = 14;

	function addFourLeads(): void {
		school.addLead({ id: LEAD_WITH_PHONE, phone: [PHONE] });
		school.addLead({ id: LEAD_WITH_EMAIL, email: [EMAIL] });
		school.addLead({ id: LEAD_WITH_TELEGRAM, web: ['t.me/mia_o'] });
		school.addLead({ id: LEAD_WITH_CONTRACT, [CONTRACT_FIELD]: 'R-7' });
	}

	it.each([
		{
			lead: LEAD_WITH_PHONE,
			reason: 'by phone although the other keys match other leads',
			phone: PHONE,
			email: EMAIL,
			web: 'mia_o',
		},
		{
			lead: LEAD_WITH_EMAIL,
			reason: 'by email when nobody has the phone',
			phone: OTHER_PHONE,
			email: EMAIL,
			web: 'mia_o',
		},
		{
			lead: LEAD_WITH_TELEGRAM,
			reason: 'by Telegram when phone and email are empty',
			phone: '',
			email: null,
			web: 'mia_o',
		},
		{
			lead: LEAD_WITH_CONTRACT,
			reason: 'by custom field when no other key is usable or known',
			phone: 'нет',
			email: '',
			web: '@other_o',
		},
	])('finds lead $lead $reason', async ({ lead, phone, email, web }) => {
		addFourLeads();

		const { json } = await school.run(
			findForm(firstCustomerWith({ phone, email, web, ...contractNumber('R-7') })),
		);

		expect(json).toMatchObject([{ id: lead }]);
	});

	it('searches by no further key once somebody has the phone', async () => {
		addFourLeads();

		const callsForPhone = await countListCalls(findForm(firstCustomerWith({ phone: PHONE })));
		const callsForAllKeys = await countListCalls(
			findForm(firstCustomerWith({ phone: PHONE, email: EMAIL, web: 'mia_o', ...contractNumber('R-7') })),
		);

		expect(callsForAllKeys).toBe(callsForPhone);
	});

	it('finds the customer with the phone although another one has the email', async () => {
		const customerWithPhone = school.addLead({ phone: [PHONE] });
		school.addLead({ email: [EMAIL] });

		const { json } = await school.run(findForm(firstCustomerWith({ phone: PHONE, email: EMAIL })));

		expect(json).toMatchObject([{ id: customerWithPhone }]);
	});

	it('differs from Phone or Email, which refuses when one customer has the phone and another the email', async () => {
		const customerWithPhone = school.addLead({ phone: [PHONE] });
		const customerWithEmail = school.addLead({ email: [EMAIL] });

		const { message } = await school.expectRefused(
			findForm({ matchBy: 'phoneOrEmail', phone: PHONE, email: EMAIL }),
		);

		expect(message).toBe(
			`2 customers match by Phone or Email: ${customerWithEmail} (lead), ${customerWithPhone} (lead)`,
		);
	});

	it('refuses when several customers have the Telegram name, and names them', async () => {
		const firstLead = school.addLead({ web: ['@mia_o'] });
		const secondLead = school.addLead({ web: ['t.me/mia_o'] });

		const { message } = await school.expectRefused(
			findForm(firstCustomerWith({ phone: PHONE, web: 'mia_o' })),
		);

		expect(message).toBe(`2 customers match by Website: ${secondLead} (lead), ${firstLead} (lead)`);
	});

	it('returns all customers who have the Telegram name when If Several Match is Return All', async () => {
		const firstLead = school.addLead({ web: ['@mia_o'] });
		const secondLead = school.addLead({ web: ['t.me/mia_o'] });

		const { json } = await school.run(
			findForm(firstCustomerWith({ phone: PHONE, web: 'mia_o' }), { ifSeveral: 'all' }),
		);

		expect(json).toMatchObject([{ id: secondLead }, { id: firstLead }]);
	});

	it('names the keys that it searched by when nobody has them', async () => {
		const { message } = await school.expectRefused(
			findForm(firstCustomerWith({ phone: PHONE, web: 'mia_o' })),
		);

		expect(message).toMatch(/^AlfaCRM has no customer with this phone or website in/);
	});

	it('returns one item without a customer when nobody is found and If None Matches is Return an Item', async () => {
		const { json } = await school.run(findForm(firstCustomerWith({ phone: PHONE }), { ifNone: 'item' }));

		expect(json).toEqual([{ matchFound: false }]);
	});
});

describe('First That Is Found with an archived customer', () => {
	const matchParameters = firstCustomerWith({ phone: PHONE, web: 'mia_o' });
	const addArchivedLeadWithPhone = (): number => school.addLead({ phone: [PHONE], e_date: '2025-01-31' });

	it('finds the active customer with the Telegram name before the archived one with the phone', async () => {
		addArchivedLeadWithPhone();
		const activeLead = school.addLead({ web: ['@mia_o'] });

		const { json } = await school.run(findForm(matchParameters));

		expect(json).toMatchObject([{ id: activeLead }]);
	});

	it('finds the active customer when archived customers are left out', async () => {
		addArchivedLeadWithPhone();
		const activeLead = school.addLead({ web: ['@mia_o'] });

		const { json } = await school.run(findForm(matchParameters, { archived: false }));

		expect(json).toMatchObject([{ id: activeLead }]);
	});

	it('finds the archived customer when no active one matches', async () => {
		const archivedLead = addArchivedLeadWithPhone();
		school.addLead({ web: [] });

		const { json } = await school.run(findForm(matchParameters));

		expect(json).toMatchObject([{ id: archivedLead }]);
	});

	it('creates a customer beside the archived one when If the Match Is Archived is Create a New One', async () => {
		addArchivedLeadWithPhone();
		school.addLead({ web: [] });

		const result = await school.runInTurn(upsertForm(matchParameters, { options: { ifArchived: 'create' } }));

		expect(result).toBe('created');
	});
});

describe('Create or Update by First That Is Found', () => {
	const ALL_KEYS: IDataObject = { phone: PHONE, email: EMAIL, web: '@mia_o', ...contractNumber('R-7') };

	it('saves all keys in a new customer', async () => {
		const result = await school.runInTurn(upsertForm(firstCustomerWith(ALL_KEYS)));

		expect(result).toBe('created');
		expect(school.readRecords('customer')).toMatchObject([
			{ phone: [PHONE], email: [EMAIL], web: ['@mia_o'], [CONTRACT_FIELD]: 'R-7' },
		]);
	});

	it.each([
		{ keys: 'all keys', matchParameters: ALL_KEYS },
		{ keys: 'the email', matchParameters: { email: EMAIL } },
		{ keys: 'the Telegram name', matchParameters: { web: 't.me/MIA_O' } },
		{ keys: 'the number of the contract', matchParameters: contractNumber('R-7') },
		{ keys: 'the phone', matchParameters: { phone: '89005550001' } },
	])('finds the customer that it created by $keys', async ({ matchParameters }) => {
		await school.run(upsertForm(firstCustomerWith(ALL_KEYS)));

		const result = await school.runInTurn(upsertForm(firstCustomerWith(matchParameters)));

		expect(result).toBe('unchanged');
	});

	it('saves the keys that the customer lacks', async () => {
		const customer = school.addLead({ web: ['@mia_o'] });

		const { json } = await school.run(
			upsertForm(firstCustomerWith({ phone: PHONE, web: 'mia_o', ...contractNumber('R-7') })),
		);

		expect(json).toMatchObject([
			{ id: customer, operationResult: 'updated', changedFields: ['phone', CONTRACT_FIELD] },
		]);
		expect(school.readRecord('customer', customer)).toMatchObject({
			phone: [PHONE],
			web: ['@mia_o'],
			[CONTRACT_FIELD]: 'R-7',
		});
	});

	it('adds another Telegram name, but keeps another number of a contract and says so', async () => {
		const customer = school.addLead({ phone: [PHONE], web: ['@mia_o'], [CONTRACT_FIELD]: 'R-7' });

		const { json } = await school.run(
			upsertForm(firstCustomerWith({ phone: PHONE, web: 'mia2_o', ...contractNumber('R-8') })),
		);

		expect(json).toMatchObject([
			{ id: customer, operationResult: 'updated', changedFields: ['web'], notSaved: 'R-8' },
		]);
		expect(school.readRecord('customer', customer)).toMatchObject({
			phone: [PHONE],
			web: ['@mia_o', 'mia2_o'],
			[CONTRACT_FIELD]: 'R-7',
		});
	});

	it('adds no key to an existing customer when all fields are for new records only', async () => {
		school.addLead({ phone: [PHONE], web: ['@mia_o'] });

		const result = await school.runInTurn(
			upsertForm(firstCustomerWith({ phone: PHONE, web: 'mia3_o' }), { options: { onlyForNew: ['all'] } }),
		);

		expect(result).toBe('unchanged');
	});

	it('refuses when several customers have the Telegram name, and names them', async () => {
		const firstLead = school.addLead({ web: ['@mia_o'] });
		const secondLead = school.addLead({ web: ['t.me/mia_o'] });

		const { message } = await school.expectRefused(
			upsertForm(firstCustomerWith({ phone: PHONE, web: 'mia_o' })),
		);

		expect(message).toBe(`2 customers match by Website: ${secondLead} (lead), ${firstLead} (lead)`);
	});

	it('refuses when every key is empty', async () => {
		const { message } = await school.expectRefusedUnsent(
			upsertForm(firstCustomerWith({ phone: ' ', email: null, web: '' })),
		);

		expect(message).toBe(
			"Neither 'Phone' nor 'Email' nor 'Website' is filled, so no customer can be looked for",
		);
	});

	it('refuses when the only filled key is unusable', async () => {
		const { message } = await school.expectRefusedUnsent(
			upsertForm(firstCustomerWith({ web: 'нет', ...contractNumber('') })),
		);

		expect(message).toMatch(/^'Website' holds no usable/);
	});

	it('refuses a value for a custom field that is not chosen', async () => {
		const { message } = await school.expectRefusedUnsent(
			upsertForm(firstCustomerWith({ phone: PHONE, matchValue: 'R-7' })),
		);

		expect(message).toMatch(/^'Custom Field' must be/);
	});
});

describe('Two executions of Create or Update at the same moment', () => {
	it.each([
		{
			sharedKey: 'a Telegram name of First That Is Found',
			first: upsertForm(firstCustomerWith({ phone: PHONE, web: '@mia_o' })),
			second: upsertForm(firstCustomerWith({ web: 't.me/mia_o' })),
		},
		{
			sharedKey: 'a Telegram name, one of them by Website alone',
			first: upsertForm(firstCustomerWith({ phone: PHONE, web: '@mia_o' })),
			second: upsertForm(customerWithWebsite('mia_o')),
		},
		{
			sharedKey: 'the number of a contract',
			first: upsertForm(firstCustomerWith({ email: EMAIL, ...contractNumber('R-7') })),
			second: upsertForm(firstCustomerWith({ phone: PHONE, ...contractNumber('R-7') })),
		},
		{
			sharedKey: 'a Telegram name that one of them only saves',
			first: upsertForm({ matchBy: 'phone', phone: PHONE, fieldsToSet: { web: ['t.me/mia_o'] } }),
			second: upsertForm(firstCustomerWith({ web: 'mia_o' })),
		},
	])('create one customer when they share $sharedKey', async ({ first, second }) => {
		await Promise.all([school.run(first), school.run(second)]);

		expect(school.readRecords('customer')).toHaveLength(1);
	});
});
