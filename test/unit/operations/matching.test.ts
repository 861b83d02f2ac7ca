import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import { readMatchKey } from '../../../nodes/AlfaCrm/run/matching/matchForm';
import {
	findField,
	makeValueLockKeys,
	readSearch,
	unusableValueError,
} from '../../../nodes/AlfaCrm/run/matching/readSearch';
import { depth, seed } from '../../support/depth';
import { randomFrom } from '../../support/random';
import type { MatchKey } from './matchingSchool';
import { contractKey, findForm, MatchingSchool, phoneKey, upsertForm } from './matchingSchool';
import { spellPhoneRandomly } from './phoneTexts';
import { PHONE } from './school';
import { openExecution } from './support';

const CUSTOMER = entityOf('customer');
const FIRST_BRANCH = 1;
const SECOND_BRANCH = 2;

let school: MatchingSchool;

beforeEach(() => {
	school = new MatchingSchool();
});

/** Reads from a form by which values it searches for customers. */
function readCustomerSearch(form: IDataObject) {
	const { item } = openExecution(undefined, { parameters: form });
	return readSearch(item, CUSTOMER, readMatchKey(item, CUSTOMER));
}

/** Makes the error for a form whose match values are empty or unusable. `moreAdvice` is added to its description. */
function makeUnusableValueError(form: IDataObject, options: { moreAdvice?: string } = {}) {
	const { item } = openExecution(undefined, { parameters: form });
	const error = unusableValueError(item, CUSTOMER, readMatchKey(item, CUSTOMER), options);
	return error as Error & { description: string };
}

/** Fills the form of Find in the first branch alone. */
function findInFirstBranch(key: MatchKey, options: IDataObject = {}): IDataObject {
	return findForm(key, { searchBranches: [FIRST_BRANCH], ...options });
}

/** Fills the form of Create or Update in the first branch alone. */
function upsertInFirstBranch(key: MatchKey, fieldsToSet: IDataObject): IDataObject {
	return upsertForm(key, fieldsToSet, { searchBranches: [FIRST_BRANCH] });
}

/** Runs a form for several items, one after the other, and returns the output. */
async function runForItems(form: IDataObject, itemCount: number): Promise<IDataObject[]> {
	const items = Array.from({ length: itemCount }, () => ({}));
	const { json } = await school.run(form, { items, credential: { callsAtOnce: 1 } });
	return json;
}

/** Turns a switch of the sandbox, which by default ignores some filters, such as those by custom fields. */
function letAlfaCrmUseEveryFilter(): void {
	school.settings.ignoredFilters = [];
}

/** Reads by which text each list of customers so far was filtered by phone; undefined for a list without that filter. */
function readPhoneFilters(): unknown[] {
	const firstPages = school.readRequests('customer/index').filter(({ body }) => body.page === 0);
	return firstPages.map(({ body }) => body.phone);
}

/** Makes cards of customers whose phones share no digits at the end with `PHONE`. */
function makeCardsOfStrangers(count: number): IDataObject[] {
	return Array.from({ length: count }, (_, index) => ({
		id: 100 + index,
		phone: [`+7(911)222-33-${10 + index}`],
		removed: 0,
	}));
}

