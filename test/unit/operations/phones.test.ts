import fc from 'fast-check';

import { CUSTOMER_TYPE } from '../../support/codes';
import { depth, seed } from '../../support/depth';
import type { MatchKey } from './matchingSchool';
import {
	CREATE_IF_VALUE_IS_UNUSABLE,
	createForm,
	findForm,
	MatchingSchool,
	phoneFilterForm,
	phoneKey,
	SET_ALL_ONLY_ON_CREATION,
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

/** Fillers are digits or marks that people leave or type where they do not want to give a phone. */
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
		])(
			'$operation refuses a filler as the phone to search for, although a customer has it',
			async ({ form }) => {
				school.addLead({ phone: [filler] });

				const { message } = await school.expectRefusedUnsent(form);

				expect(message).toContain("'Phone' holds no usable phone number");
			},
		);

		it("Create or Update creates a customer without a phone in each run with a filler when 'If Match Value Is Unusable' is 'Create'", async () => {
			const existingId = school.addLead({ phone: [filler] });
			const form = upsertForm(phoneKey(filler), { name: 'Артём' }, CREATE_IF_VALUE_IS_UNUSABLE);

			const results = await school.runInTurn(form, form);

			expect(results).toBe('created, created');
			expect(school.readRecords('customer')).toMatchObject([
				{ id: existingId, phone: [filler] },
				{ phone: [] },
				{ phone: [] },
			]);
		});

		it('Create or Update by phone or email creates a customer without a phone when the phone is a filler that another customer has', async () => {
			const existingId = school.addLead({ phone: [filler] });
			const cardBefore = school.readCustomer(existingId);

			const saved = await school.saveCustomer(
				upsertForm(phoneOrEmailKey(filler, 'eva@example.org'), { name: 'Ева' }),
			);

			expect(saved.operationResult).toBe('created');
			expect(school.readPhones(saved.id)).toEqual([]);
			expect(school.readCustomer(existingId)).toEqual(cardBefore);
		});

		it('Create leaves out a filler in place of a phone', async () => {
			const { id } = await school.saveCustomer(createForm({ phone: [filler] }));

			expect(school.readPhones(id)).toEqual([]);
		});

		it('Create or Update leaves out a filler among the fields, and changes nothing of another customer who has it', async () => {
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

		it('Update keeps the phones of a customer when the new phone is a filler', async () => {
			const id = school.addLead({ phone: [PHONE_A] });

			await school.saveCustomer(updateForm(id, { phone: [filler], note: 'Новое' }));

			expect(school.readCustomer(id)).toMatchObject({ phone: [PHONE_A], note: 'Новое' });
		});
	},
);

describe('a card that holds only a country code, or no number', () => {
	const TEXTS_WITHOUT_PHONE = [
		{ phone: '+7' },
		{ phone: '8' },
		{ phone: '+375' },
		{ phone: '0' },
		{ phone: 'неизвестно' },
		{ phone: '120363041234567890@g.us' },
		{ phone: '8900***1234' },
	];

	it.each(TEXTS_WITHOUT_PHONE)(
		"Create or Update creates a second customer with $phone in place of a phone when 'If Match Value Is Unusable' is 'Create'",
		async ({ phone }) => {
			const id = school.addLead({ phone: [phone] });
			const cardBefore = school.readCustomer(id);

			const saved = await school.saveCustomer(
				upsertForm(phoneKey(phone), { name: 'Артём' }, CREATE_IF_VALUE_IS_UNUSABLE),
			);

			expect(saved.operationResult).toBe('created');
			expect(school.readCustomer(id)).toEqual(cardBefore);
		},
	);

	it.each(TEXTS_WITHOUT_PHONE)(
		'Create or Update creates a customer with a whole phone although a card has $phone',
		async ({ phone }) => {
			school.addLead({ phone: [phone] });

			const saved = await school.saveCustomer(upsertForm(phoneKey(PHONE_A), { name: 'Артём' }));

			expect(saved.operationResult).toBe('created');
		},
	);
});

