import fc from 'fast-check';

import { depth, seed } from '../../support/depth';
import type { MatchKey } from './matchingSchool';
import {
	createForm,
	findForm,
	MatchingSchool,
	phoneFilterForm,
	phoneKey,
	updateForm,
	upsertForm,
	writeBackForm,
} from './matchingSchool';
import { phoneTexts } from './phoneTexts';
import { customerForm } from './school';

const PHONE_A = '+7(900)555-00-01';
const PHONE_B = '+7(900)555-00-02';
const PHONE_C = '+7(900)555-00-03';

let school: MatchingSchool;

beforeEach(() => {
	school = new MatchingSchool();
});

/** Fills 'Match By' with a phone or an email. */
function phoneOrEmailKey(phone: string, email: string): MatchKey {
	return { matchBy: 'phoneOrEmail', phone, email };
}

describe.each([{ filler: '+7 (___) ___-__-__' }, { filler: '+7 (999) 999-99-99' }])(
	'the filler $filler in place of a phone',
	({ filler }) => {
		it.each([
			{ operation: 'Find', form: findForm(phoneKey(filler)) },
			{ operation: 'Create or Update', form: upsertForm(phoneKey(filler), { name: 'Артём' }) },
			{
				operation: 'Create or Update by phone and name',
				form: upsertForm({ matchBy: 'phoneAndName', phone: filler, name: 'Орлова Мия' }),
			},
		])('$operation refuses a filler as the match value although a customer has it', async ({ form }) => {
			school.addLead({ phone: [filler] });

			const { message } = await school.expectRefusedUnsent(form);

			expect(message).toContain("'Phone' holds no usable phone number");
		});

		it('Create or Update creates a customer for each filler when If Match Value Is Unusable says so', async () => {
			const existingId = school.addLead({ phone: [filler] });
			const form = upsertForm(phoneKey(filler), { name: 'Артём' }, { ifKeyEmpty: 'create' });

			const results = await school.runInTurn(form, form);

			expect(results).toBe('created, created');
			expect(school.readRecords('customer')).toMatchObject([
				{ id: existingId, phone: [filler] },
				{ phone: [] },
				{ phone: [] },
			]);
		});

		it('Create or Update by phone or email creates a customer without the filler', async () => {
			const existingId = school.addLead({ phone: [filler] });
			const cardBefore = school.readCustomer(existingId);

			const saved = await school.saveCustomer(
				upsertForm(phoneOrEmailKey(filler, 'eva@example.org'), { name: 'Ева' }),
			);

			expect(saved.operationResult).toBe('created');
			expect(school.readPhones(saved.id)).toEqual([]);
			expect(school.readCustomer(existingId)).toEqual(cardBefore);
		});

		it('Create saves no filler', async () => {
			const { id } = await school.saveCustomer(createForm({ phone: [filler] }));

			expect(school.readPhones(id)).toEqual([]);
		});

		it('Create or Update neither saves a filler among the fields nor updates the customer who has it', async () => {
			const existingId = school.addLead({ phone: [filler] });
			const id = school.addLead({ phone: [PHONE_A] });
			const cardBefore = school.readCustomer(existingId);

			const saved = await school.saveCustomer(
				upsertForm(phoneKey(PHONE_A), { phone: [filler], note: 'Новое' }),
			);

			expect(saved).toMatchObject({ id, changedFields: ['note'] });
			expect(school.readPhones(id)).toEqual([PHONE_A]);
			expect(school.readCustomer(existingId)).toEqual(cardBefore);
		});

		it('Update keeps the phones of the customer when it is given a filler', async () => {
			const id = school.addLead({ phone: [PHONE_A] });

			await school.saveCustomer(updateForm(id, { phone: [filler], note: 'Новое' }));

			expect(school.readCustomer(id)).toMatchObject({ phone: [PHONE_A], note: 'Новое' });
		});
	},
);