describe('readSearch', () => {
	it.each<{ values: string; form: IDataObject; matchValues: IDataObject; fields: IDataObject[] }>([
		{
			values: 'a phone when the form has no Match By, whose default is Phone',
			form: { phone: ' 8 900 555 00 01 ' },
			matchValues: { phone: ['+7(900)555-00-01'] },
			fields: [{ name: 'phone' }],
		},
		{
			values: 'a phone, and leaves out the word "нет" beside it',
			form: { matchBy: 'phone', phone: ['8 900 555 00 01', 'нет'] },
			matchValues: { phone: ['+7(900)555-00-01'] },
			fields: [{ name: 'phone' }],
		},
		{
			values: 'the address in the sender of a mail',
			form: { matchBy: 'email', email: ['нет почты', 'Анна <a@example.org>'] },
			matchValues: { email: ['a@example.org'] },
			fields: [{ name: 'email' }],
		},
		{
			values: 'the email of Phone or Email when the phone is empty',
			form: { matchBy: 'phoneOrEmail', phone: '', email: 'a@example.org' },
			matchValues: { email: ['a@example.org'] },
			fields: [{ name: 'email' }],
		},
		{
			values: 'both values of Phone or Email',
			form: { matchBy: 'phoneOrEmail', phone: '123-45-67', email: 'a@example.org' },
			matchValues: { phone: ['123-45-67'], email: ['a@example.org'] },
			fields: [{ name: 'phone' }, { name: 'email' }],
		},
		{
			values: "a name, and a date of birth in AlfaCRM's format",
			form: { matchBy: 'nameAndBirthDate', name: 'Мия', dob: '2015-09-04' },
			matchValues: { name: 'Мия', dob: '04.09.2015' },
			fields: [{ name: 'name' }, { name: 'dob' }],
		},
		{
			values: 'an ID as a number',
			form: { matchBy: 'id', id: '7' },
			matchValues: { id: 7 },
			fields: [{ name: 'id' }],
		},
		{
			values: 'a custom field without the spaces around its name and value',
			form: { matchBy: 'customField', matchField: ' custom_a ', matchValue: ' A-12 ' },
			matchValues: { custom_a: 'A-12' },
			fields: [{ name: 'custom_a' }],
		},
	])('readSearch reads $values', ({ form, matchValues, fields }) => {
		const search = readCustomerSearch(form);

		expect(search).toMatchObject({ matchValues, fields, isUsable: true });
		expect(search.matchValues).toEqual(matchValues);
	});

	it.each([
		{ value: '#1042' },
		{ value: 'https://instagram.com/mia/' },
		{ value: 'mia___' },
		{ value: 'Д-0' },
	])('readSearch leaves the value $value of a custom field as it is', ({ value }) => {
		const search = readCustomerSearch(contractKey(value));

		expect(search).toMatchObject({ matchValues: { custom_dogovor: value }, isUsable: true });
	});

	it('readSearch refuses a Match By that is no choice of the form', () => {
		expect(() => readCustomerSearch({ matchBy: 'shoeSize' })).toThrow("'Match By' must be one of");
	});

	it('readSearch refuses a custom field whose name does not begin with custom_', () => {
		const form = { matchBy: 'customField', matchField: 'school', matchValue: 'x' };

		expect(() => readCustomerSearch(form)).toThrow(
			expect.objectContaining({
				message: '\'Custom Field\' is no name of a custom field: "school"',
				description: "It starts with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
			}),
		);
	});
});

interface FormWithoutSearch {
	form: IDataObject;
	/** The match values that can be read from the form. They are too few for a search. */
	matchValues: IDataObject;
	/** The beginning of the error. */
	problem: string;
}

/** Forms in which match values are empty. */
const EMPTY_FORMS: FormWithoutSearch[] = [
	{
		form: { matchBy: 'phone', phone: ' ' },
		matchValues: {},
		problem: "'Phone' is empty",
	},
	{
		form: { matchBy: 'phone', phone: null, email: 'a@example.org' },
		matchValues: {},
		problem: "'Phone' is empty",
	},
	{
		form: { matchBy: 'phoneOrEmail', phone: '', email: '' },
		matchValues: {},
		problem: "Neither 'Phone' nor 'Email' is filled",
	},
	{
		form: { matchBy: 'phoneAndName', phone: '', name: 'Мия' },
		matchValues: { name: 'Мия' },
		problem: "'Phone' and 'Name' are not both filled",
	},
	{
		form: { matchBy: 'nameAndBirthDate', name: 'Мия', dob: '' },
		matchValues: { name: 'Мия' },
		problem: "'Name' and 'Date of Birth' are not both filled",
	},
	{
		form: { matchBy: 'id', id: '' },
		matchValues: {},
		problem: "'Customer' is empty",
	},
	{
		form: contractKey(' '),
		matchValues: {},
		problem: "'custom_dogovor' is empty",
	},
];