describe('two spellings of one number', () => {
	const SPELLINGS = [
		{
			style: 'with underscores',
			spelling: PHONE_A,
			otherSpelling: '8_900_5550001',
		},
		{
			style: 'with slashes and the code of Belarus',
			spelling: '+375 29 111-22-33',
			otherSpelling: '80/29/111/22/33',
		},
		{
			style: 'with an extension',
			spelling: PHONE_A,
			otherSpelling: '+7 900 555-00-01 доб. 12',
		},
		{
			style: 'as the first entry of a numbered list',
			spelling: PHONE_A,
			otherSpelling: '1) 8 900 555 00 01',
		},
		{
			style: 'with its 8 behind the +7 of an input mask',
			spelling: PHONE_A,
			otherSpelling: '+7 8 (900) 555-00-01',
		},
		{
			style: 'as a landline with its 8 behind the +7 of an input mask',
			spelling: '+7(495)111-22-33',
			otherSpelling: '+7 8 495 111-22-33',
		},
		{
			style: 'with the number of children behind it',
			spelling: PHONE_A,
			otherSpelling: '9005550001 2 ребёнка',
		},
		{
			style: 'as a decimal number of a spreadsheet',
			spelling: PHONE_A,
			otherSpelling: '9005550001.0',
		},
	];

	it.each(SPELLINGS)(
		'Find returns the customer with the phone $spelling when the form writes it $style: $otherSpelling',
		async ({ spelling, otherSpelling }) => {
			const id = school.addLead({ phone: [spelling] });

			const ids = await school.findIds(findForm(phoneKey(otherSpelling)));

			expect(ids).toEqual([id]);
		},
	);

	it.each(SPELLINGS)(
		'Find returns the customer with the phone $spelling when the card writes it $style: $otherSpelling',
		async ({ spelling, otherSpelling }) => {
			const id = school.addLead({ phone: [otherSpelling] });

			const ids = await school.findIds(findForm(phoneKey(spelling)));

			expect(ids).toEqual([id]);
		},
	);

	it.each(SPELLINGS)(
		'Create or Update does not add the phone $spelling again when the form writes it $style: $otherSpelling',
		async ({ spelling, otherSpelling }) => {
			const id = school.addLead({ name: 'Орлова Мия', phone: [spelling] });

			const saved = await school.saveCustomer(upsertForm(phoneKey(otherSpelling), { name: 'Орлова Мия' }));

			expect(saved.operationResult).toBe('unchanged');
			expect(school.readPhones(id)).toEqual([spelling]);
		},
	);

	it('Create or Update saves a phone without the second country code when it begins with +7 and 8', async () => {
		const { id } = await school.saveCustomer(upsertForm(phoneKey('+789005550001'), { name: 'Ева' }));

		expect(school.readPhones(id)).toEqual(['+7(900)555-00-01']);
	});
});