describe('a card that holds only a country code, or no number', () => {
	const INCOMPLETE_PHONES = [
		{ phone: '+7' },
		{ phone: '8' },
		{ phone: '+375' },
		{ phone: '0' },
		{ phone: 'неизвестно' },
		{ phone: '120363041234567890@g.us' },
		{ phone: '8900***1234' },
	];

	it.each(INCOMPLETE_PHONES)(
		'Create or Update creates another customer for the same unusable phone: $phone',
		async ({ phone }) => {
			const id = school.addLead({ phone: [phone] });
			const cardBefore = school.readCustomer(id);

			const saved = await school.saveCustomer(
				upsertForm(phoneKey(phone), { name: 'Артём' }, { ifKeyEmpty: 'create' }),
			);

			expect(saved.operationResult).toBe('created');
			expect(school.readCustomer(id)).toEqual(cardBefore);
		},
	);

	it.each(INCOMPLETE_PHONES)(
		'Create or Update creates a customer for a whole number although a card holds $phone',
		async ({ phone }) => {
			school.addLead({ phone: [phone] });

			const saved = await school.saveCustomer(upsertForm(phoneKey(PHONE_A), { name: 'Артём' }));

			expect(saved.operationResult).toBe('created');
		},
	);
});

describe('two spellings of one number', () => {
	const SPELLINGS = [
		{ feature: 'with underscores', spelling: PHONE_A, otherSpelling: '8_900_5550001' },
		{
			feature: 'of Belarus, with slashes',
			spelling: '+375 29 111-22-33',
			otherSpelling: '80/29/111/22/33',
		},
		{
			feature: 'with an extension behind it',
			spelling: PHONE_A,
			otherSpelling: '+7 900 555-00-01 доб. 12',
		},
		{ feature: 'of a list', spelling: PHONE_A, otherSpelling: '1) 8 900 555 00 01' },
		{
			feature: 'behind the +7 that a form begins with',
			spelling: PHONE_A,
			otherSpelling: '+7 8 (900) 555-00-01',
		},
		{
			feature: 'of a landline behind the +7 of a form',
			spelling: '+7(495)111-22-33',
			otherSpelling: '+7 8 495 111-22-33',
		},
		{
			feature: 'with an answer to another question behind it',
			spelling: PHONE_A,
			otherSpelling: '9005550001 2 ребёнка',
		},
		{ feature: 'that a sheet holds as a number', spelling: PHONE_A, otherSpelling: '9005550001.0' },
	];

	it.each(SPELLINGS)(
		'Find returns the customer with $spelling for the number $feature: $otherSpelling',
		async ({ spelling, otherSpelling }) => {
			const id = school.addLead({ phone: [spelling] });

			const ids = await school.findIds(findForm(phoneKey(otherSpelling)));

			expect(ids).toEqual([id]);
		},
	);

	it.each(SPELLINGS)(
		'Find returns the customer with the number $feature, $otherSpelling, for $spelling',
		async ({ spelling, otherSpelling }) => {
			const id = school.addLead({ phone: [otherSpelling] });

			const ids = await school.findIds(findForm(phoneKey(spelling)));

			expect(ids).toEqual([id]);
		},
	);

	it.each(SPELLINGS)(
		'Create or Update does not save the number $feature again: $otherSpelling',
		async ({ spelling, otherSpelling }) => {
			const id = school.addLead({ name: 'Орлова Мия', phone: [spelling] });

			const saved = await school.saveCustomer(upsertForm(phoneKey(otherSpelling), { name: 'Орлова Мия' }));

			expect(saved.operationResult).toBe('unchanged');
			expect(school.readPhones(id)).toEqual([spelling]);
		},
	);

	it('Create or Update saves a number behind the +7 of a form as the number alone', async () => {
		const { id } = await school.saveCustomer(upsertForm(phoneKey('+789005550001'), { name: 'Ева' }));

		expect(school.readPhones(id)).toEqual(['+7(900)555-00-01']);
	});
});

describe('two numbers that look alike', () => {
	it.each([
		{ phone: '+375/29/111/22/33', otherPhone: '+375/29/777/88/99' },
		{ phone: '8_900_555_00_01', otherPhone: '8_900_555_00_11' },
	])('Create or Update creates one customer for $otherPhone beside the one with $phone', async (phones) => {
		const id = school.addLead({ phone: [phones.phone] });
		const form = upsertForm(phoneKey(phones.otherPhone), { name: 'Артём' });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, unchanged');
		expect(await school.findIds(findForm(phoneKey(phones.phone)))).toEqual([id]);
		expect(await school.findIds(findForm(phoneKey(phones.otherPhone)))).toEqual([id + 1]);
	});

	it.each([{ phone: '+77771234567 8' }, { phone: '+998900555001' }])(
		'Find does not take $phone for a number behind the +7 of a form',
		async ({ phone }) => {
			const id = school.addLead({ phone: [phone] });

			expect(await school.findIds(findForm(phoneKey('87712345678')))).toEqual([]);
			expect(await school.findIds(findForm(phoneKey('89005550001')))).toEqual([]);
			expect(await school.findIds(findForm(phoneKey('+7 900 555-00-1')))).toEqual([]);
			expect(await school.findIds(findForm(phoneKey(phone)))).toEqual([id]);
		},
	);
});