/** Forms with match values that strangers share, such as "unknown" for a phone. */
const UNUSABLE_FORMS: FormWithoutSearch[] = [
	{
		form: { matchBy: 'phone', phone: 'неизвестно' },
		matchValues: {},
		problem: '\'Phone\' holds no usable phone number: "неизвестно"',
	},
	{
		form: { matchBy: 'phone', phone: '+7 (___) ___-__-__' },
		matchValues: {},
		problem: '\'Phone\' holds no usable phone number: "+7 (___) ___-__-__"',
	},
	{
		form: { matchBy: 'email', email: 'нет' },
		matchValues: {},
		problem: '\'Email\' holds no usable email address: "нет"',
	},
	{
		form: { matchBy: 'phoneOrEmail', phone: 'нет', email: '-' },
		matchValues: {},
		problem: '\'Phone\' holds no usable phone number: "нет" and \'Email\' holds no usable email address: "-"',
	},
	{
		form: { matchBy: 'phoneOrEmail', phone: 'нет', email: '' },
		matchValues: {},
		problem: '\'Phone\' holds no usable phone number: "нет"',
	},
	{
		form: { matchBy: 'phoneAndName', phone: 'нет', name: 'Мия' },
		matchValues: { name: 'Мия' },
		problem: '\'Phone\' holds no usable phone number: "нет"',
	},
	{
		form: { matchBy: 'nameAndBirthDate', name: '---', dob: '2015-09-04' },
		matchValues: { dob: '04.09.2015' },
		problem: '\'Name\' holds no usable value: "---"',
	},
];

/** Values of a custom field that identify nobody. Some are the result of an expression without a value, such as tg-undefined. */
const UNUSABLE_CUSTOM_VALUES = [
	{ value: '-' },
	{ value: '( )' },
	{ value: 'undefined' },
	{ value: 'tg-' },
	{ value: 'tg-undefined' },
	{ value: 'order null' },
	{ value: 'нет' },
	{ value: 'б/н' },
	{ value: 'БН' },
	{ value: '#N/A' },
	{ value: 'N/A' },
	{ value: '0' },
	{ value: '00' },
	{ value: '+7 (___) ___-__-__' },
	{ value: 'Д-____' },
	{ value: 'crm-[object Object]' },
];

describe('readSearch of empty or unusable match values', () => {
	it.each([...EMPTY_FORMS, ...UNUSABLE_FORMS])(
		'readSearch reads only the usable match values, and finds them too few for a search, when $problem',
		({ form, matchValues }) => {
			const search = readCustomerSearch(form);

			expect(search.isUsable).toBe(false);
			expect(search.matchValues).toEqual(matchValues);
		},
	);

	it.each(UNUSABLE_CUSTOM_VALUES)(
		'readSearch leaves out the value "$value" of a custom field, because it identifies nobody',
		({ value }) => {
			const search = readCustomerSearch(contractKey(value));

			expect(search.isUsable).toBe(false);
			expect(search.matchValues).toEqual({});
		},
	);
});

describe('unusableValueError', () => {
	it.each(EMPTY_FORMS)(
		'the error of an empty match value tells to fill it: $problem',
		({ form, problem }) => {
			const { message, description } = makeUnusableValueError(form, { moreAdvice: ', or go on' });

			expect(message).toBe(`${problem}, so no customer can be looked for`);
			expect(description).toBe(
				'Fill it, or check the expression in it, or go on. Nothing was sent to AlfaCRM.',
			);
		},
	);

	it.each(UNUSABLE_FORMS)(
		'the error of an unusable match value tells to correct it: $problem',
		({ form, problem }) => {
			const { message, description } = makeUnusableValueError(form, { moreAdvice: ', or go on' });

			expect(message).toBe(`${problem}, so no customer can be looked for`);
			expect(description).toBe(
				'Correct it, or check the expression in it, or go on. Nothing was sent to AlfaCRM.',
			);
		},
	);

	it.each(UNUSABLE_CUSTOM_VALUES)(
		'the error of an unusable custom field quotes its value: $value',
		({ value }) => {
			const { message } = makeUnusableValueError(contractKey(value));

			expect(message).toBe(
				`'custom_dogovor' holds no usable value: "${value}", so no customer can be looked for`,
			);
		},
	);

	it('the error of an empty match value gives no further advice when the operation has none', () => {
		expect(makeUnusableValueError({ phone: '' })).toMatchObject({
			description: 'Fill it, or check the expression in it. Nothing was sent to AlfaCRM.',
		});
	});
});