describe('two numbers that look alike', () => {
	it.each([
		{ phone: '+375/29/111/22/33', similarPhone: '+375/29/777/88/99' },
		{ phone: '8_900_555_00_01', similarPhone: '8_900_555_00_11' },
	])(
		'Create or Update creates one customer with $similarPhone beside the one with $phone',
		async ({ phone, similarPhone }) => {
			const existingId = school.addLead({ phone: [phone] });
			const form = upsertForm(phoneKey(similarPhone), { name: 'Артём' });

			const created = await school.saveCustomer(form);
			const repeated = await school.saveCustomer(form);

			expect(created.operationResult).toBe('created');
			expect(repeated).toMatchObject({ id: created.id, operationResult: 'unchanged' });
			expect(await school.findIds(findForm(phoneKey(phone)))).toEqual([existingId]);
			expect(await school.findIds(findForm(phoneKey(similarPhone)))).toEqual([created.id]);
		},
	);

	it.each([{ phone: '+77771234567 8' }, { phone: '+998900555001' }])(
		'Find returns the customer with $phone only for that number, and not for three similar ones',
		async ({ phone }) => {
			const id = school.addLead({ phone: [phone] });

			// A wrong reading of the country code would turn the phone of the customer into one of these three.
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
			'Find and Get Many by the foreign phone $foreignPhone do not return the customer with $russianPhone, which has the same digits',
			async ({ foreignPhone, russianPhone }) => {
				const foreignCustomer = school.addLead({ phone: [foreignPhone] });
				school.addLead({ phone: [russianPhone] });

				expect(await school.findIds(findForm(phoneKey(foreignPhone)))).toEqual([foreignCustomer]);
				expect(await school.findIds(phoneFilterForm(foreignPhone))).toEqual([foreignCustomer]);
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
			'Find and Create or Update by $typed choose the customer with $russianPhone, and not the one with $foreignPhone',
			async ({ typed, russianPhone, foreignPhone }) => {
				const foreignCustomer = school.addLead({ phone: [foreignPhone] });
				const russianCustomer = school.addLead({ phone: [russianPhone] });
				const cardBefore = school.readCustomer(foreignCustomer);

				const ids = await school.findIds(findForm(phoneKey(typed)));
				const saved = await school.saveCustomer(upsertForm(phoneKey(typed), { note: 'Новое' }));

				expect(ids).toEqual([russianCustomer]);
				expect(saved).toMatchObject({ id: russianCustomer });
				expect(school.readCustomer(foreignCustomer)).toEqual(cardBefore);
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
		])(
			'Get Many with the phone filter $filter returns the customer with $phone',
			async ({ filter, phone }) => {
				const id = school.addLead({ phone: [phone] });

				const ids = await school.findIds(phoneFilterForm(filter));

				expect(ids).toEqual([id]);
			},
		);
	},
);

describe('Get Many with the filter by a phone', () => {
	it.each([
		{ filter: '8 900 555 00 01, 8 900 555 00 02' },
		{ filter: '900-555, 900-556' },
		{ filter: 'мама' },
	])('Get Many refuses a phone filter with two phones or none: $filter', async ({ filter }) => {
		const { message } = await school.expectRefusedUnsent(phoneFilterForm(filter));

		expect(message).toContain("'Phone' must be one phone number, or at least 3 digits of it");
	});

	it.each([{ filter: '12' }, { filter: '+7' }, { filter: '+7 (___) ___-__-__' }])(
		'Get Many refuses a phone filter that is too short to tell customers apart, and quotes it: $filter',
		async ({ filter }) => {
			const { message } = await school.expectRefusedUnsent(phoneFilterForm(filter));

			expect(message).toContain('at least 3 digits');
			expect(message).toContain(filter);
		},
	);
});

/** Spreadsheets often have two phones in one cell, with no comma between them. */
describe.each([
	{ textOfTwoPhones: '8 900 555 00 01 / 8 900 555 00 02' },
	{ textOfTwoPhones: 'Мама (89005550001) Папа (89005550002)' },
])('two phones in one text: $textOfTwoPhones', ({ textOfTwoPhones }) => {
	it('Create or Update by a text of two phones finds the customer with the first one, and adds the second', async () => {
		const id = school.addLead({ phone: [PHONE_A] });
		const form = upsertForm(phoneKey(textOfTwoPhones));

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readPhones(id)).toEqual([PHONE_A, PHONE_B]);
	});

	it('Create or Update with a text of two phones among the fields adds the one that the card lacks', async () => {
		const id = school.addLead({ phone: [PHONE_B], email: ['eva@example.org'] });

		await school.saveCustomer(
			upsertForm({ matchBy: 'email', email: 'eva@example.org' }, { phone: [textOfTwoPhones] }),
		);

		expect(school.readPhones(id)).toEqual([PHONE_B, PHONE_A]);
	});

	it('Create saves a text of two phones as two phones', async () => {
		const { id } = await school.saveCustomer(createForm({ phone: [textOfTwoPhones] }));

		expect(school.readPhones(id)).toEqual([PHONE_A, PHONE_B]);
	});

	it('Create or Update leaves a text of two phones on the card when the fields have the same text', async () => {
		const id = school.addLead({ phone: [textOfTwoPhones] });

		const saved = await school.saveCustomer(writeBackForm(id, textOfTwoPhones));

		expect(saved.operationResult).toBe('unchanged');
		expect(school.readPhones(id)).toEqual([textOfTwoPhones]);
	});

	it('Create or Update that replaces lists puts one phone in place of a text of two phones', async () => {
		const id = school.addLead({ phone: [textOfTwoPhones] });

		const saved = await school.saveCustomer(writeBackForm(id, '89005550002'));

		expect(saved.operationResult).toBe('updated');
		expect(school.readPhones(id)).toEqual([PHONE_B]);
	});
});

describe('a number behind the extension of another number', () => {
	it('Create or Update reads two phones from a text in which the second one follows the extension of the first', async () => {
		const id = school.addLead({ phone: [PHONE_B] });
		const form = upsertForm(phoneKey('8 900 555 00 01 доб. 12 8 900 555 00 02'));

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readPhones(id)).toEqual([PHONE_B, '8 900 555 00 01 доб. 12']);
	});
});