describe.each([{ phoneSearch: 'digits' as const }, { phoneSearch: 'text' as const }])(
	'when AlfaCRM compares the $phoneSearch of a phone',
	({ phoneSearch }) => {
		beforeEach(() => {
			school.settings.phoneSearch = phoneSearch;
		});

		it.each([
			{ foreignPhone: '+49 32 550001', russianPhone: '+7(493)255-00-01' },
			{ foreignPhone: '+372 123 4567', russianPhone: '+7(372)123-45-67' },
		])(
			'Find and the filter return only the customer with the foreign number $foreignPhone, and not $russianPhone',
			async ({ foreignPhone, russianPhone }) => {
				const foreigner = school.addLead({ phone: [foreignPhone] });
				school.addLead({ phone: [russianPhone] });

				expect(await school.findIds(findForm(phoneKey(foreignPhone)))).toEqual([foreigner]);
				expect(await school.findIds(phoneFilterForm(foreignPhone))).toEqual([foreigner]);
			},
		);

		it.each([
			{
				typed: '8 493 255-00-01',
				russianPhone: '+7(493)255-00-01',
				foreignPhone: '+49 32 550001',
			},
			{ typed: '4932550001', russianPhone: '+7(493)255-00-01', foreignPhone: '+49 32 550001' },
			{
				typed: '8 372 123 45 67',
				russianPhone: '+7(372)123-45-67',
				foreignPhone: '+372 123 4567',
			},
			{ typed: '3721234567', russianPhone: '+7(372)123-45-67', foreignPhone: '+372 123 4567' },
		])(
			'Find and Create or Update take $typed for $russianPhone, and not for $foreignPhone',
			async ({ typed, russianPhone, foreignPhone }) => {
				const foreigner = school.addLead({ phone: [foreignPhone] });
				const russian = school.addLead({ phone: [russianPhone] });
				const cardBefore = school.readCustomer(foreigner);

				const ids = await school.findIds(findForm(phoneKey(typed)));
				const saved = await school.saveCustomer(upsertForm(phoneKey(typed), { note: 'Новое' }));

				expect(ids).toEqual([russian]);
				expect(saved).toMatchObject({ id: russian });
				expect(school.readCustomer(foreigner)).toEqual(cardBefore);
			},
		);

		it.each([
			{ filter: '0049 170 1234567', phone: '+49 170 1234567' },
			{ filter: '491701234567', phone: '+49 170 1234567' },
			{ filter: '+49 170', phone: '+49 170 1234567' },
			{ filter: '80291112233', phone: '+375 29 111-22-33' },
			{ filter: '029 111-22-33', phone: '+375 29 111-22-33' },
			{ filter: '+375 29', phone: '+375 29 111-22-33' },
			{ filter: '8 900 555 00 01', phone: `${PHONE_A} (мама)` },
			{ filter: '+7(900)', phone: `${PHONE_A} (мама)` },
			{ filter: '900-555', phone: `${PHONE_A} (мама)` },
			{ filter: '55-00-01', phone: `${PHONE_A} (мама)` },
			{ filter: 'тел. 8 900 555-00-01, мама', phone: `${PHONE_A} (мама)` },
		])('the filter $filter of Get Many returns the customer with $phone', async ({ filter, phone }) => {
			const id = school.addLead({ phone: [phone] });

			const ids = await school.findIds(phoneFilterForm(filter));

			expect(ids).toEqual([id]);
		});
	},
);

describe('Get Many with the filter by a phone', () => {
	it.each([
		{ filter: '8 900 555 00 01, 8 900 555 00 02' },
		{ filter: '900-555, 900-556' },
		{ filter: 'мама' },
	])('refuses a filter with two numbers or none: $filter', async ({ filter }) => {
		const { message } = await school.expectRefusedUnsent(phoneFilterForm(filter));

		expect(message).toContain("'Phone' must be one phone number, or at least 3 digits of it");
	});

	it.each([{ filter: '12' }, { filter: '+7' }, { filter: '+7 (___) ___-__-__' }])(
		'refuses a filter that everybody would pass, and quotes it: $filter',
		async ({ filter }) => {
			const { message } = await school.expectRefusedUnsent(phoneFilterForm(filter));

			expect(message).toContain('at least 3 digits');
			expect(message).toContain(filter);
		},
	);
});