describe('findField', () => {
	it('findField makes a field for the ID', () => {
		expect(findField(CUSTOMER, 'id')).toEqual({
			type: 'id',
			entity: 'customer',
			name: 'id',
			label: 'Customer',
		});
	});

	it('findField finds a field that the entity declares', () => {
		expect(findField(CUSTOMER, 'dob').label).toBe('Date of Birth');
	});

	it('findField makes a field for a custom field', () => {
		expect(findField(CUSTOMER, 'custom_a')).toEqual({
			type: 'custom',
			name: 'custom_a',
			label: 'custom_a',
		});
	});
});

describe('makeValueLockKeys', () => {
	it('makeValueLockKeys makes a key for each usable phone, for the email, the name and custom fields, but not for a note', () => {
		const keys = makeValueLockKeys(CUSTOMER, {
			name: 'Мия',
			phone: ['8 900 555 00 01', '123-45-67', 'нет'],
			email: 'A@example.org',
			note: 'x',
			custom_a: 'B',
			dob: null,
		});

		expect(keys).toEqual([
			['customer', 'name', 'мия'],
			['customer', 'phone', '79005550001'],
			['customer', 'phone', '1234567'],
			['customer', 'email', 'a@example.org'],
			['customer', 'custom_a', 'b'],
		]);
	});

	it('makeValueLockKeys makes equal keys for two spellings of a phone', () => {
		expect(makeValueLockKeys(CUSTOMER, { phone: '+7(900)555-00-01' })).toEqual([
			['customer', 'phone', '79005550001'],
		]);
		expect(makeValueLockKeys(CUSTOMER, { phone: '8 900 555 00 01' })).toEqual([
			['customer', 'phone', '79005550001'],
		]);
	});

	it('makeValueLockKeys makes a key for an ID', () => {
		expect(makeValueLockKeys(CUSTOMER, { id: 7 })).toEqual([['customer', 'id', '7']]);
	});

	it('makeValueLockKeys makes equal keys for first and last name in both orders', () => {
		expect(makeValueLockKeys(CUSTOMER, { name: 'Колычев Павел' })).toEqual([
			['customer', 'name', 'колычев павел'],
		]);
		expect(makeValueLockKeys(CUSTOMER, { name: 'Павел Колычев' })).toEqual([
			['customer', 'name', 'колычев павел'],
		]);
	});
});

describe('Find by a phone', () => {
	const MIA = 1;
	const MIA_CARD = { id: MIA, phone: ['+7(900)555-00-01'], removed: 0 };
	const FIND_MIA = findInFirstBranch(phoneKey('8 900 555 00 01'));
	const LAST_EIGHT_DIGITS = '05550001';
	/** The end of the phone as it may be typed in AlfaCRM, which may compare phones as texts. */
	const SPELLINGS_OF_LAST_FOUR_DIGITS = ['0001', '00-01', '00 01'];

	it('Find searches by every spelling of the last digits when AlfaCRM finds nobody', async () => {
		school.answerSearches(() => []);

		await school.run(FIND_MIA);

		expect(readPhoneFilters()).toEqual([LAST_EIGHT_DIGITS, ...SPELLINGS_OF_LAST_FOUR_DIGITS]);
	});

	it('Find searches once for each item when AlfaCRM compares only the digits of a phone', async () => {
		// AlfaCRM finds this card by the last eight digits, although they are not a part of the text.
		school.answerSearches(() => [{ ...MIA_CARD, phone: ['нет', '+7(900)555-00-01'] }]);

		const json = await runForItems(FIND_MIA, 2);

		expect(json).toMatchObject([{ id: MIA }, { id: MIA }]);
		expect(readPhoneFilters()).toEqual([LAST_EIGHT_DIGITS, LAST_EIGHT_DIGITS]);
	});

	it('Find searches by the other spellings too when AlfaCRM finds a card by one of them', async () => {
		school.answerSearches(({ phone }) => (phone === '00-01' ? [MIA_CARD] : []));

		const ids = await school.findIds(FIND_MIA);

		expect(ids).toEqual([MIA]);
		expect(readPhoneFilters()).toEqual([LAST_EIGHT_DIGITS, ...SPELLINGS_OF_LAST_FOUR_DIGITS]);
	});

	it('Find reads the whole list once for all items when a search finds twenty strangers, so that AlfaCRM seems to ignore the filter', async () => {
		school.answerSearches(() => [...makeCardsOfStrangers(20), MIA_CARD]);

		const json = await runForItems(FIND_MIA, 3);

		// The second request has no filter by phone: it lists all customers.
		expect(json).toMatchObject([{ id: MIA }, { id: MIA }, { id: MIA }]);
		expect(readPhoneFilters()).toEqual([LAST_EIGHT_DIGITS, undefined]);
	});

	it('Find searches for each item when a search finds fewer than twenty strangers', async () => {
		school.answerSearches(() => [...makeCardsOfStrangers(19), MIA_CARD]);

		await runForItems(FIND_MIA, 2);

		expect(readPhoneFilters()).toEqual([LAST_EIGHT_DIGITS, LAST_EIGHT_DIGITS]);
	});
});