/** Simplify shows the list of phones as one text, which a workflow may send back. */
describe.each([
	{ phones: [PHONE_A, 'папа, +49 170 1234567'] },
	{ phones: ['мама +375 29 123-45-67', '+49 170 1234567, доб. 5', 'не звонить'] },
])('the phones $phones in one text, as Simplify shows them', ({ phones }) => {
	let id: number;
	let simplifiedPhones: string;

	beforeEach(async () => {
		id = school.addLead({ phone: phones });
		const { json } = await school.run(customerForm('get', { id, simplify: true }));
		simplifiedPhones = String(json[0].phone);
	});

	it('Update with the phones as Simplify shows them leaves the phones of the card unchanged', async () => {
		await school.saveCustomer(updateForm(id, { phone: [simplifiedPhones] }));

		expect(school.readPhones(id)).toEqual(phones);
	});

	it('Create or Update that replaces lists leaves the phones unchanged when they are as Simplify shows them', async () => {
		const saved = await school.saveCustomer(writeBackForm(id, simplifiedPhones));

		expect(saved.operationResult).toBe('unchanged');
		expect(school.readPhones(id)).toEqual(phones);
	});

	it('Create with the phones as Simplify shows them saves them as a list again', async () => {
		const created = await school.saveCustomer(createForm({ phone: [simplifiedPhones] }));

		expect(school.readPhones(created.id)).toEqual(phones);
	});
});