/** As cells of a sheet hold them: two numbers, and no comma. */
describe.each([
	{ twoNumbers: '8 900 555 00 01 / 8 900 555 00 02' },
	{ twoNumbers: 'Мама (89005550001) Папа (89005550002)' },
])('two numbers in one text: $twoNumbers', ({ twoNumbers }) => {
	it('Create or Update adds the second number to the customer whom it finds by the first', async () => {
		const id = school.addLead({ phone: [PHONE_A] });
		const form = upsertForm(phoneKey(twoNumbers));

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readPhones(id)).toEqual([PHONE_A, PHONE_B]);
	});

	it('Create or Update adds the first number of the fields to the customer who has the second', async () => {
		const id = school.addLead({ phone: [PHONE_B], email: ['eva@example.org'] });

		await school.saveCustomer(
			upsertForm({ matchBy: 'email', email: 'eva@example.org' }, { phone: [twoNumbers] }),
		);

		expect(school.readPhones(id)).toEqual([PHONE_B, PHONE_A]);
	});

	it('Create saves the text as two numbers', async () => {
		const { id } = await school.saveCustomer(createForm({ phone: [twoNumbers] }));

		expect(school.readPhones(id)).toEqual([PHONE_A, PHONE_B]);
	});

	it('Create or Update changes nothing when the text of a card is written back', async () => {
		const id = school.addLead({ phone: [twoNumbers] });

		const saved = await school.saveCustomer(writeBackForm(id, twoNumbers));

		expect(saved.operationResult).toBe('unchanged');
		expect(school.readPhones(id)).toEqual([twoNumbers]);
	});

	it('Create or Update replaces the text of a card with one of its numbers', async () => {
		const id = school.addLead({ phone: [twoNumbers] });

		const saved = await school.saveCustomer(writeBackForm(id, '89005550002'));

		expect(saved.operationResult).toBe('updated');
		expect(school.readPhones(id)).toEqual([PHONE_B]);
	});
});

describe('a number behind the extension of another number', () => {
	it('Create or Update finds the customer with the second number, and adds the first with its extension', async () => {
		const id = school.addLead({ phone: [PHONE_B] });
		const form = upsertForm(phoneKey('8 900 555 00 01 доб. 12 8 900 555 00 02'));

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readPhones(id)).toEqual([PHONE_B, '8 900 555 00 01 доб. 12']);
	});
});

describe.each([
	{ phones: [PHONE_A, 'папа, +49 170 1234567'] },
	{ phones: ['мама +375 29 123-45-67', '+49 170 1234567, доб. 5', 'не звонить'] },
])('the phones $phones in one text, as Simplify shows them', ({ phones }) => {
	let id: number;
	let simplifiedPhones: string;

	beforeEach(async () => {
		id = school.addLead({ phone: phones });
		const simplified = await school.saveCustomer(customerForm('get', { id, simplify: true }));
		simplifiedPhones = String(simplified.phone);
	});

	it('Update leaves the phones of the card as they are', async () => {
		await school.saveCustomer(updateForm(id, { phone: [simplifiedPhones] }));

		expect(school.readPhones(id)).toEqual(phones);
	});

	it('Create or Update leaves the phones of the card as they are when it replaces lists', async () => {
		const saved = await school.saveCustomer(writeBackForm(id, simplifiedPhones));

		expect(saved.operationResult).toBe('unchanged');
		expect(school.readPhones(id)).toEqual(phones);
	});

	it('Create saves the text as the same list of phones', async () => {
		const created = await school.saveCustomer(createForm({ phone: [simplifiedPhones] }));

		expect(school.readPhones(created.id)).toEqual(phones);
	});
});