describe('Find by a custom field', () => {
	const FIND_BY_CONTRACT = findInFirstBranch(contractKey('A-12'));

	it('Find stops when no card in the answer has the custom field', async () => {
		school.answerSearches(() => [{ id: 1, custom_school: 'x', removed: 0 }]);

		const { message, description } = await school.expectRefused(FIND_BY_CONTRACT);

		expect(message).toBe('AlfaCRM\'s customer has no field "custom_dogovor"');
		expect(description).toBe("Correct 'Custom Field': 'Get' with 'Simplify' off shows which ones there are.");
	});

	it('Find returns a customer although another card in the answer lacks the custom field', async () => {
		const cardWithoutContract = { id: 1, removed: 0 };
		const cardWithContract = { id: 2, custom_dogovor: 'A-12', removed: 0 };
		school.answerSearches(() => [cardWithoutContract, cardWithContract]);

		const ids = await school.findIds(FIND_BY_CONTRACT);

		expect(ids).toEqual([cardWithContract.id]);
	});

	it('Find by a custom field returns nobody when there are no customers', async () => {
		school.answerSearches(() => []);

		const ids = await school.findIds(FIND_BY_CONTRACT);

		expect(ids).toEqual([]);
	});

	it.each([
		{ stored: '04.09.2015', typed: '2015-09-04' },
		{ stored: '2015-09-04', typed: '04.09.2015' },
	])(
		'Find returns the customer whose custom field has the day as $stored for $typed',
		async ({ stored, typed }) => {
			letAlfaCrmUseEveryFilter();
			const id = school.addLead({ custom_start: stored });

			const ids = await school.findIds(
				findInFirstBranch({ matchBy: 'customField', matchField: 'custom_start', matchValue: typed }),
			);

			expect(ids).toEqual([id]);
		},
	);
});

describe.each([{ phoneSearch: 'digits' as const }, { phoneSearch: 'text' as const }])(
	'when AlfaCRM compares the $phoneSearch of a phone',
	({ phoneSearch }) => {
		/** Makes random spellings of `PHONE`, such as "тел. 8 (900) 555 00-01". */
		const makeRandomSpellings = (count: number): string[] => {
			const next = randomFrom(seed);
			return Array.from({ length: count }, () => spellPhoneRandomly(next));
		};

		beforeEach(() => {
			school.settings.phoneSearch = phoneSearch;
		});

		it('Create or Update creates one customer from random spellings of one phone', async () => {
			// The first customer gets a plain spelling: one with words or unusual marks may not be found later (docs/limits.md).
			const phones = [PHONE, ...makeRandomSpellings(depth.phoneSpellings)];
			const forms = phones.map((phone) => upsertForm(phoneKey(phone), { name: 'Мия' }));

			await school.saveCustomers(...forms);

			// Every later spelling finds the first customer, and changes nothing.
			expect(school.readWrites()).toEqual(['customer/create']);
		});

		it.each([
			{ stored: '+7(900)555-00-01' },
			{ stored: '89005550001' },
			{ stored: '9005550001' },
			{ stored: '+7 900 555-00-01' },
			{ stored: '7 (900) 555 00 01' },
		])('Find returns the customer with the phone $stored for random spellings of it', async ({ stored }) => {
			const id = school.addLead({ phone: [stored] });

			for (const phone of makeRandomSpellings(8)) {
				expect(await school.findIds(findInFirstBranch(phoneKey(phone)))).toEqual([id]);
			}
		});

		it.each([{ typed: '+7(900)555-00-01' }, { typed: '8 900 555 00 01' }, { typed: '9005550001' }])(
			'Find by $typed stops, and names only the two customers who have the phone, when two others have a similar one',
			async ({ typed }) => {
				const older = school.addLead({ phone: ['+7(900)555-00-01'] });
				const newer = school.addLead({ phone: ['8 900 555 00 01'] });
				school.addLead({ phone: ['+375 44 9005550001'] });
				school.addLead({ phone: ['+7(901)555-00-01'] });

				const { message } = await school.expectRefused(
					findInFirstBranch(phoneKey(typed), { ifSeveral: 'refuse' }),
				);

				expect(message).toBe(`2 customers match by Phone: ${newer} (lead), ${older} (lead)`);
			},
		);
	},
);