/** A spreadsheet shows and exports a long number in a narrow column in this way. */
describe.each([{ rounded: '7,90056E+10' }, { rounded: '7.90056E+10; 7,90057E+10' }])(
	'the phone $rounded that a spreadsheet has rounded',
	({ rounded }) => {
		it.each([
			{ operation: 'Find', form: findForm(phoneKey(rounded)) },
			{
				operation: 'Create or Update by phone',
				form: upsertForm(phoneKey(rounded), { name: 'Ева' }),
			},
			{
				operation: 'Create or Update with a list of phones among the fields',
				form: upsertForm(phoneKey(PHONE_A), { phone: [PHONE_B, rounded] }),
			},
			{
				operation: 'Create or Update with a text of phones among the fields',
				form: upsertForm(phoneKey(PHONE_A), { phone: `${PHONE_B}, ${rounded}` }),
			},
		])(
			'$operation refuses a phone that a spreadsheet has rounded, although a customer has it too',
			async ({ form }) => {
				school.addLead({ phone: [rounded] });
				school.addLead({ phone: [PHONE_A] });

				const { message } = await school.expectRefusedUnsent(form);

				expect(message).toContain("'Phone' must be");
			},
		);

		it('Create or Update finds a customer who has a rounded phone by the other phone, and keeps both', async () => {
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
	])('Find by two phones returns the customer with the first one: $typed', async ({ typed }) => {
		const firstCustomer = school.addLead({ phone: [PHONE_A] });
		school.addLead({ phone: [PHONE_B] });

		const ids = await school.findIds(findForm(phoneKey(typed)));

		expect(ids).toEqual([firstCustomer]);
	});

	it.each([
		{ typed: '+7(900)555-00-01, +7(900)555-00-02' },
		{ typed: 'Анна +7(900)555-00-01, муж +7(900)555-00-02' },
		{ typed: '+7(900)555-00-01\n+7(900)555-00-02' },
	])(
		'Create or Update by two phones chooses the customer with the first one, and leaves the second customer alone: $typed',
		async ({ typed }) => {
			const firstCustomer = school.addLead({ phone: [PHONE_A] });
			const secondCustomer = school.addLead({ phone: [PHONE_B] });

			const saved = await school.saveCustomer(upsertForm(phoneKey(typed), { name: 'Анна' }));

			expect(saved).toMatchObject({ id: firstCustomer });
			expect(school.readPhones(secondCustomer)).toEqual([PHONE_B]);
		},
	);

	it('Find by two phones returns the customer with the second one when nobody has the first', async () => {
		const secondCustomer = school.addLead({ phone: [PHONE_B] });

		const ids = await school.findIds(findForm(phoneKey(BOTH_PHONES)));

		expect(ids).toEqual([secondCustomer]);
	});

	it.each([
		{ ifArchived: 'update' },
		{ ifArchived: 'restore' },
		{ ifArchived: 'create' },
		{ ifArchived: 'skip' },
	])(
		"Create or Update by two phones prefers an active customer with the second one to an archived customer with the first ('If the Match Is Archived': $ifArchived)",
		async ({ ifArchived }) => {
			const archivedCustomer = school.addArchivedLead({ phone: [PHONE_A] });
			const activeCustomer = school.addLead({ phone: [PHONE_B] });

			const saved = await school.saveCustomer(
				upsertForm(phoneKey(BOTH_PHONES), { note: 'Новое' }, { ifArchived }),
			);

			expect(saved).toMatchObject({ id: activeCustomer, note: 'Новое' });
			expect(school.readPhones(archivedCustomer)).toEqual([PHONE_A]);
		},
	);

	it('Find by two phones returns the customer with the second one when the first belongs to an archived customer and archived ones are left out', async () => {
		school.addArchivedLead({ phone: [PHONE_A] });
		const activeCustomer = school.addLead({ phone: [PHONE_B] });

		const ids = await school.findIds(findForm(phoneKey(BOTH_PHONES), { archived: false }));

		expect(ids).toEqual([activeCustomer]);
	});

	it("Find by two phones returns the customers of both when 'If Several Match' is 'Return All'", async () => {
		const firstCustomer = school.addLead({ phone: [PHONE_A] });
		const secondCustomer = school.addLead({ phone: [PHONE_B] });

		const ids = await school.findIds(findForm(phoneKey(BOTH_PHONES), { ifSeveral: 'all' }));

		expect(ids).toEqual([secondCustomer, firstCustomer]);
	});

	it.each([
		{ ifSeveral: 'newest', phonesOfSecondCustomer: [PHONE_B] },
		{ ifSeveral: 'all', phonesOfSecondCustomer: [PHONE_B, PHONE_C] },
		{ ifSeveral: 'refuse', phonesOfSecondCustomer: [PHONE_B] },
	])(
		"Create or Update by three phones adds the unknown one, and names in notSaved the one that another customer has ('If Several Match': $ifSeveral)",
		async ({ ifSeveral, phonesOfSecondCustomer }) => {
			const firstCustomer = school.addLead({ phone: [PHONE_A] });
			const secondCustomer = school.addLead({ phone: [PHONE_B] });

			const { json } = await school.run(
				upsertForm(phoneKey(`${BOTH_PHONES}, ${PHONE_C}`), {}, { ifSeveral }),
			);

			expect(school.readPhones(firstCustomer)).toEqual([PHONE_A, PHONE_C]);
			expect(school.readPhones(secondCustomer)).toEqual(phonesOfSecondCustomer);
			expect(json[0].notSaved).toContain(PHONE_B);
		},
	);

	it('Create or Update by two phones does not add the phone of another customer when JSON has both phones among the fields', async () => {
		const firstCustomer = school.addLead({ phone: [PHONE_A] });
		const secondCustomer = school.addLead({ phone: [PHONE_B] });
		const form = {
			...upsertForm(phoneKey(BOTH_PHONES)),
			inputMode: 'json',
			json: `{ "phone": "${BOTH_PHONES}", "note": "Новое" }`,
		};

		const saved = await school.saveCustomer(form);

		expect(saved).toMatchObject({ id: firstCustomer, note: 'Новое' });
		expect(school.readPhones(firstCustomer)).toEqual([PHONE_A]);
		expect(school.readPhones(secondCustomer)).toEqual([PHONE_B]);
	});

	it.each([{ ifSeveral: 'newest' }, { ifSeveral: 'all' }])(
		"Create or Update by phone or email keeps the phones of both when one customer has the phone and another the email ('If Several Match': $ifSeveral)",
		async ({ ifSeveral }) => {
			const firstCustomer = school.addLead({ phone: [PHONE_A] });
			const secondCustomer = school.addLead({ phone: [PHONE_B], email: ['mia@example.org'] });

			await school.run(upsertForm(phoneOrEmailKey(PHONE_A, 'mia@example.org'), {}, { ifSeveral }));

			expect(school.readPhones(firstCustomer)).toContain(PHONE_A);
			expect(school.readPhones(secondCustomer)).toContain(PHONE_B);
		},
	);

	it('Create or Update by phone or email stops when one customer has the second of two phones and another the email', async () => {
		school.addLead({ phone: [PHONE_B] });
		school.addLead({ email: ['mia@example.org'] });

		const { message } = await school.expectRefused(
			upsertForm(phoneOrEmailKey(BOTH_PHONES, 'mia@example.org')),
		);

		expect(message).toContain('2 customers match');
	});
});