/** A narrow column of a sheet shows a long number like this, and exports it like this. */
describe.each([{ rounded: '7,90056E+10' }, { rounded: '7.90056E+10; 7,90057E+10' }])(
	'the phone $rounded that a sheet has rounded',
	({ rounded }) => {
		it.each([
			{ operation: 'Find', form: findForm(phoneKey(rounded)) },
			{
				operation: 'Create or Update with it as the match value',
				form: upsertForm(phoneKey(rounded), { name: 'Ева' }),
			},
			{
				operation: 'Create or Update with it in a list of the fields',
				form: upsertForm(phoneKey(PHONE_A), { phone: [PHONE_B, rounded] }),
			},
			{
				operation: 'Create or Update with it in a text of the fields',
				form: upsertForm(phoneKey(PHONE_A), { phone: `${PHONE_B}, ${rounded}` }),
			},
		])('$operation refuses a rounded phone although a customer has the same text', async ({ form }) => {
			school.addLead({ phone: [rounded] });
			school.addLead({ phone: [PHONE_A] });

			const { message } = await school.expectRefusedUnsent(form);

			expect(message).toContain("'Phone' must be");
		});

		it('Create or Update finds a customer by the number beside a rounded one, and keeps both', async () => {
			const id = school.addLead({ phone: [rounded, PHONE_A] });

			const saved = await school.saveCustomer(upsertForm(phoneKey('89005550001'), { note: 'Новое' }));

			expect(saved).toMatchObject({ id, note: 'Новое' });
			expect(school.readPhones(id)).toEqual([rounded, PHONE_A]);
		});
	},
);

describe('several numbers under Match By', () => {
	const BOTH_PHONES = `${PHONE_A}, ${PHONE_B}`;

	it.each([
		{ typed: '+7(900)555-00-01, +7(900)555-00-02' },
		{ typed: 'Анна +7(900)555-00-01, муж +7(900)555-00-02' },
		{ typed: '+7(900)555-00-01\n+7(900)555-00-02' },
	])('Find returns the customer with the first number: $typed', async ({ typed }) => {
		const first = school.addLead({ phone: [PHONE_A] });
		school.addLead({ phone: [PHONE_B] });

		const ids = await school.findIds(findForm(phoneKey(typed)));

		expect(ids).toEqual([first]);
	});

	it.each([
		{ typed: '+7(900)555-00-01, +7(900)555-00-02' },
		{ typed: 'Анна +7(900)555-00-01, муж +7(900)555-00-02' },
		{ typed: '+7(900)555-00-01\n+7(900)555-00-02' },
	])(
		'Create or Update takes the customer with the first number and leaves the second: $typed',
		async ({ typed }) => {
			const first = school.addLead({ phone: [PHONE_A] });
			const second = school.addLead({ phone: [PHONE_B] });

			const saved = await school.saveCustomer(upsertForm(phoneKey(typed), { name: 'Анна' }));

			expect(saved).toMatchObject({ id: first });
			expect(school.readPhones(second)).toEqual([PHONE_B]);
		},
	);

	it('Find returns the customer with the second number when nobody has the first', async () => {
		const second = school.addLead({ phone: [PHONE_B] });

		const ids = await school.findIds(findForm(phoneKey(BOTH_PHONES)));

		expect(ids).toEqual([second]);
	});

	it.each([
		{ ifArchived: 'update' },
		{ ifArchived: 'restore' },
		{ ifArchived: 'create' },
		{ ifArchived: 'skip' },
	])(
		'Create or Update prefers an active customer with the second number to an archived one with the first (If the Match Is Archived: $ifArchived)',
		async ({ ifArchived }) => {
			const archived = school.addArchivedLead({ phone: [PHONE_A] });
			const active = school.addLead({ phone: [PHONE_B] });

			const saved = await school.saveCustomer(
				upsertForm(phoneKey(BOTH_PHONES), { note: 'Новое' }, { ifArchived }),
			);

			expect(saved).toMatchObject({ id: active, note: 'Новое' });
			expect(school.readPhones(archived)).toEqual([PHONE_A]);
		},
	);

	it('Find without archived customers returns the active one with the second number', async () => {
		school.addArchivedLead({ phone: [PHONE_A] });
		const active = school.addLead({ phone: [PHONE_B] });

		const ids = await school.findIds(findForm(phoneKey(BOTH_PHONES), { archived: false }));

		expect(ids).toEqual([active]);
	});

	it('Find returns the customers of both numbers when Return All is chosen', async () => {
		const first = school.addLead({ phone: [PHONE_A] });
		const second = school.addLead({ phone: [PHONE_B] });

		const ids = await school.findIds(findForm(phoneKey(BOTH_PHONES), { ifSeveral: 'all' }));

		expect(ids).toEqual([second, first]);
	});

	it.each([
		{ ifSeveral: 'newest', phonesOfSecond: [PHONE_B] },
		{ ifSeveral: 'all', phonesOfSecond: [PHONE_B, PHONE_C] },
		{ ifSeveral: 'refuse', phonesOfSecond: [PHONE_B] },
	])(
		'Create or Update adds the third number, gives nobody the number of another and names it in notSaved (If Several Match: $ifSeveral)',
		async ({ ifSeveral, phonesOfSecond }) => {
			const first = school.addLead({ phone: [PHONE_A] });
			const second = school.addLead({ phone: [PHONE_B] });

			const { json } = await school.run(
				upsertForm(phoneKey(`${BOTH_PHONES}, ${PHONE_C}`), {}, { ifSeveral }),
			);

			expect(school.readPhones(first)).toEqual([PHONE_A, PHONE_C]);
			expect(school.readPhones(second)).toEqual(phonesOfSecond);
			expect(json[0].notSaved).toContain(PHONE_B);
		},
	);

	it('Create or Update gives nobody the number of another when the numbers are in JSON too', async () => {
		const first = school.addLead({ phone: [PHONE_A] });
		const second = school.addLead({ phone: [PHONE_B] });
		const form = {
			...upsertForm(phoneKey(BOTH_PHONES)),
			inputMode: 'json',
			json: `{ "phone": "${BOTH_PHONES}", "note": "Новое" }`,
		};

		const saved = await school.saveCustomer(form);

		expect(saved).toMatchObject({ id: first, note: 'Новое' });
		expect(school.readPhones(first)).toEqual([PHONE_A]);
		expect(school.readPhones(second)).toEqual([PHONE_B]);
	});

	it.each([{ ifSeveral: 'newest' }, { ifSeveral: 'all' }])(
		'Create or Update takes the phone from nobody when one customer has it and another has the email (If Several Match: $ifSeveral)',
		async ({ ifSeveral }) => {
			const first = school.addLead({ phone: [PHONE_A] });
			const second = school.addLead({ phone: [PHONE_B], email: ['mia@example.org'] });

			await school.run(upsertForm(phoneOrEmailKey(PHONE_A, 'mia@example.org'), {}, { ifSeveral }));

			expect(school.readPhones(first)).toContain(PHONE_A);
			expect(school.readPhones(second)).toContain(PHONE_B);
		},
	);

	it('Create or Update stops when one customer has the second number and another has the email', async () => {
		school.addLead({ phone: [PHONE_B] });
		school.addLead({ email: ['mia@example.org'] });

		const { message } = await school.expectRefused(
			upsertForm(phoneOrEmailKey(BOTH_PHONES, 'mia@example.org')),
		);

		expect(message).toContain('2 customers match');
	});
});