describe('Create or Update when the first customer was made from an unusual spelling', () => {
	it('Create or Update creates one customer from random spellings of one phone, even if the first one is unusual, when AlfaCRM compares digits', async () => {
		school.settings.phoneSearch = 'digits';
		const next = randomFrom(seed);
		const phones = Array.from({ length: 8 }, () => spellPhoneRandomly(next));
		const forms = phones.map((phone) => upsertForm(phoneKey(phone), { name: 'Мия' }));

		await school.saveCustomers(...forms);

		expect(school.readWrites()).toEqual(['customer/create']);
	});
});

describe('Find by an email', () => {
	/** Texts that mean the address anna@example.org. */
	const TEXTS_WITH_ADDRESS = [
		{ text: 'Anna@Example.org' },
		{ text: 'Анна <anna@example.org>' },
		{ text: 'mailto:anna@example.org' },
		{ text: 'anna@example.org.' },
	];
	const emailKey = (email: string): MatchKey => ({ matchBy: 'email', email });

	it.each(TEXTS_WITH_ADDRESS)(
		'Find by an address returns the customer whose card has the text $text',
		async ({ text }) => {
			const id = school.addLead({ email: [text] });

			const ids = await school.findIds(findInFirstBranch(emailKey('anna@example.org')));

			expect(ids).toEqual([id]);
		},
	);

	it.each(TEXTS_WITH_ADDRESS)(
		'Find by the text $text returns the customer whose card has the address',
		async ({ text }) => {
			const id = school.addLead({ email: ['anna@example.org'] });

			const ids = await school.findIds(findInFirstBranch(emailKey(text)));

			expect(ids).toEqual([id]);
		},
	);

	it.each([{ typed: 'anna@example.org' }, { typed: 'mia@example.org anna@example.org' }])(
		'Find by $typed returns the customer whose card has two addresses in one text',
		async ({ typed }) => {
			const id = school.addLead({ email: ['eva@example.org, anna@example.org'] });

			const ids = await school.findIds(findInFirstBranch(emailKey(typed)));

			expect(ids).toEqual([id]);
		},
	);
});

describe('Find by name and date of birth', () => {
	it('Find by name and date of birth finds a name with an invisible character within a word', async () => {
		const older = school.addLead({ name: 'Зоя Лис', dob: '2015-09-04' });
		const newer = school.addLead({ name: 'Зоя Л\u200bис', dob: '2015-09-04' });

		const ids = await school.findIds(
			findForm({ matchBy: 'nameAndBirthDate', name: 'зоя лис', dob: '2015-09-04' }, { ifSeveral: 'all' }),
		);

		expect(ids).toEqual([newer, older]);
	});
});