describe('a number beside words or other digits', () => {
	/** Words and numbers that people type in front of a phone, such as "after 18" or the number of a house. */
	const TEXTS_BEFORE_PHONE = [
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

	it.each(TEXTS_BEFORE_PHONE)(
		'Find reads a phone in any of three spellings behind the text "$before"',
		async ({ before }) => {
			const id = school.addLead({ phone: [PHONE_A] });

			expect(await school.findIds(findForm(phoneKey(`${before}8 900 555-00-01`)))).toEqual([id]);
			expect(await school.findIds(findForm(phoneKey(`${before}89005550001`)))).toEqual([id]);
			expect(await school.findIds(findForm(phoneKey(`${before}+7 (900) 555-00-01`)))).toEqual([id]);
		},
	);

	it('Find reads the phone of a landline behind an hour: "после 18 8 495 123-45-67"', async () => {
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
	])(
		'Find by two phones with only a space between them finds the customer with the first: $typed',
		async ({ typed }) => {
			const id = school.addLead({ phone: [PHONE_A] });
			school.addLead({ phone: [PHONE_B] });

			const ids = await school.findIds(findForm(phoneKey(typed), { ifSeveral: 'all' }));

			expect(ids).toContain(id);
		},
	);

	it.each([
		{ typed: 'мама 8 843 233-00-01, 8 900 555-00-02' },
		{ typed: 'тел. 8 843 233-00-01\n8 831 222-33-44' },
	])('Find reads the first of two phones without digits of the second: $typed', async ({ typed }) => {
		school.addLead({ phone: [PHONE_B] });
		const id = school.addLead({ phone: ['+7(843)233-00-01'] });

		const ids = await school.findIds(findForm(phoneKey(typed), { ifSeveral: 'newest' }));

		expect(ids).toEqual([id]);
	});

	it.each([
		{ typed: '8495-123-4567 8 900 555-00-01', firstPhone: '8495-123-4567' },
		{ typed: '900-123-4567 8 900 555-00-01', firstPhone: '900-123-4567' },
	])('Find reads all digits of the first of two phones: $typed', async ({ typed, firstPhone }) => {
		school.addLead({ phone: [PHONE_A] });
		const id = school.addLead({ phone: [firstPhone] });

		const ids = await school.findIds(findForm(phoneKey(typed), { ifSeveral: 'newest' }));

		expect(ids).toEqual([id]);
	});

	it('Find by a random text with up to three phones returns the customer with the first one', async () => {
		await fc.assert(
			fc.asyncProperty(phoneTexts, async ({ phones, text }) => {
				school = new MatchingSchool();
				const [firstCustomer] = phones.map((phone) => school.addLead({ phone: [phone] }));

				const ids = await school.findIds(findForm(phoneKey(text), { ifSeveral: 'newest' }));

				expect(ids.at(0)).toBe(firstCustomer);
			}),
			{ seed, numRuns: depth.examplePhones },
		);
	});
});

describe('the field notSaved of Create or Update', () => {
	it('Create or Update shows a phone with its note in notSaved when the card already has the phone without the note', async () => {
		school.addLead({ phone: [PHONE_A] });

		const saved = await school.saveCustomer(upsertForm(phoneKey(`${PHONE_A} звонить после 19`)));

		expect(saved.notSaved).toBe('+7(900)555-00-01 звонить после 19');
	});

	it('Create or Update shows nothing in notSaved when the card has the phone with the same note', async () => {
		school.addLead({ phone: [`${PHONE_B} (мама)`] });

		const saved = await school.saveCustomer(upsertForm(phoneKey(`${PHONE_B} (мама)`)));

		expect(saved.notSaved).toBe('');
	});

	it("Create or Update shows the name, the email and the phones in notSaved when 'Set Only on Creation' is 'All Fields'", async () => {
		const id = school.addLead({ phone: [PHONE_A] });

		const saved = await school.saveCustomer(
			upsertForm(
				phoneKey(`${PHONE_A}, ${PHONE_B}`),
				{ name: 'Анна', email: ['anna@example.org'], is_study: CUSTOMER_TYPE.client },
				SET_ALL_ONLY_ON_CREATION,
			),
		);

		expect(saved).toMatchObject({
			id,
			notSaved: 'Анна, anna@example.org, +7(900)555-00-01, +7(900)555-00-02',
		});
	});

	it('Create or Update shows nothing in notSaved for a new customer', async () => {
		const saved = await school.saveCustomer(
			upsertForm(
				phoneKey('8 900 000 77 01'),
				{ name: 'Анна', email: ['anna@example.org'], is_study: CUSTOMER_TYPE.client },
				SET_ALL_ONLY_ON_CREATION,
			),
		);

		expect(saved).toMatchObject({ operationResult: 'created', notSaved: '' });
	});
});
