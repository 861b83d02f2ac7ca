import type { IDataObject } from 'n8n-workflow';

import { customerForm, OTHER_PHONE, PHONE, SmallSchool } from './school';

const EMAIL = 'mia@school.example';
const CONTRACT_FIELD = 'custom_dogovor';

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
});

/** Makes the form of Find. */
const findForm = (matchParameters: IDataObject, options: IDataObject = {}): IDataObject =>
	customerForm('find', { ...matchParameters, options });

/** Makes the form of Create or Update. */
const upsertForm = (matchParameters: IDataObject, parameters: IDataObject = {}): IDataObject =>
	customerForm('upsert', { name: 'Орлова Мия', ...matchParameters, ...parameters });

/** Makes the parameters that match a customer by Telegram name or website. */
const matchByWebsite = (web: unknown): IDataObject => ({ matchBy: 'web', web: web as string });

/**
 * Makes the parameters of First That Is Found. The node searches by phone; if nobody has it, by email, then
 * by website, then by the custom field.
 */
const matchByFirstFound = (keys: IDataObject): IDataObject => ({ matchBy: 'firstFound', ...keys });

/** Makes the parameters that search by the number of a contract, which is in a custom field. */
const contractKey = (matchValue: string): IDataObject => ({ matchField: CONTRACT_FIELD, matchValue });

/** Runs a form and counts the calls by which it listed customers. */
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
		// Another customer has a similar name in Telegram, and that name at VK.
		school.addLead({ web: ['https://vk.com/masha_orlova', 't.me/masha_orlova2'], phone: [PHONE] });
	});

	it('Find finds the customer whose card has the Telegram name in another spelling', async () => {
		const { json } = await school.run(findForm(matchByWebsite(web)));

		expect(json).toMatchObject([{ id: customer }]);
	});

	it('Create or Update changes nothing when the card has the Telegram name in another spelling', async () => {
		const { json } = await school.run(upsertForm(matchByWebsite(web)));

		expect(json).toMatchObject([{ id: customer, operationResult: 'unchanged', notSaved: '' }]);
		expect(school.readWrites()).toEqual([]);
	});
});