describe('a number beside words or other digits', () => {
	const TEXTS_BEFORE = [
		{ before: 'после 18 ' },
		{ before: 'после 18.00 ' },
		{ before: 'с 18-00 ' },
		{ before: '12.05.2015 ' },
		{ before: 'ул. Ленина 15 ' },
		{ before: 'школа 1530 ' },
		{ before: 'Миа 8 ' },
		{ before: 'с 9 до 18 ' },
		{ before: 'с 10.00-18.00 ' },
		{ before: '18.00-20.00 ' },
		{ before: 'Миа 7 лет, после 18 ' },
		{ before: 'Ленина 15 кв 17 ' },
		{ before: '№12 ' },
		{ before: 'договор 12345 ' },
		{ before: 'заявка № 12345 ' },
		{ before: 'дети 2015 и 2018 ' },
		{ before: 'ул. Ленина, 15, кв. 17 ' },
	];

	it.each(TEXTS_BEFORE)('Find finds a number behind "$before" in every spelling', async ({ before }) => {
		const id = school.addLead({ phone: [PHONE_A] });

		expect(await school.findIds(findForm(phoneKey(`${before}8 900 555-00-01`)))).toEqual([id]);
		expect(await school.findIds(findForm(phoneKey(`${before}89005550001`)))).toEqual([id]);
		expect(await school.findIds(findForm(phoneKey(`${before}+7 (900) 555-00-01`)))).toEqual([id]);
	});

	it('Find finds a landline number behind a time', async () => {
		const id = school.addLead({ phone: ['+7(495)123-45-67'] });

		const ids = await school.findIds(findForm(phoneKey('после 18 8 495 123-45-67')));

		expect(ids).toEqual([id]);
	});

	it.each([
		{ typed: '8 (900) 555-00-01 8 (900) 555-00-02' },
		{ typed: '+7(900)555-00-01 +7(900)555-00-02' },
		{ typed: '(900) 555-00-01 8 (900) 555-00-02' },
		{ typed: '8.(900).555.00.01 8.(900).555.00.02' },
		{ typed: 'Миа 8 900 555-00-01 8 900 555-00-02' },
	])('Find finds the first of two numbers with only a blank between them: $typed', async ({ typed }) => {
		const id = school.addLead({ phone: [PHONE_A] });
		school.addLead({ phone: [PHONE_B] });

		const ids = await school.findIds(findForm(phoneKey(typed), { ifSeveral: 'all' }));

		expect(ids).toContain(id);
	});

	it.each([
		{ typed: 'мама 8 843 233-00-01, 8 900 555-00-02' },
		{ typed: 'тел. 8 843 233-00-01\n8 831 222-33-44' },
	])('Find reads the first number without digits of the second: $typed', async ({ typed }) => {
		school.addLead({ phone: [PHONE_B] });
		const id = school.addLead({ phone: ['+7(843)233-00-01'] });

		const ids = await school.findIds(findForm(phoneKey(typed), { ifSeveral: 'newest' }));

		expect(ids).toEqual([id]);
	});

	it.each([
		{ typed: '8495-123-4567 8 900 555-00-01', firstNumber: '8495-123-4567' },
		{ typed: '900-123-4567 8 900 555-00-01', firstNumber: '900-123-4567' },
	])('Find reads the whole first number of $typed', async ({ typed, firstNumber }) => {
		school.addLead({ phone: [PHONE_A] });
		const id = school.addLead({ phone: [firstNumber] });

		const ids = await school.findIds(findForm(phoneKey(typed), { ifSeveral: 'newest' }));

		expect(ids).toEqual([id]);
	});

	it('Find returns the customer with the first number, whatever stands around it', async () => {
		await fc.assert(
			fc.asyncProperty(phoneTexts, async ({ numbers, text }) => {
				school = new MatchingSchool();
				for (const number of numbers) {
					school.addLead({ phone: [number] });
				}
				const firstCustomer = 1;

				const ids = await school.findIds(findForm(phoneKey(text), { ifSeveral: 'newest' }));

				expect(ids.at(0)).toBe(firstCustomer);
			}),
			{ seed, numRuns: depth.examplePhones },
		);
	});
});

