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

/** Reads the search for customers from the parameters of a form. */
function readCustomerSearch(parameters: IDataObject) {
	const { item } = openExecution(undefined, { parameters });
	return readSearch(item, CUSTOMER, readMatchKey(item, CUSTOMER));
}

/** Makes the error for a form whose match values are empty or unusable. */
function makeUnusableValueError(parameters: IDataObject, options: { moreAdvice?: string } = {}) {
	const { item } = openExecution(undefined, { parameters });
	return unusableValueError(item, CUSTOMER, readMatchKey(item, CUSTOMER), options);
}

/** Fills the form of Find in the first branch alone. */
function findInFirstBranch(key: MatchKey, options: IDataObject = {}): IDataObject {
	return findForm(key, { searchBranches: [FIRST_BRANCH], ...options });
}

/** Fills the form of Create or Update in the first branch alone. */
function upsertInFirstBranch(key: MatchKey, fieldsToSet: IDataObject): IDataObject {
	return upsertForm(key, fieldsToSet, { searchBranches: [FIRST_BRANCH] });
}

/** Runs a form for several items, one after the other. */
async function runForItems(form: IDataObject, itemCount: number): Promise<IDataObject[]> {
	const items = Array.from({ length: itemCount }, () => ({}));
	const { json } = await school.run(form, { items, credential: { callsAtOnce: 1 } });
	return json;
}

/** Reads the filters by phone of the searches so far; undefined for a list without the filter. */
function readPhoneFilters(): unknown[] {
	const firstPages = school.readRequests('customer/index').filter(({ body }) => body.page === 0);
	return firstPages.map(({ body }) => body.phone);
}

/** Makes cards of customers whose phones have nothing in common with `PHONE`. */
function makeStrangers(count: number): IDataObject[] {
	return Array.from({ length: count }, (_, index) => ({
		id: 100 + index,
		phone: [`+7(911)222-33-${10 + index}`],
		removed: 0,
	}));
}

describe('readSearch', () => {
	it.each<{ parameters: IDataObject; matchValues: IDataObject; fields: IDataObject[] }>([
		{
			// The first key is the one that the form begins with.
			parameters: { phone: ' 8 900 555 00 01 ' },
			matchValues: { phone: ['+7(900)555-00-01'] },
			fields: [{ name: 'phone' }],
		},
		{
			parameters: { matchBy: 'phone', phone: ['8 900 555 00 01', 'нет'] },
			matchValues: { phone: ['+7(900)555-00-01'] },
			fields: [{ name: 'phone' }],
		},
		{
			parameters: { matchBy: 'email', email: ['нет почты', 'Анна <a@example.org>'] },
			matchValues: { email: ['a@example.org'] },
			fields: [{ name: 'email' }],
		},
		{
			parameters: { matchBy: 'phoneOrEmail', phone: '', email: 'a@example.org' },
			matchValues: { email: ['a@example.org'] },
			fields: [{ name: 'email' }],
		},
		{
			parameters: { matchBy: 'phoneOrEmail', phone: '123-45-67', email: 'a@example.org' },
			matchValues: { phone: ['123-45-67'], email: ['a@example.org'] },
			fields: [{ name: 'phone' }, { name: 'email' }],
		},
		{
			parameters: { matchBy: 'nameAndBirthDate', name: 'Мия', dob: '2015-09-04' },
			matchValues: { name: 'Мия', dob: '04.09.2015' },
			fields: [{ name: 'name' }, { name: 'dob' }],
		},
		{
			parameters: { matchBy: 'id', id: '7' },
			matchValues: { id: 7 },
			fields: [{ name: 'id' }],
		},
		{
			parameters: { matchBy: 'customField', matchField: ' custom_a ', matchValue: ' A-12 ' },
			matchValues: { custom_a: 'A-12' },
			fields: [{ name: 'custom_a' }],
		},
	])('reads $matchValues from the form $parameters', ({ parameters, matchValues, fields }) => {
		const search = readCustomerSearch(parameters);

		expect(search).toMatchObject({ matchValues, fields, isUsable: true });
		expect(search.matchValues).toEqual(matchValues);
	});

	it.each([
		{ value: '#1042' },
		{ value: 'https://instagram.com/mia/' },
		{ value: 'mia___' },
		{ value: 'Д-0' },
	])('takes the value $value of a custom field as it is', ({ value }) => {
		const search = readCustomerSearch(contractKey(value));

		expect(search).toMatchObject({ matchValues: { custom_dogovor: value }, isUsable: true });
	});

	it('refuses a match key that the form does not have', () => {
		expect(() => readCustomerSearch({ matchBy: 'shoeSize' })).toThrow("'Match By' must be one of");
	});

	it('refuses a custom field whose name does not begin with custom_', () => {
		const readSchool = () =>
			readCustomerSearch({ matchBy: 'customField', matchField: 'school', matchValue: 'x' });

		expect(readSchool).toThrow(
			expect.objectContaining({
				message: '\'Custom Field\' is no name of a custom field: "school"',
				description: "It starts with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
			}),
		);
	});
});