describe('Match By Telegram or Website', () => {
	it.each([{ web: 123456789 }, { web: '123456789' }, { web: 'tg://user?id=123456789' }])(
		'Find finds a customer by a Telegram number, written as $web',
		async ({ web }) => {
			const customer = school.addLead({ web: ['123456789'] });
			school.addLead({ web: ['1234567890'] });

			const { json } = await school.run(findForm(matchByWebsite(web)));

			expect(json).toMatchObject([{ id: customer }]);
		},
	);

	it('Create or Update creates one customer for three spellings of a Telegram name', async () => {
		const results = await school.runInTurn(
			upsertForm(matchByWebsite('@mia_o')),
			upsertForm(matchByWebsite('t.me/mia_o')),
			upsertForm(matchByWebsite('mia_o')),
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
	])(
		'Create or Update refuses the website "$web", which identifies nobody, although a card has it',
		async ({ web, message }) => {
			school.addLead({ web: [web] });

			const error = await school.expectRefusedUnsent(upsertForm(matchByWebsite(web)));

			expect(error.message).toBe(`${message}, so no customer can be looked for`);
		},
	);
});

describe('Create or Update by Telegram for several items', () => {
	/** Adds 120 leads with the Telegram names name_0 to name_119: several pages of customers. */
	function addLeadsWithTelegram(): void {
		for (let index = 0; index < 120; index++) {
			school.addLead({ web: [`t.me/name_${index}`] });
		}
	}

	/** Runs Create or Update for two known Telegram names and, twice, for a new one. */
	const upsertThreeCustomers = async () =>
		await school.run(upsertForm(matchByWebsite('')), {
			parametersByItem: [
				{ web: '@name_7' },
				{ web: 'new_name' },
				{ web: 't.me/name_9' },
				{ web: '@NEW_name' },
			],
		});

	it('Create or Update finds customers on every page of the list, and creates a new one only once', async () => {
		addLeadsWithTelegram();

		const { json } = await upsertThreeCustomers();

		expect(json).toMatchObject([
			{ operationResult: 'unchanged' },
			{ operationResult: 'created' },
			{ operationResult: 'unchanged' },
			{ operationResult: 'unchanged' },
		]);
	});

	it('Create or Update lists the customers once for all items', async () => {
		addLeadsWithTelegram();

		await upsertThreeCustomers();

		// Several pages in each of the two branches.
		expect(school.readRequests('customer/index').length).toBeLessThanOrEqual(8);
	});

	it('Create or Update sends no filter by website, because AlfaCRM has none', async () => {
		addLeadsWithTelegram();

		await upsertThreeCustomers();

		const bodies = school.readRequests('customer/index').map(({ body }) => body);
		expect(bodies).not.toHaveLength(0);
		expect(bodies).not.toContainEqual(expect.objectContaining({ web: expect.anything() as unknown }));
	});
});

describe('Create or Update by Telegram with further websites', () => {
	const form = upsertForm(matchByWebsite('mia_o'), {
		fieldsToSet: { web: ['@Mia_O', 'vk.com/mia', '@mia_o (мама)'] },
	});

	it('Create or Update adds the websites that the card lacks', async () => {
		const customer = school.addLead({ web: ['t.me/mia_o'] });

		const { json } = await school.run(form);

		expect(json).toMatchObject([{ operationResult: 'updated', notSaved: '' }]);
		expect(school.readRecord('customer', customer).web).toEqual([
			't.me/mia_o',
			'vk.com/mia',
			'@mia_o (мама)',
		]);
	});

	it('Create or Update changes nothing when it adds websites for the second time', async () => {
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

	/** Adds four leads. Each can be found by only one of the four keys. */
	function addFourLeads(): void {
		school.addLead({ id: LEAD_WITH_PHONE, phone: [PHONE] });
		school.addLead({ id: LEAD_WITH_EMAIL, email: [EMAIL] });
		school.addLead({ id: LEAD_WITH_TELEGRAM, web: ['t.me/mia_o'] });
		school.addLead({ id: LEAD_WITH_CONTRACT, [CONTRACT_FIELD]: 'R-7' });
	}

	it.each([
		{
			reason: 'by phone, although the other keys match other leads',
			lead: LEAD_WITH_PHONE,
			phone: PHONE,
			email: EMAIL,
			web: 'mia_o',
		},
		{
			reason: 'by email when nobody has the phone',
			lead: LEAD_WITH_EMAIL,
			phone: OTHER_PHONE,
			email: EMAIL,
			web: 'mia_o',
		},
		{
			reason: 'by Telegram name when phone and email are empty',
			lead: LEAD_WITH_TELEGRAM,
			phone: '',
			email: null,
			web: 'mia_o',
		},
		{
			reason: 'by the number of the contract when nobody can be found by the other keys',
			lead: LEAD_WITH_CONTRACT,
			phone: 'нет',
			email: '',
			web: '@other_o',
		},
	])('First That Is Found finds the lead $reason', async ({ lead, phone, email, web }) => {
		addFourLeads();

		const { json } = await school.run(
			findForm(matchByFirstFound({ phone, email, web, ...contractKey('R-7') })),
		);

		expect(json).toMatchObject([{ id: lead }]);
	});

	it('First That Is Found does not search by the other keys when somebody has the phone', async () => {
		addFourLeads();

		const callsForPhone = await countListCalls(findForm(matchByFirstFound({ phone: PHONE })));
		const callsForAllKeys = await countListCalls(
			findForm(matchByFirstFound({ phone: PHONE, email: EMAIL, web: 'mia_o', ...contractKey('R-7') })),
		);

		expect(callsForAllKeys).toBe(callsForPhone);
	});

	it('First That Is Found finds the customer with the phone, although another one has the email', async () => {
		const customerWithPhone = school.addLead({ phone: [PHONE] });
		school.addLead({ email: [EMAIL] });

		const { json } = await school.run(findForm(matchByFirstFound({ phone: PHONE, email: EMAIL })));

		expect(json).toMatchObject([{ id: customerWithPhone }]);
	});

	it('Phone or Email is refused when one customer has the phone and another one has the email', async () => {
		const customerWithPhone = school.addLead({ phone: [PHONE] });
		const customerWithEmail = school.addLead({ email: [EMAIL] });

		const { message } = await school.expectRefused(
			findForm({ matchBy: 'phoneOrEmail', phone: PHONE, email: EMAIL }),
		);

		expect(message).toBe(
			`2 customers match by Phone or Email: ${customerWithEmail} (lead), ${customerWithPhone} (lead)`,
		);
	});

	it('Find is refused when several customers have the Telegram name, and names them', async () => {
		const firstLead = school.addLead({ web: ['@mia_o'] });
		const secondLead = school.addLead({ web: ['t.me/mia_o'] });

		const { message } = await school.expectRefused(
			findForm(matchByFirstFound({ phone: PHONE, web: 'mia_o' })),
		);

		// The newest customer is named first.
		expect(message).toBe(`2 customers match by Website: ${secondLead} (lead), ${firstLead} (lead)`);
	});

	it('Find returns all customers with the Telegram name when If Several Match is Return All', async () => {
		const firstLead = school.addLead({ web: ['@mia_o'] });
		const secondLead = school.addLead({ web: ['t.me/mia_o'] });

		const { json } = await school.run(
			findForm(matchByFirstFound({ phone: PHONE, web: 'mia_o' }), { ifSeveral: 'all' }),
		);

		expect(json).toMatchObject([{ id: secondLead }, { id: firstLead }]);
	});

	it('Find names the keys that it has searched by when nobody has any of them', async () => {
		const { message } = await school.expectRefused(
			findForm(matchByFirstFound({ phone: PHONE, web: 'mia_o' })),
		);

		expect(message).toMatch(/^AlfaCRM has no customer with this phone or website in/);
	});

	it('Find returns an item without a customer when nobody matches and If None Matches is Return an Item', async () => {
		const { json } = await school.run(findForm(matchByFirstFound({ phone: PHONE }), { ifNone: 'item' }));

		expect(json).toEqual([{ matchFound: false }]);
	});
});

describe('First That Is Found with an archived customer', () => {
	const matchParameters = matchByFirstFound({ phone: PHONE, web: 'mia_o' });
	/** Adds a lead whose last day has passed, which means that the lead is archived. */
	const addArchivedLeadWithPhone = (): number => school.addLead({ phone: [PHONE], e_date: '2025-01-31' });
	/** Adds an active lead who has neither the phone nor the Telegram name. */
	const addLeadWithoutKeys = (): number => school.addLead({ web: [] });

	it('Find prefers an active customer with the Telegram name to an archived one with the phone', async () => {
		addArchivedLeadWithPhone();
		const activeLead = school.addLead({ web: ['@mia_o'] });

		const { json } = await school.run(findForm(matchParameters));

		expect(json).toMatchObject([{ id: activeLead }]);
	});

	it('Find returns the active customer when Include Archived is off', async () => {
		addArchivedLeadWithPhone();
		const activeLead = school.addLead({ web: ['@mia_o'] });

		const { json } = await school.run(findForm(matchParameters, { archived: false }));

		expect(json).toMatchObject([{ id: activeLead }]);
	});

	it('Find returns the archived customer when no active one matches', async () => {
		const archivedLead = addArchivedLeadWithPhone();
		addLeadWithoutKeys();

		const { json } = await school.run(findForm(matchParameters));

		expect(json).toMatchObject([{ id: archivedLead }]);
	});

	it('Create or Update creates a customer beside the archived one when Create a New One is chosen for archived ones', async () => {
		addArchivedLeadWithPhone();
		addLeadWithoutKeys();

		const result = await school.runInTurn(upsertForm(matchParameters, { options: { ifArchived: 'create' } }));

		expect(result).toBe('created');
	});
});

describe('Create or Update by First That Is Found', () => {
	const ALL_KEYS: IDataObject = { phone: PHONE, email: EMAIL, web: '@mia_o', ...contractKey('R-7') };

	it('Create or Update saves all keys in a new customer', async () => {
		const result = await school.runInTurn(upsertForm(matchByFirstFound(ALL_KEYS)));

		expect(result).toBe('created');
		expect(school.readRecords('customer')).toMatchObject([
			{ phone: [PHONE], email: [EMAIL], web: ['@mia_o'], [CONTRACT_FIELD]: 'R-7' },
		]);
	});

	it.each([
		{ keys: 'all keys', matchParameters: ALL_KEYS },
		{ keys: 'the email', matchParameters: { email: EMAIL } },
		{ keys: 'the Telegram name', matchParameters: { web: 't.me/MIA_O' } },
		{ keys: 'the number of the contract', matchParameters: contractKey('R-7') },
		{ keys: 'the phone', matchParameters: { phone: '89005550001' } },
	])('Create or Update finds the customer that it created, by $keys', async ({ matchParameters }) => {
		await school.run(upsertForm(matchByFirstFound(ALL_KEYS)));

		const result = await school.runInTurn(upsertForm(matchByFirstFound(matchParameters)));

		expect(result).toBe('unchanged');
	});

	it('Create or Update saves the keys that the customer lacks', async () => {
		const customer = school.addLead({ web: ['@mia_o'] });

		const { json } = await school.run(
			upsertForm(matchByFirstFound({ phone: PHONE, web: 'mia_o', ...contractKey('R-7') })),
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

	it('Create or Update adds a second Telegram name, but does not replace the number of the contract and says so', async () => {
		const customer = school.addLead({ phone: [PHONE], web: ['@mia_o'], [CONTRACT_FIELD]: 'R-7' });

		const { json } = await school.run(
			upsertForm(matchByFirstFound({ phone: PHONE, web: 'mia2_o', ...contractKey('R-8') })),
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

	it('Create or Update saves no key in an existing customer when all fields are for new records only', async () => {
		school.addLead({ phone: [PHONE], web: ['@mia_o'] });

		const result = await school.runInTurn(
			upsertForm(matchByFirstFound({ phone: PHONE, web: 'mia3_o' }), { options: { onlyForNew: ['all'] } }),
		);

		expect(result).toBe('unchanged');
	});

	it('Create or Update is refused when several customers have the Telegram name, and names them', async () => {
		const firstLead = school.addLead({ web: ['@mia_o'] });
		const secondLead = school.addLead({ web: ['t.me/mia_o'] });

		const { message } = await school.expectRefused(
			upsertForm(matchByFirstFound({ phone: PHONE, web: 'mia_o' })),
		);

		// The newest customer is named first.
		expect(message).toBe(`2 customers match by Website: ${secondLead} (lead), ${firstLead} (lead)`);
	});

	it('Create or Update is refused when every key is empty', async () => {
		const { message } = await school.expectRefusedUnsent(
			upsertForm(matchByFirstFound({ phone: ' ', email: null, web: '' })),
		);

		expect(message).toBe(
			"Neither 'Phone' nor 'Email' nor 'Website' is filled, so no customer can be looked for",
		);
	});

	it('Create or Update is refused when the only key that is filled identifies nobody', async () => {
		const { message } = await school.expectRefusedUnsent(
			upsertForm(matchByFirstFound({ web: 'нет', ...contractKey('') })),
		);

		expect(message).toMatch(/^'Website' holds no usable/);
	});

	it('Create or Update refuses a value of a custom field when no custom field is chosen', async () => {
		const { message } = await school.expectRefusedUnsent(
			upsertForm(matchByFirstFound({ phone: PHONE, matchValue: 'R-7' })),
		);

		expect(message).toMatch(/^'Custom Field' must be/);
	});
});

describe('Two executions of Create or Update at the same moment', () => {
	it.each([
		{
			situation: 'both search by the same Telegram name with First That Is Found',
			firstForm: upsertForm(matchByFirstFound({ phone: PHONE, web: '@mia_o' })),
			secondForm: upsertForm(matchByFirstFound({ web: 't.me/mia_o' })),
		},
		{
			situation: 'one searches by a Telegram name with First That Is Found, and the other with Website',
			firstForm: upsertForm(matchByFirstFound({ phone: PHONE, web: '@mia_o' })),
			secondForm: upsertForm(matchByWebsite('mia_o')),
		},
		{
			situation: 'both search by the same number of a contract',
			firstForm: upsertForm(matchByFirstFound({ email: EMAIL, ...contractKey('R-7') })),
			secondForm: upsertForm(matchByFirstFound({ phone: PHONE, ...contractKey('R-7') })),
		},
		{
			situation: 'one saves the Telegram name by which the other searches',
			firstForm: upsertForm({ matchBy: 'phone', phone: PHONE, fieldsToSet: { web: ['t.me/mia_o'] } }),
			secondForm: upsertForm(matchByFirstFound({ web: 'mia_o' })),
		},
	])(
		'two executions of Create or Update create one customer when $situation',
		async ({ firstForm, secondForm }) => {
			await Promise.all([school.run(firstForm), school.run(secondForm)]);

			expect(school.readRecords('customer')).toHaveLength(1);
		},
	);
});