describe('Create or Update for 61 items when AlfaCRM ignores the filter by email', () => {
	const KNOWN_GUESTS = 30;
	const GUESTS = 60;
	const LAST_GUEST = 60;

	const emailOfGuest = (guest: number): string => `guest${guest}@school.example`;
	const upsertGuestForm = (email: string, note: string): IDataObject =>
		upsertInFirstBranch({ matchBy: 'email', email }, { name: 'Гость', note });

	/** A form for each guest, and one more for the last guest with the email in other letters. */
	const FORMS = [
		...Array.from({ length: GUESTS }, (_, index) => upsertGuestForm(emailOfGuest(index + 1), 'Новое')),
		upsertGuestForm('GUEST60@SCHOOL.EXAMPLE', 'Ещё раз'),
	];

	/** The 30 known guests, and the last guest, who is created by one item and updated by the next. */
	const UPDATED_CUSTOMERS = KNOWN_GUESTS + 1;

	beforeEach(() => {
		school.settings.ignoredFilters = ['customer.email', 'customer.phone', '*.custom_*'];
		for (let guest = 1; guest <= KNOWN_GUESTS; guest += 1) {
			school.addLead({ email: [emailOfGuest(guest)] });
		}
	});

	/** Counts how many pages of customers AlfaCRM was asked for so far. */
	const countPages = (): number => school.readRequests('customer/index').length;

	it('an execution creates each of 30 new guests once, and updates 30 known guests, although AlfaCRM ignores the filter by email', async () => {
		await school.saveCustomers(...FORMS);

		expect(school.readRecords('customer')).toHaveLength(GUESTS);
		expect(school.readIdsByNote('Новое')).toHaveLength(GUESTS - 1);
		expect(school.readRecord('customer', LAST_GUEST).note).toBe('Ещё раз');
		expect(school.readRequests('customer/create')).toHaveLength(GUESTS - KNOWN_GUESTS);
		expect(school.readRequests('customer/update')).toHaveLength(UPDATED_CUSTOMERS);
	});

	it('an execution of 61 items reads the list of customers at most twice, and each changed customer once more', async () => {
		await school.run(findInFirstBranch({ matchBy: 'email', email: 'nobody@school.example' }));
		const pagesOfOneSearch = countPages();
		school.requests.length = 0;

		await school.saveCustomers(...FORMS);

		expect(countPages()).toBeLessThanOrEqual(2 * pagesOfOneSearch + UPDATED_CUSTOMERS);
	});
});

describe('Create or Update for several items when the filter by phone works', () => {
	it('the fifth item finds the customer whom the staff enters while the fourth item is saved', async () => {
		const phoneOfFifthItem = '+7(955)104-00-00';
		// With so many strangers, the node sees in each answer that AlfaCRM uses the filter.
		for (let count = 0; count < 30; count += 1) {
			school.addLead({ phone: [`+7(900)${100 + count}-00-00`] });
		}
		school.onCall = (call) => {
			const isFourthCreate = call === 'customer/create' && school.readWrites().length === 4;
			if (isFourthCreate) school.addLead({ phone: [phoneOfFifthItem] });
			return undefined;
		};

		const saved = await school.saveCustomers(
			upsertInFirstBranch(phoneKey('+7(955)100-00-00'), { name: 'Мия' }),
			upsertInFirstBranch(phoneKey('+7(955)101-00-00'), { name: 'Мия' }),
			upsertInFirstBranch(phoneKey('+7(955)102-00-00'), { name: 'Мия' }),
			upsertInFirstBranch(phoneKey('+7(955)103-00-00'), { name: 'Мия' }),
			upsertInFirstBranch(phoneKey(phoneOfFifthItem), { name: 'Мия' }),
		);

		expect(saved).toMatchObject([
			{ operationResult: 'created' },
			{ operationResult: 'created' },
			{ operationResult: 'created' },
			{ operationResult: 'created' },
			{ operationResult: 'unchanged' },
		]);
	});
});