/** Forms with empty match values: what is left of them, and the beginning of the error. */
const EMPTY_FORMS: Array<{ parameters: IDataObject; matchValues: IDataObject; problem: string }> = [
	{
		parameters: { matchBy: 'phone', phone: ' ' },
		matchValues: {},
		problem: "'Phone' is empty",
	},
	{
		parameters: { matchBy: 'phone', phone: null, email: 'a@example.org' },
		matchValues: {},
		problem: "'Phone' is empty",
	},
	{
		parameters: { matchBy: 'phoneOrEmail', phone: '', email: '' },
		matchValues: {},
		problem: "Neither 'Phone' nor 'Email' is filled",
	},
	{
		parameters: { matchBy: 'phoneAndName', phone: '', name: 'Мия' },
		matchValues: { name: 'Мия' },
		problem: "'Phone' and 'Name' are not both filled",
	},
	{
		parameters: { matchBy: 'nameAndBirthDate', name: 'Мия', dob: '' },
		matchValues: { name: 'Мия' },
		problem: "'Name' and 'Date of Birth' are not both filled",
	},
	{
		parameters: { matchBy: 'id', id: '' },
		matchValues: {},
		problem: "'Customer' is empty",
	},
	{
		parameters: contractKey(' '),
		matchValues: {},
		problem: "'custom_dogovor' is empty",
	},
];

/** Forms with match values that tell nobody apart: what is left of them, and the beginning of the error. */
const UNUSABLE_FORMS: Array<{ parameters: IDataObject; matchValues: IDataObject; problem: string }> = [
	{
		parameters: { matchBy: 'phone', phone: 'неизвестно' },
		matchValues: {},
		problem: '\'Phone\' holds no usable phone number: "неизвестно"',
	},
	{
		parameters: { matchBy: 'phone', phone: '+7 (___) ___-__-__' },
		matchValues: {},
		problem: '\'Phone\' holds no usable phone number: "+7 (___) ___-__-__"',
	},
	{
		parameters: { matchBy: 'email', email: 'нет' },
		matchValues: {},
		problem: '\'Email\' holds no usable email address: "нет"',
	},
	{
		parameters: { matchBy: 'phoneOrEmail', phone: 'нет', email: '-' },
		matchValues: {},
		problem: '\'Phone\' holds no usable phone number: "нет" and \'Email\' holds no usable email address: "-"',
	},
	{
		parameters: { matchBy: 'phoneOrEmail', phone: 'нет', email: '' },
		matchValues: {},
		problem: '\'Phone\' holds no usable phone number: "нет"',
	},
	{
		parameters: { matchBy: 'phoneAndName', phone: 'нет', name: 'Мия' },
		matchValues: { name: 'Мия' },
		problem: '\'Phone\' holds no usable phone number: "нет"',
	},
	{
		parameters: { matchBy: 'nameAndBirthDate', name: '---', dob: '2015-09-04' },
		matchValues: { dob: '04.09.2015' },
		problem: '\'Name\' holds no usable value: "---"',
	},
];

/** Values of a custom field that say nothing, or that an expression leaves which has found nothing. */
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
		'reads $matchValues, with which nobody can be searched for, from the form $parameters',
		({ parameters, matchValues }) => {
			const search = readCustomerSearch(parameters);

			expect(search.isUsable).toBe(false);
			expect(search.matchValues).toEqual(matchValues);
		},
	);

	it.each(UNUSABLE_CUSTOM_VALUES)('leaves out the value $value of a custom field', ({ value }) => {
		const search = readCustomerSearch(contractKey(value));

		expect(search).toMatchObject({ matchValues: {}, isUsable: false });
		expect(search.matchValues).toEqual({});
	});
});