describe('the field notSaved of Create or Update', () => {
	it('the field notSaved of Create or Update has the number with the words beside it when the card has the number alone', async () => {
		school.addLead({ phone: [PHONE_A] });

		const saved = await school.saveCustomer(upsertForm(phoneKey(`${PHONE_A} звонить после 19`)));

		expect(saved.notSaved).toBe('+7(900)555-00-01 звонить после 19');
	});

	it('the field notSaved of Create or Update is empty when the card has the number with the same words', async () => {
		school.addLead({ phone: [`${PHONE_B} (мама)`] });

		const saved = await school.saveCustomer(upsertForm(phoneKey(`${PHONE_B} (мама)`)));

		expect(saved.notSaved).toBe('');
	});

	it('the field notSaved of Create or Update has the name, the email and the phones when Set Only on Creation keeps them from the card', async () => {
		const id = school.addLead({ phone: [PHONE_A] });

		const saved = await school.saveCustomer(
			upsertForm(
				phoneKey(`${PHONE_A}, ${PHONE_B}`),
				{ name: 'Анна', email: ['anna@example.org'], is_study: 1 },
				{ onlyForNew: ['all'] },
			),
		);

		expect(saved).toMatchObject({
			id,
			notSaved: 'Анна, anna@example.org, +7(900)555-00-01, +7(900)555-00-02',
		});
	});

	it('the field notSaved of Create or Update is empty for a new customer, who gets everything', async () => {
		const saved = await school.saveCustomer(
			upsertForm(
				phoneKey('8 900 000 77 01'),
				{ name: 'Анна', email: ['anna@example.org'], is_study: 1 },
				{ onlyForNew: ['all'] },
			),
		);

		expect(saved).toMatchObject({ operationResult: 'created', notSaved: '' });
	});
});