describe('Create or Update in two branches when AlfaCRM ignores the filter by a custom field', () => {
	const upsertInBranch = (branch: number, contract: string, fields: IDataObject = {}): IDataObject => ({
		...upsertForm(contractKey(contract), { name: 'Мия', ...fields }, { searchBranches: [branch] }),
		branchId: branch,
	});

	/**
	 * Forms that change nothing. The first one finds out that AlfaCRM ignores the filter, so the other two read the lists of
	 * both branches, which the later items of the execution use.
	 */
	const FORMS_THAT_READ_BOTH_LISTS = [
		upsertInBranch(FIRST_BRANCH, '7'),
		upsertInBranch(FIRST_BRANCH, '7'),
		upsertInBranch(SECOND_BRANCH, '7'),
	];

	/** Runs one execution that reads the lists of both branches first, and returns the customers of the given forms. */
	async function saveAfterReadingLists(...forms: IDataObject[]): Promise<IDataObject[]> {
		const customers = await school.saveCustomers(...FORMS_THAT_READ_BOTH_LISTS, ...forms);
		return customers.slice(FORMS_THAT_READ_BOTH_LISTS.length);
	}

	beforeEach(() => {
		school.settings.ignoredFilters = ['*.custom_*'];
		for (let contract = 0; contract < 21; contract += 1) {
			school.addLead({
				custom_dogovor: String(contract),
				branch_ids: [FIRST_BRANCH, SECOND_BRANCH],
			});
		}
	});

	it('an item finds in branch 2 the customer of both branches whom an earlier item has created in branch 1', async () => {
		const customers = await saveAfterReadingLists(
			upsertInBranch(FIRST_BRANCH, 'A', { branch_ids: [FIRST_BRANCH, SECOND_BRANCH] }),
			upsertInBranch(SECOND_BRANCH, 'A'),
		);

		expect(customers).toMatchObject([{ operationResult: 'created' }, { operationResult: 'unchanged' }]);
		expect(school.readWrites()).toEqual(['customer/create']);
	});

	it('an item creates a customer in branch 2 when an earlier item has created one only in branch 1', async () => {
		const customers = await saveAfterReadingLists(
			upsertInBranch(FIRST_BRANCH, 'B'),
			upsertInBranch(SECOND_BRANCH, 'B'),
			upsertInBranch(SECOND_BRANCH, 'B'),
		);

		expect(customers).toMatchObject([
			{ operationResult: 'created' },
			{ operationResult: 'created' },
			{ operationResult: 'unchanged' },
		]);
		expect(school.readWrites()).toEqual(['customer/create', 'customer/create']);
	});
});

describe('Create or Update when the list of customers does not come whole', () => {
	it.each([
		{ customer: 'a customer whom the list shows', contract: 'Есть' },
		{ customer: 'a customer whom the list does not show', contract: 'Д-9' },
	])(
		'Create or Update stops for $customer when each reading of the list shows other rows',
		async ({ contract }) => {
			const listedCustomer = school.addLead({ custom_dogovor: 'Есть' });
			school.onCall = (call, request) => {
				if (call !== 'customer/index') return undefined;
				const answer = school.answerWithUnstableList(request) as { items: IDataObject[] };
				if (request.body.page === 0) answer.items.push(school.readRecord('customer', listedCustomer));
				return answer;
			};

			const { message, description } = await school.expectRefused(
				upsertInFirstBranch(contractKey(contract), { name: 'Новый' }),
			);

			expect(message).toBe(
				"AlfaCRM's list of customers did not come whole, so it is not sure which customers match",
			);
			expect(description).toBe('Run it again. Nothing was saved.');
		},
	);

	it.each<{ matchBy: string; key: MatchKey }>([
		{ matchBy: 'a custom field', key: contractKey('Д-9') },
		{ matchBy: 'phone', key: phoneKey(PHONE) },
	])(
		'Create or Update by $matchBy creates nobody when AlfaCRM counts more customers than it lists',
		async ({ key }) => {
			school.onCall = (call, { body }) => {
				if (call !== 'customer/index') return undefined;
				const card = { id: 7, custom_dogovor: 'Есть', phone: [] };
				return { items: body.page === 0 ? [card] : [], total: 2 };
			};

			const { message } = await school.expectRefused(upsertInFirstBranch(key, { name: 'Новый' }));

			expect(message).toContain('did not come whole');
		},
	);
});

describe('Create or Update by a custom field whose filter finds parts of texts', () => {
	it('Create or Update finds the contract 12, and not 120, when AlfaCRM searches for parts of texts', async () => {
		letAlfaCrmUseEveryFilter();
		const customerWith12 = school.addLead({ custom_dogovor: '12' });
		school.addLead({ custom_dogovor: '120' });
		const customerWith77 = school.addLead({ custom_dogovor: '77' });

		const saved = await school.saveCustomers(
			upsertInFirstBranch(contractKey('12'), { name: 'Новый' }),
			upsertInFirstBranch(contractKey('77'), { name: 'Новый' }),
		);

		expect(saved).toMatchObject([{ id: customerWith12 }, { id: customerWith77 }]);
	});
});