describe('unusableValueError', () => {
	it.each(EMPTY_FORMS)('says that $problem and tells to fill it, for the form $parameters', (row) => {
		const { message, description } = makeUnusableValueError(row.parameters, {
			moreAdvice: ', or go on',
		}) as Error & { description: string };

		expect(message).toBe(`${row.problem}, so no customer can be looked for`);
		expect(description).toBe(
			'Fill it, or check the expression in it, or go on. Nothing was sent to AlfaCRM.',
		);
	});

	it.each(UNUSABLE_FORMS)('says that $problem and tells to correct it, for the form $parameters', (row) => {
		const { message, description } = makeUnusableValueError(row.parameters, {
			moreAdvice: ', or go on',
		}) as Error & { description: string };

		expect(message).toBe(`${row.problem}, so no customer can be looked for`);
		expect(description).toBe(
			'Correct it, or check the expression in it, or go on. Nothing was sent to AlfaCRM.',
		);
	});

	it.each(UNUSABLE_CUSTOM_VALUES)('quotes the unusable value $value of a custom field', ({ value }) => {
		const { message } = makeUnusableValueError(contractKey(value));

		expect(message).toBe(
			`'custom_dogovor' holds no usable value: "${value}", so no customer can be looked for`,
		);
	});

	it('gives no further advice when the operation has none', () => {
		expect(makeUnusableValueError({ phone: '' })).toMatchObject({
			description: 'Fill it, or check the expression in it. Nothing was sent to AlfaCRM.',
		});
	});
});

describe('findField', () => {
	it('makes the field of the ID', () => {
		expect(findField(CUSTOMER, 'id')).toEqual({
			type: 'id',
			entity: 'customer',
			name: 'id',
			label: 'Customer',
		});
	});

	it('finds a field that the entity declares', () => {
		expect(findField(CUSTOMER, 'dob').label).toBe('Date of Birth');
	});

	it('makes the field of a custom field', () => {
		expect(findField(CUSTOMER, 'custom_a')).toEqual({
			type: 'custom',
			name: 'custom_a',
			label: 'custom_a',
		});
	});
});

describe('makeValueLockKeys', () => {
	it('makes a key for the normal form of each value by which a customer can be searched for', () => {
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

	it('makes the same key for every spelling of a phone', () => {
		expect(makeValueLockKeys(CUSTOMER, { phone: '+7(900)555-00-01' })).toEqual([
			['customer', 'phone', '79005550001'],
		]);
		expect(makeValueLockKeys(CUSTOMER, { phone: '8 900 555 00 01' })).toEqual([
			['customer', 'phone', '79005550001'],
		]);
	});

	it('makes a key for an ID', () => {
		expect(makeValueLockKeys(CUSTOMER, { id: 7 })).toEqual([['customer', 'id', '7']]);
	});

	it('makes the same key for a name in both orders', () => {
		expect(makeValueLockKeys(CUSTOMER, { name: 'Колычев Павел' })).toEqual([
			['customer', 'name', 'колычев павел'],
		]);
		expect(makeValueLockKeys(CUSTOMER, { name: 'Павел Колычев' })).toEqual([
			['customer', 'name', 'колычев павел'],
		]);
	});
});

describe('Find by a phone', () => {
	const CARD = { id: 1, phone: ['+7(900)555-00-01'], removed: 0 };
	const FORM = findInFirstBranch(phoneKey('8 900 555 00 01'));

	it('asks AlfaCRM for every spelling of the last digits when none finds anybody', async () => {
		school.answerSearches(() => []);

		await school.run(FORM);

		expect(readPhoneFilters()).toEqual(['05550001', '0001', '00-01', '00 01']);
	});

	it('asks once for each item when AlfaCRM compares the digits alone', async () => {
		school.answerSearches(() => [{ ...CARD, phone: ['нет', '+7(900)555-00-01'] }]);

		const json = await runForItems(FORM, 2);

		expect(json).toMatchObject([{ id: 1 }, { id: 1 }]);
		expect(readPhoneFilters()).toEqual(['05550001', '05550001']);
	});

	it('asks for the other spellings too when AlfaCRM finds the text of one spelling', async () => {
		school.answerSearches(({ phone }) => (phone === '00-01' ? [CARD] : []));

		const ids = await school.findIds(FORM);

		expect(ids).toEqual([1]);
		expect(readPhoneFilters()).toEqual(['05550001', '0001', '00-01', '00 01']);
	});

	it('reads the whole list once for all items when AlfaCRM ignores the filter', async () => {
		school.answerSearches(() => [...makeStrangers(20), CARD]);

		const json = await runForItems(FORM, 3);

		expect(json).toMatchObject([{ id: 1 }, { id: 1 }, { id: 1 }]);
		expect(readPhoneFilters()).toEqual(['05550001', undefined]);
	});

	it('goes on asking for each item when the filter finds fewer than twenty strangers', async () => {
		school.answerSearches(() => [...makeStrangers(19), CARD]);

		await runForItems(FORM, 2);

		expect(readPhoneFilters()).toEqual(['05550001', '05550001']);
	});
});

describe('Find by a custom field', () => {
	const FORM = findInFirstBranch(contractKey('A-12'));

	it('stops when no customer shows the field', async () => {
		school.answerSearches(() => [{ id: 1, custom_school: 'x', removed: 0 }]);

		const { message, description } = await school.expectRefused(FORM);

		expect(message).toBe('AlfaCRM\'s customer has no field "custom_dogovor"');
		expect(description).toBe("Correct 'Custom Field': 'Get' with 'Simplify' off shows which ones there are.");
	});

	it('finds a customer when only some customers show the field', async () => {
		school.answerSearches(() => [
			{ id: 1, removed: 0 },
			{ id: 2, custom_dogovor: 'A-12', removed: 0 },
		]);

		const ids = await school.findIds(FORM);

		expect(ids).toEqual([2]);
	});

	it('finds nobody when there are no customers', async () => {
		school.answerSearches(() => []);

		const ids = await school.findIds(FORM);

		expect(ids).toEqual([]);
	});

	it.each([
		{ stored: '04.09.2015', typed: '2015-09-04' },
		{ stored: '2015-09-04', typed: '04.09.2015' },
	])('finds the day $typed in a card that shows it as $stored', async ({ stored, typed }) => {
		school.settings.ignoredFilters = [];
		const id = school.addLead({ custom_start: stored });

		const ids = await school.findIds(
			findInFirstBranch({ matchBy: 'customField', matchField: 'custom_start', matchValue: typed }),
		);

		expect(ids).toEqual([id]);
	});
});

describe.each([{ phoneSearch: 'digits' as const }, { phoneSearch: 'text' as const }])(
	'when AlfaCRM compares the $phoneSearch of a phone',
	({ phoneSearch }) => {
		/** Makes random spellings of `PHONE`. */
		const spellRandomly = (count: number): string[] => {
			const next = randomFrom(seed);
			return Array.from({ length: count }, () => spellPhoneRandomly(next));
		};

		beforeEach(() => {
			school.settings.phoneSearch = phoneSearch;
		});

		it('Create or Update makes one customer of random spellings of one number', async () => {
			// A first customer with words or unusual marks in the phone is found by its digits alone: docs/limits.md.
			const phones = [PHONE, ...spellRandomly(depth.phoneSpellings)];
			const forms = phones.map((phone) => upsertForm(phoneKey(phone), { name: 'Мия' }));

			const [first, ...repeats] = await school.saveCustomers(...forms);

			expect(first.operationResult).toBe('created');
			for (const repeat of repeats) {
				expect(repeat.operationResult).toBe('unchanged');
			}
			expect(school.readWrites()).toEqual(['customer/create']);
		});

		it.each([
			{ stored: '+7(900)555-00-01' },
			{ stored: '89005550001' },
			{ stored: '9005550001' },
			{ stored: '+7 900 555-00-01' },
			{ stored: '7 (900) 555 00 01' },
		])('Find finds the customer with the phone $stored by random spellings', async ({ stored }) => {
			const id = school.addLead({ phone: [stored] });

			for (const phone of spellRandomly(8)) {
				expect(await school.findIds(findInFirstBranch(phoneKey(phone)))).toEqual([id]);
			}
		});

		it.each([{ typed: '+7(900)555-00-01' }, { typed: '8 900 555 00 01' }, { typed: '9005550001' }])(
			'Find by $typed stops at the two customers who have the number, and leaves out longer and other numbers',
			async ({ typed }) => {
				school.addLead({ phone: ['+7(900)555-00-01'] });
				school.addLead({ phone: ['8 900 555 00 01'] });
				school.addLead({ phone: ['+375 44 9005550001'] });
				school.addLead({ phone: ['+7(901)555-00-01'] });

				const { message } = await school.expectRefused(
					findInFirstBranch(phoneKey(typed), { ifSeveral: 'refuse' }),
				);

				expect(message).toBe('2 customers match by Phone: 2 (lead), 1 (lead)');
			},
		);
	},
);

describe('Create or Update when the first customer was made from an unusual spelling', () => {
	it('makes one customer of random spellings when AlfaCRM compares the digits of a phone', async () => {
		school.settings.phoneSearch = 'digits';
		const next = randomFrom(seed);
		const phones = Array.from({ length: 8 }, () => spellPhoneRandomly(next));
		const forms = phones.map((phone) => upsertForm(phoneKey(phone), { name: 'Мия' }));

		await school.saveCustomers(...forms);

		expect(school.readWrites()).toEqual(['customer/create']);
	});
});

describe('Find by an email', () => {
	const TEXTS = [
		{ text: 'Anna@Example.org' },
		{ text: 'Анна <anna@example.org>' },
		{ text: 'mailto:anna@example.org' },
		{ text: 'anna@example.org.' },
	];
	const emailKey = (email: string): MatchKey => ({ matchBy: 'email', email });

	it.each(TEXTS)('finds the address in the text of a card: $text', async ({ text }) => {
		const id = school.addLead({ email: [text] });

		const ids = await school.findIds(findInFirstBranch(emailKey('anna@example.org')));

		expect(ids).toEqual([id]);
	});

	it.each(TEXTS)('finds the card by the address in the text of the form: $text', async ({ text }) => {
		const id = school.addLead({ email: ['anna@example.org'] });

		const ids = await school.findIds(findInFirstBranch(emailKey(text)));

		expect(ids).toEqual([id]);
	});

	it.each([{ typed: 'anna@example.org' }, { typed: 'mia@example.org anna@example.org' }])(
		'finds one of two addresses in the text of a card by $typed',
		async ({ typed }) => {
			const id = school.addLead({ email: ['eva@example.org, anna@example.org'] });

			const ids = await school.findIds(findInFirstBranch(emailKey(typed)));

			expect(ids).toEqual([id]);
		},
	);
});

describe('Find by name and date of birth', () => {
	it('finds two customers when one name has an invisible character within a word', async () => {
		school.addLead({ name: 'Зоя Лис', dob: '2015-09-04' });
		school.addLead({ name: 'Зоя Л\u200bис', dob: '2015-09-04' });

		const ids = await school.findIds(
			findForm({ matchBy: 'nameAndBirthDate', name: 'зоя лис', dob: '2015-09-04' }, { ifSeveral: 'all' }),
		);

		expect(ids).toEqual([2, 1]);
	});
});

describe('Create or Update for 61 items when AlfaCRM ignores the filter by email', () => {
	const GUEST_COUNT = 60;
	const emailOfGuest = (guest: number): string => `guest${guest}@school.example`;
	const guestForm = (email: string, note: string): IDataObject =>
		upsertInFirstBranch({ matchBy: 'email', email }, { name: 'Гость', note });

	/** A form for each guest, and one more for the last guest with the email in another spelling. */
	const FORMS = [
		...Array.from({ length: GUEST_COUNT }, (_, guest) => guestForm(emailOfGuest(guest), 'Новое')),
		guestForm('GUEST59@SCHOOL.EXAMPLE', 'Ещё раз'),
	];

	beforeEach(() => {
		school.settings.ignoredFilters = ['customer.email', 'customer.phone', '*.custom_*'];
		for (let guest = 0; guest < 30; guest += 1) {
			school.addLead({ email: [emailOfGuest(guest)] });
		}
	});

	/** Counts the pages of customers that AlfaCRM was asked for so far. */
	const countPages = (): number => school.readRequests('customer/index').length;

	it('creates each new guest once, and updates the others', async () => {
		await school.saveCustomers(...FORMS);

		expect(school.readRecords('customer')).toHaveLength(60);
		expect(school.readIdsByNote('Новое')).toHaveLength(59);
		expect(school.readRecord('customer', 60).note).toBe('Ещё раз');
		expect(school.readRequests('customer/create')).toHaveLength(30);
		expect(school.readRequests('customer/update')).toHaveLength(31);
	});

	it('reads the list at most twice, and each changed customer once more', async () => {
		await school.run(findInFirstBranch({ matchBy: 'email', email: 'nobody@school.example' }));
		const pagesOfOneSearch = countPages();
		school.requests.length = 0;

		await school.saveCustomers(...FORMS);

		const changedCustomers = 31;
		expect(countPages()).toBeLessThanOrEqual(2 * pagesOfOneSearch + changedCustomers);
	});
});

describe('Create or Update for several items when the filter by phone works', () => {
	it('finds a customer whom somebody enters by hand during the run', async () => {
		for (let count = 0; count < 30; count += 1) {
			school.addLead({ phone: [`+7(900)${100 + count}-00-00`] });
		}
		school.onCall = (call) => {
			const isFourthCreate = call === 'customer/create' && school.readWrites().length === 4;
			if (isFourthCreate) school.addLead({ phone: ['+7(955)104-00-00'] });
			return undefined;
		};

		const saved = await school.saveCustomers(
			upsertInFirstBranch(phoneKey('+7(955)100-00-00'), { name: 'Мия' }),
			upsertInFirstBranch(phoneKey('+7(955)101-00-00'), { name: 'Мия' }),
			upsertInFirstBranch(phoneKey('+7(955)102-00-00'), { name: 'Мия' }),
			upsertInFirstBranch(phoneKey('+7(955)103-00-00'), { name: 'Мия' }),
			upsertInFirstBranch(phoneKey('+7(955)104-00-00'), { name: 'Мия' }),
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

	/** The first shows that AlfaCRM ignores the filter. After all three, the lists of both branches have been read. */
	const FORMS_THAT_READ_THE_LISTS = [
		upsertInBranch(FIRST_BRANCH, '7'),
		upsertInBranch(FIRST_BRANCH, '7'),
		upsertInBranch(SECOND_BRANCH, '7'),
	];

	beforeEach(() => {
		school.settings.ignoredFilters = ['*.custom_*'];
		for (let contract = 0; contract < 21; contract += 1) {
			school.addLead({
				custom_dogovor: String(contract),
				branch_ids: [FIRST_BRANCH, SECOND_BRANCH],
			});
		}
	});

	it('finds in the second branch the customer of both branches whom an item before created', async () => {
		const saved = await school.saveCustomers(
			...FORMS_THAT_READ_THE_LISTS,
			upsertInBranch(FIRST_BRANCH, 'A', { branch_ids: [FIRST_BRANCH, SECOND_BRANCH] }),
			upsertInBranch(SECOND_BRANCH, 'A'),
		);

		expect(saved).toMatchObject([
			{ operationResult: 'unchanged' },
			{ operationResult: 'unchanged' },
			{ operationResult: 'unchanged' },
			{ operationResult: 'created' },
			{ operationResult: 'unchanged' },
		]);
	});

	it('creates one customer in each branch when the one of an item before is in the first branch alone', async () => {
		const saved = await school.saveCustomers(
			...FORMS_THAT_READ_THE_LISTS,
			upsertInBranch(FIRST_BRANCH, 'B'),
			upsertInBranch(SECOND_BRANCH, 'B'),
			upsertInBranch(SECOND_BRANCH, 'B'),
		);

		expect(saved).toMatchObject([
			{ operationResult: 'unchanged' },
			{ operationResult: 'unchanged' },
			{ operationResult: 'unchanged' },
			{ operationResult: 'created' },
			{ operationResult: 'created' },
			{ operationResult: 'unchanged' },
		]);
	});
});

describe('Create or Update when the list of customers does not come whole', () => {
	it.each([
		{ customer: 'a customer of the list', contract: 'Есть' },
		{ customer: 'a new customer', contract: 'Д-9' },
	])('stops for $customer when the rows change at each reading', async ({ contract }) => {
		const id = school.addLead({ custom_dogovor: 'Есть' });
		school.onCall = (call, request) => {
			if (call !== 'customer/index') return undefined;
			const answer = school.answerWithUnstableList(request) as { items: IDataObject[] };
			if (request.body.page === 0) answer.items.push(school.readRecord('customer', id));
			return answer;
		};

		const { message, description } = await school.expectRefused(
			upsertInFirstBranch(contractKey(contract), { name: 'Новый' }),
		);

		expect(message).toBe(
			"AlfaCRM's list of customers did not come whole, so it is not sure which customers match",
		);
		expect(description).toBe('Run it again. Nothing was saved.');
	});

	it.each<{ key: MatchKey }>([{ key: contractKey('Д-9') }, { key: phoneKey(PHONE) }])(
		'creates nobody by $key when AlfaCRM counts more customers than it lists',
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
	it('returns the customer with the whole value for each item', async () => {
		school.settings.ignoredFilters = [];
		school.addLead({ custom_dogovor: '12' });
		school.addLead({ custom_dogovor: '120' });
		school.addLead({ custom_dogovor: '77' });

		const saved = await school.saveCustomers(
			upsertInFirstBranch(contractKey('12'), { name: 'Новый' }),
			upsertInFirstBranch(contractKey('77'), { name: 'Новый' }),
		);

		expect(saved).toMatchObject([{ id: 1 }, { id: 3 }]);
	});
});
