import fc from 'fast-check';

import { isBlank, kindOf, normalForms, serialize } from '../../../nodes/AlfaCrm/fields/field';
import {
	formatPhone,
	makeSearchTexts,
	normalizePhone,
	areSamePhones,
	splitNumbers,
} from '../../../nodes/AlfaCrm/fields/phoneNumber';
import { isFoundByPhone } from '../../../nodes/AlfaCrm/fields/phones';
import { seed } from '../../support/depth';

/** The field for the phone numbers of a customer. */
const PHONES = { type: 'phones', name: 'phone', label: 'Phone' } as const;
/** The filter for customers by a phone number, or by some digits of it. */
const PHONE_PART = { type: 'phonePart', name: 'phone', label: 'Phone' } as const;

describe('areSamePhones', () => {
	it.each([
		{ phone: '+7(900)555-00-01', otherPhone: '+7(900)555-00-01' },
		{ phone: '+7(900)555-00-01', otherPhone: '+79005550001' },
		{ phone: '+7(900)555-00-01', otherPhone: '79005550001' },
		{ phone: '+7(900)555-00-01', otherPhone: '89005550001' },
		{ phone: '+7(900)555-00-01', otherPhone: '9005550001' },
		{ phone: '+7(900)555-00-01', otherPhone: '8 (900) 555-00-01' },
		{ phone: '+7(900)555-00-01', otherPhone: '007 900 555 00 01' },
		{ phone: '+7(900)555-00-01', otherPhone: '8-10-7-900-555-00-01' },
		{ phone: '+7(900)555-00-01', otherPhone: '+8 900 555 00 01' },
		{ phone: '+7(900)555-00-01', otherPhone: '(+7) 900 5550001' },
		{ phone: '+7(900)555-00-01', otherPhone: 'тел. 8 900 555 00 01 (мама)' },
		{ phone: '+7(900)555-00-01', otherPhone: '+7 900 555-00-01 доб. 12' },
		{ phone: '+7(900)555-00-01', otherPhone: 'мама 2: 8 900 555 00 01' },
		{ phone: '+7(900)555-00-01', otherPhone: '89005550001, 89005550002' },
		{ phone: '+375 29 123-45-67', otherPhone: '+375 29 123-45-67' },
		{ phone: '+375 29 123-45-67', otherPhone: '375291234567' },
		{ phone: '+375 29 123-45-67', otherPhone: '+375(29)1234567' },
		{ phone: '+375 29 123-45-67', otherPhone: '00375291234567' },
		{ phone: '+375 29 123-45-67', otherPhone: '8-10-375-29-123-45-67' },
		{ phone: '+375 29 123-45-67', otherPhone: '80291234567' },
		{ phone: '+375 29 123-45-67', otherPhone: '8 029 123 45 67' },
		{ phone: '+375 29 123-45-67', otherPhone: '+7(029)123-45-67' },
		{ phone: '+998 90 123 45 67', otherPhone: '+998 90 123 45 67' },
		{ phone: '+998 90 123 45 67', otherPhone: '998901234567' },
		{ phone: '+998 90 123 45 67', otherPhone: '00998901234567' },
		{ phone: '+372 123 4567', otherPhone: '+372 123 4567' },
		{ phone: '+372 123 4567', otherPhone: '00372 1234567' },
		{ phone: '+49 32 550001', otherPhone: '+49 32 550001' },
		{ phone: '+49 32 550001', otherPhone: '0049 32 550001' },
		{ phone: '8 (491) 234-56-78', otherPhone: '8 (491) 234-56-78' },
		{ phone: '8 (491) 234-56-78', otherPhone: '84912345678' },
		{ phone: '8 (491) 234-56-78', otherPhone: '+7 491 234 56 78' },
		{ phone: '8 (491) 234-56-78', otherPhone: '4912345678' },
		{ phone: '123-45-67', otherPhone: '123-45-67' },
		{ phone: '123-45-67', otherPhone: '1234567' },
		{ phone: '123-45-67', otherPhone: '123 45 67' },
	])(
		'areSamePhones is true for two spellings of a number: "$phone" and "$otherPhone"',
		({ phone, otherPhone }) => {
			expect(areSamePhones(phone, otherPhone)).toBe(true);
			expect(areSamePhones(otherPhone, phone)).toBe(true);
		},
	);

	it.each([
		{ phone: '+7(900)555-00-01', otherPhone: '+79005550002' },
		{ phone: '+7(900)555-00-01', otherPhone: '+375 90 0555000' },
		{ phone: '+7(900)555-00-01', otherPhone: '+380 9005550001' },
		{ phone: '+7(900)555-00-01', otherPhone: '+90 05550001' },
		{ phone: '+7(900)555-00-01', otherPhone: '5550001' },
		{ phone: '+7(900)555-00-01', otherPhone: '005550001' },
		{ phone: '+7(900)555-00-01', otherPhone: '' },
		{ phone: '+375 29 123-45-67', otherPhone: '+7 529 123-45-67' },
		{ phone: '+375 29 123-45-67', otherPhone: '2912345679' },
		{ phone: '+375 29 123-45-67', otherPhone: '+380 29 123-45-67' },
		{ phone: '+375 29 123-45-67', otherPhone: '9291234567' },
		{ phone: '+375 29 123-45-67', otherPhone: '291234567' },
		{ phone: '+998 90 123 45 67', otherPhone: '+7 890 123 45 67' },
		{ phone: '+998 90 123 45 67', otherPhone: '8901234567' },
		{ phone: '+998 90 123 45 67', otherPhone: '+996 90 123 45 67' },
		{ phone: '+372 123 4567', otherPhone: '+7 372 123 45 67' },
		{ phone: '+372 123 4567', otherPhone: '8 372 123 45 67' },
		{ phone: '+372 123 4567', otherPhone: '3721234567' },
		{ phone: '+49 32 550001', otherPhone: '+7 493 255 00 01' },
		{ phone: '+49 32 550001', otherPhone: '84932550001' },
		{ phone: '+49 32 550001', otherPhone: '4932550001' },
		{ phone: '+49 32 550001', otherPhone: '(4932) 55-00-01' },
		{ phone: '8 (491) 234-56-78', otherPhone: '+84 912 345 678' },
		{ phone: '123-45-67', otherPhone: '8 900 123 45 67' },
		{ phone: '123-45-67', otherPhone: '1234568' },
		{ phone: '123-45-67', otherPhone: '01234567' },
	])(
		'areSamePhones is false for two different numbers: "$phone" and "$otherPhone"',
		({ phone, otherPhone }) => {
			expect(areSamePhones(phone, otherPhone)).toBe(false);
			expect(areSamePhones(otherPhone, phone)).toBe(false);
		},
	);

	const SEPARATORS = [
		{ name: 'a blank', separator: ' ' },
		{ name: 'a hyphen', separator: '-' },
		{ name: 'an en dash', separator: '–' },
		{ name: 'a minus', separator: '−' },
		{ name: 'a slash', separator: '/' },
		{ name: 'a dot', separator: '.' },
		{ name: 'an underscore', separator: '_' },
		{ name: 'a backslash', separator: '\\' },
		{ name: 'a bar', separator: '|' },
		{ name: 'a hyphen between blanks', separator: ' - ' },
		{ name: 'a slash between blanks', separator: ' / ' },
		{ name: 'a no-break space', separator: '\u00a0' },
		{ name: 'an invisible mark', separator: '\u202d' },
		{ name: 'an apostrophe', separator: "'" },
		{ name: 'an asterisk', separator: '*' },
		{ name: 'a middle dot', separator: '·' },
	];

	it.each(SEPARATORS)(
		'areSamePhones ignores $name between the digits of a Russian number',
		({ separator: s }) => {
			expect(areSamePhones(`+7${s}900${s}555${s}00${s}01`, '+7 900 555 00 01')).toBe(true);
		},
	);

	it.each(SEPARATORS)(
		'areSamePhones ignores $name between the digits of a foreign number',
		({ separator: s }) => {
			expect(areSamePhones(`+375${s}29${s}111${s}22${s}33`, '+375 29 111 22 33')).toBe(true);
		},
	);

	it.each([
		{ ignoredPart: 'invisible marks around a number', text: '\u202a+7 900 555-00-01\u202c' },
		{ ignoredPart: 'the width of East Asian digits', text: '＋７ ９００ ５５５ ００ ０１' },
		{ ignoredPart: 'a bullet before a number', text: '• 8 900 555-00-01' },
		{ ignoredPart: 'asterisks after a number', text: '+7 900 555-00-01 ***' },
		{
			ignoredPart: 'a hidden number beside the complete one',
			text: '+7 900 555-00-01 (было +7 9** ***-12-34)',
		},
	])('areSamePhones ignores $ignoredPart: $text', ({ text }) => {
		expect(areSamePhones(text, '+7 900 555-00-01')).toBe(true);
	});
});

const VALUES_WITHOUT_DIGITS = [
	{ value: '' },
	{ value: ' ' },
	{ value: '-' },
	{ value: 'нет' },
	{ value: null },
	{ value: undefined },
	{ value: [] },
	{ value: {} },
];

it.each(VALUES_WITHOUT_DIGITS)(
	'areSamePhones is false for a value without digits, even when it is compared with itself: $value',
	({ value }) => {
		expect(areSamePhones(value, value)).toBe(false);
	},
);

it.each(VALUES_WITHOUT_DIGITS)('makeSearchTexts finds no text to search for in $value', ({ value }) => {
	expect(makeSearchTexts(value)).toEqual([]);
});

describe('makeSearchTexts', () => {
	it.each([
		{ phone: '+7(900)555-00-01', searchTexts: ['05550001', '0001', '00-01', '00 01'] },
		{ phone: '8 900 555 00 01', searchTexts: ['05550001', '0001', '00-01', '00 01'] },
		{ phone: '+375 29 123-45-67', searchTexts: ['91234567', '4567', '45-67', '45 67'] },
		{ phone: '+998 90 123 45 67', searchTexts: ['01234567', '4567', '45-67', '45 67'] },
		{ phone: '+372 123 4567', searchTexts: ['21234567', '4567', '45-67', '45 67'] },
		{ phone: '+49 32 550001', searchTexts: ['32550001', '0001', '00-01', '00 01'] },
		{ phone: '+49 170 1234567', searchTexts: ['01234567', '4567', '45-67', '45 67'] },
		{ phone: '8 (491) 234-56-78', searchTexts: ['12345678', '5678', '56-78', '56 78'] },
		{ phone: '123-45-67', searchTexts: ['1234567', '4567', '45-67', '45 67'] },
	])(
		'makeSearchTexts searches for the last digits of $phone in the usual spellings',
		({ phone, searchTexts }) => {
			expect(makeSearchTexts(phone)).toEqual(searchTexts);
		},
	);

	it('makeSearchTexts searches for the whole text as well when its spelling is unusual', () => {
		expect(makeSearchTexts(' 8 900 5550 00 1 ')).toEqual([
			'05550001',
			'0001',
			'00-01',
			'00 01',
			'8 900 5550 00 1',
		]);
	});
});

describe('formatPhone', () => {
	it.each([{ phone: '8 900 555 00 01' }, { phone: '8-10-7-900-555-00-01' }, { phone: 89005550001 }])(
		'formatPhone writes a Russian number as AlfaCRM does: $phone',
		({ phone }) => {
			expect(formatPhone(phone)).toBe('+7(900)555-00-01');
		},
	);

	it('formatPhone leaves out the second country code that a user has typed behind the +7 of a form', () => {
		expect(formatPhone('+7 8 495 111-22-33')).toBe('+7(495)111-22-33');
	});

	it.each([
		{ description: 'a number with an extension', phone: '+7 900 555-00-01 доб. 12' },
		{ description: 'a foreign number', phone: '+375 29 123-45-67' },
		{ description: 'a number with too many digits', phone: '+7900555000123' },
		{ description: 'ten digits that may be a foreign number', phone: '2125550199' },
		{ description: 'a number in East Asian digits', phone: '８９００１１１２２３３' },
		{ description: 'a number in East Asian digits with further digits', phone: '８９００１１１２２３３ 12' },
	])('formatPhone leaves $description unchanged: $phone', ({ phone }) => {
		expect(formatPhone(phone)).toBe(phone);
	});
});

describe.each([
	{ reason: 'an input mask that is not filled to its end', text: '+7 (___) ___-__-__' },
	{ reason: 'an input mask that is not filled to its end', text: '+375 (__) ___-__-__' },
	{ reason: 'an input mask that is not filled to its end', text: '+7 (900) 555-00-0_' },
	{ reason: 'an input mask that is not filled to its end', text: '+7 (XXX) XXX-XX-XX' },
	{ reason: 'an input mask that is not filled to its end', text: '+7 (###) ###-##-##' },
	{ reason: 'an input mask that is not filled to its end', text: '+7 (000) 000-00-00' },
	{ reason: 'a country code alone', text: '+7' },
	{ reason: 'a country code alone', text: '8' },
	{ reason: 'a country code alone', text: '0' },
	{ reason: 'a country code alone', text: '00375' },
	{ reason: 'a number with too few digits', text: '+375 29 12' },
	{ reason: 'a number with too few digits', text: '+49 1234' },
	{ reason: 'a number with too few digits', text: '+7 9005 5' },
	{ reason: 'a number with too few digits', text: '12-34' },
	{ reason: 'one digit again and again', text: '22222' },
	{ reason: 'an extension or a flat', text: 'доб. 12345' },
	{ reason: 'an extension or a flat', text: '#12345' },
	{ reason: 'an extension or a flat', text: 'кв. 12' },
	{ reason: 'an extension or a flat', text: 'внутренний 12345' },
	{ reason: 'a number with hidden digits', text: '+7 900 XXX-12-34' },
	{ reason: 'a number with hidden digits', text: '8 9** ***-12-34' },
	{ reason: 'a number with hidden digits', text: '+7 (900) 555-00-*1' },
	{ reason: 'a number with hidden digits', text: '8900***1234' },
	{ reason: 'a number with hidden digits', text: '+7 900 ...-12-34' },
	{ reason: 'a number with hidden digits', text: '+7 (900) •••-12-34' },
	{ reason: 'a number with hidden digits', text: '+49 170 12345***' },
	{ reason: 'a number with hidden digits', text: '+7 900 555-XX-XX' },
	{ reason: 'a number with hidden digits', text: '8 900 555 ## ##' },
	{ reason: 'one digit again and again', text: '0000000000' },
	{ reason: 'one digit again and again', text: '+7 (999) 999-99-99' },
	{ reason: 'one digit again and again', text: '+44 777 777 7777' },
	{ reason: 'one digit again and again', text: '+1 111 111 1111' },
])('The text "$text", $reason', ({ text, reason }) => {
	it(`the text "${text}" has no normal form, because it is ${reason}`, () => {
		expect(normalizePhone(text)).toEqual([]);
	});

	it(`the text "${text}" is not the same phone as itself, because it is ${reason}`, () => {
		expect(areSamePhones(text, text)).toBe(false);
	});

	it(`nobody is searched for by the text "${text}", because it is ${reason}`, () => {
		expect(makeSearchTexts(text)).toEqual([]);
	});

	it(`the text "${text}" is saved unchanged, although it is ${reason}`, () => {
		expect(formatPhone(text)).toBe(text);
	});
});

describe.each([
	{ address: '120363041234567890@g.us' },
	{ address: '79001234567-1612345678@g.us' },
	{ address: '123456789012345@lid' },
	{ address: '12345678901234:5@lid' },
	{ address: 'tg://user?id=123456789' },
	{ address: 'tg://resolve?domain=mia79005550001' },
	{ address: '1612345678@broadcast' },
	{ address: '120363041234567890@newsletter' },
	{ address: '79001234567-1612345678@G.US' },
	{ address: 'https://t.me/mia79005550001' },
	{ address: 't.me/c/1234567890/5' },
	{ address: 'telegram.me/mia_9005550001' },
])('The address $address in a messenger, which is made of no phone number', ({ address }) => {
	it(`the address ${address} has no normal form, because its digits are no phone number`, () => {
		expect(normalizePhone(address)).toEqual([]);
	});

	it(`the address ${address} is not the same phone as itself, because its digits are no phone number`, () => {
		expect(areSamePhones(address, address)).toBe(false);
	});

	it(`the address ${address} is saved unchanged in a field of phones`, () => {
		expect(formatPhone(address)).toBe(address);
	});
});

describe('normalizePhone of a text with an address in a messenger', () => {
	it.each([
		{ address: '79005550001@c.us' },
		{ address: '79005550001@s.whatsapp.net' },
		{ address: '79005550001:12@s.whatsapp.net' },
		{ address: 'https://wa.me/79005550001' },
		{ address: 'https://api.whatsapp.com/send?phone=79005550001' },
		{ address: 'viber://chat?number=%2B79005550001' },
		{ address: 'tel:+79005550001' },
		{ address: 'https://t.me/+79005550001' },
		{ address: 't.me/79005550001' },
	])('normalizePhone finds the phone number in the address of a messenger: $address', ({ address }) => {
		expect(normalizePhone(address)).toEqual(['79005550001']);
	});

	it.each([
		{ text: '8 900 555 00 01 tg://user?id=123456789' },
		{ text: '120363041234567890@g.us 8 900 555 00 01' },
		{ text: 't.me/mia_o, 8 900 555 00 01' },
		{ text: 'tg://user?id=123456789;8 900 555 00 01' },
		{ text: '1612345678@broadcast +7 900 555-00-01' },
		{ text: '8 900 555 00 01/anna@example.org' },
		{ text: '89005550001-anna@example.org' },
		{ text: '+7(900)555-00-01(anna1990@example.org)' },
	])('normalizePhone finds the phone number beside the address of a messenger: $text', ({ text }) => {
		expect(normalizePhone(text)).toEqual(['79005550001']);
	});
});

describe('normalizePhone of a number with digits behind it', () => {
	it.each([
		{ text: '9001112233 2 ребёнка' },
		{ text: '9001112233 2-й класс' },
		{ text: '9001112233, 2 ребёнка' },
		{ text: '9001112233 7лет' },
		{ text: '9001112233 12' },
		{ text: '9001112233 12.05.2015' },
		{ text: '9001112233.0' },
		{ text: '9001112233.00 мама' },
		{ text: '900 111-22-33 2 ребёнка' },
		{ text: '(900) 111-22-33 5 лет' },
		{ text: '900 111 22 33 12.05.2015' },
		{ text: '900 111 22 33 10 лет' },
		{ text: '900 111-22-33 11-й класс' },
		{ text: '900 111-22-33 12 уроков' },
		{ text: '900 111-22-33 10 kids' },
		{ text: '900 111-22-33 2 Миа' },
		{ text: '9001112233 2 ребёнка 8 и 10 лет' },
		{ text: '79001112233.0' },
		{ text: '89001112233 2 ребёнка' },
	])(
		'normalizePhone leaves out digits behind a number when they are a count, an age or a date: $text',
		({ text }) => {
			expect(normalizePhone(text)).toEqual(['79001112233']);
		},
	);

	it.each([
		{ text: '90 532 123 45 67 мама', digits: '905321234567' },
		{ text: '90 9001112233', digits: '909001112233' },
		{ text: '971 50 123 45 67 мама', digits: '971501234567' },
		{ text: '972 54 123 45 67 мама', digits: '972541234567' },
		{ text: '966 501 234 567 мама', digits: '966501234567' },
		{ text: '998 90 123 45 67 2 ребёнка', digits: '998901234567' },
		{ text: '996 555 12 34 56 2 ребёнка', digits: '996555123456' },
		{ text: '995 577 12 34 56 5 лет', digits: '995577123456' },
		{ text: '4989123456789.0', digits: '4989123456789' },
		{ text: '919 876 54 32 10 Radj', digits: '919876543210' },
		{ text: '919 876 54 32 10 мама', digits: '919876543210' },
		{ text: '919 876 54 32 10 Yolanda', digits: '919876543210' },
	])(
		'normalizePhone keeps all digits of a foreign number that is written without its plus: $text',
		({ text, digits }) => {
			expect(normalizePhone(text)).toEqual([digits]);
		},
	);
});

describe('normalizePhone of a number behind the +7 of a form', () => {
	it.each([
		{ text: '+7 8 495 111-22-33', digits: '74951112233' },
		{ text: '+784951112233', digits: '74951112233' },
		{ text: '+7 (8495) 111-22-33', digits: '74951112233' },
		{ text: '+7 8 (343) 111-22-33', digits: '73431112233' },
		{ text: '+7 8 800 555-00-01', digits: '78005550001' },
		{ text: '+7 8 495 111-22-33 2 ребёнка', digits: '74951112233' },
		{ text: '+7 7 495 111-22-33', digits: '74951112233' },
		{ text: '+7 8 777 123 45 67', digits: '77771234567' },
		{ text: '+7 8 900 555 00 01', digits: '79005550001' },
	])(
		'normalizePhone drops the +7 of a form when the user has typed a whole number with 8 or 7 behind it: $text',
		({ text, digits }) => {
			expect(normalizePhone(text)).toEqual([digits]);
		},
	);

	it.each([
		{ text: '+7 747 123 45 67 8', digits: '77471234567' },
		{ text: '+7 789 012 34 56 2', digits: '77890123456' },
		{ text: '+777712345678', digits: '777712345678' },
	])(
		'normalizePhone does not take the 7 of an area code for a second country code: $text',
		({ text, digits }) => {
			expect(normalizePhone(text)).toEqual([digits]);
		},
	);
});

describe.each([
	{ number: '+7 900 555-00-01', forms: ['79005550001'] },
	{ number: '89005550001', forms: ['79005550001'] },
	{ number: '8 10 375 29 123 45 67', forms: ['375291234567'] },
	// This number may be a Russian or a Belarusian one.
	{ number: '80 29 123 45 67', forms: ['70291234567', '375291234567'] },
	{ number: '+998 90 123 45 67', forms: ['998901234567'] },
])('normalizePhone of $number', ({ number, forms }) => {
	it(`normalizePhone finds the number ${number} when nothing else is in the text`, () => {
		expect(normalizePhone(number)).toEqual(forms);
	});

	it.each([
		{ words: ', доб. 12' },
		{ words: ' ext. 123' },
		{ words: '#12' },
		{ words: ' x12' },
		{ words: ' 12' },
		{ words: ' (12)' },
		{ words: ' / 12' },
		{ words: ' (мама)' },
	])(`normalizePhone leaves out "$words" behind the number ${number}`, ({ words }) => {
		expect(normalizePhone(number + words)).toEqual(forms);
	});
});

const TEXTS_WITH_TWO_NUMBERS = [
	{ text: '8 900 555 00 01 / 8 900 555 00 02' },
	{ text: 'тел1 89005550001 тел2 89005550002' },
	{ text: '8 900 555 00 01 доб. 12 900 555 00 02' },
	// The first eleven digits behind "доб." would be a number.
	{ text: '8 900 555 00 01 доб. 81 8 900 555 00 02' },
	{ text: '8 900 555 00 01 (доб. 12) +7 900 555 00 02' },
	// Staff number the phones in one field of a card.
	{ text: '1) 8 900 555 00 01 2) 8 900 555 00 02' },
	{ text: '1. 89005550001 2. 8 (900) 555-00-02' },
];

it.each(TEXTS_WITH_TWO_NUMBERS)('normalizePhone finds two numbers in $text', ({ text }) => {
	expect(normalizePhone(text)).toEqual(['79005550001', '79005550002']);
});

it.each(TEXTS_WITH_TWO_NUMBERS)('formatPhone leaves a text with two numbers unchanged: $text', ({ text }) => {
	expect(formatPhone(text)).toBe(text);
});

describe('normalizePhone', () => {
	it.each([
		{ text: 'кв. 9, 7 900 555-00-01' },
		{ text: '3) 89005550001' },
		{ text: '№2 - 89005550001' },
		{ text: '7) 8 900 555 00 01' },
		{ text: '1) 8 (900) - 555 - 00 - 01' },
	])('normalizePhone leaves out a label in front of a number: $text', ({ text }) => {
		expect(normalizePhone(text)).toEqual(['79005550001']);
	});

	it.each([
		{ text: '49 89123456789', digits: '4989123456789' },
		{ text: '99 8 90 123 45 67 1', digits: '998901234567' },
	])(
		'normalizePhone does not take the country code of a foreign number for a label: $text',
		({ text, digits }) => {
			expect(normalizePhone(text)).toEqual([digits]);
		},
	);

	it.each([
		{ text: '+49 / 170 / 12345 / 67890', digits: '491701234567890' },
		{ text: '90 532 123 45 67 90 532 123 45 68', digits: '905321234567905321234568' },
	])('normalizePhone does not split a foreign number into two numbers: $text', ({ text, digits }) => {
		expect(normalizePhone(text)).toEqual([digits]);
	});

	it.each([
		{
			rule: 'keeps digits too many, because they make another number',
			text: '+7900555000123',
			forms: ['7900555000123'],
		},
		{
			rule: 'keeps the digits too many of a foreign number',
			text: '+49 789123456789',
			forms: ['49789123456789'],
		},
		{
			rule: 'reads ten digits that begin no Russian mobile number in two ways',
			text: '2125550199',
			forms: ['72125550199', '2125550199'],
		},
		{
			rule: 'leaves out a short number beside a complete one',
			text: '123-45-67 или 8 900 555 00 01',
			forms: ['79005550001'],
		},
		{
			rule: 'finds a Russian and a foreign number',
			text: '8 900 555 00 01 или +375 29 123-45-67',
			forms: ['375291234567', '79005550001'],
		},
		{
			rule: 'finds a complete number behind the sign of an extension',
			text: 'вн. 8 900 555 00 01',
			forms: ['79005550001'],
		},
		{
			rule: 'finds nothing when asterisks may hide digits of a foreign number',
			text: '491701234567 ***',
			forms: [],
		},
		{
			rule: 'finds a number that ends with seven zeros',
			text: '+7 900 000 00 00',
			forms: ['79000000000'],
		},
		{
			rule: 'leaves out a rounded number',
			text: '8900 7,9E+10 5550001',
			forms: ['5550001'],
		},
		{
			rule: 'finds nothing behind a thousand dots',
			text: `${'.'.repeat(1_000)}89005550001`,
			forms: [],
		},
	])('normalizePhone $rule', ({ text, forms }) => {
		expect(normalizePhone(text)).toEqual(forms);
	});

	it('normalizePhone finds nothing in a list, because it reads single texts', () => {
		expect(normalizePhone(['89005550001'])).toEqual([]);
	});

	it('normalizePhone finds 60 numbers in one text in less than two seconds', () => {
		const numbers = Array.from({ length: 60 }, (_, index) => `90055500${String(index).padStart(2, '0')}`);
		const start = performance.now();

		const forms = normalizePhone(numbers.join(' '));

		expect(forms).toHaveLength(60);
		expect(performance.now() - start).toBeLessThan(2_000);
	});
});

describe('splitNumbers', () => {
	it.each([
		{
			keptPart: 'the words behind it',
			text: '8 900 555-00-01 (мама) 8 900 555-00-02 (папа)',
			parts: ['8 900 555-00-01 (мама)', '8 900 555-00-02 (папа)'],
		},
		{
			keptPart: 'its plus',
			text: '89005550001+375291234567 +49 170 1234567',
			parts: ['89005550001', '+375291234567', '+49 170 1234567'],
		},
		{
			keptPart: 'all digits of a foreign number',
			text: '+49 170 1234567 / 8 900 555 00 01',
			parts: ['+49 170 1234567 /', '8 900 555 00 01'],
		},
		{
			keptPart: 'its extension',
			text: '8 900 555 00 01 доб. 12 8 900 555 00 02',
			parts: ['8 900 555 00 01 доб. 12', '8 900 555 00 02'],
		},
		{
			keptPart: 'the label before it',
			text: 'тел. №2: 8 900 555 00 01\nпапа 8 900 555 00 02',
			parts: ['тел. №2: 8 900 555 00 01', 'папа 8 900 555 00 02'],
		},
		{
			keptPart: 'its number in a list with brackets',
			text: '1) 8 900 555 00 01 2) 8 900 555 00 02',
			parts: ['1) 8 900 555 00 01', '2) 8 900 555 00 02'],
		},
		{
			keptPart: 'its number in a list with dots',
			text: '1. +79005550001 2. +79005550002',
			parts: ['1. +79005550001', '2. +79005550002'],
		},
	])('splitNumbers leaves each phone $keptPart: $text', ({ text, parts }) => {
		const trimmedParts = splitNumbers(text).map((part) => part.trim());

		expect(trimmedParts).toEqual(parts);
	});

	it('splitNumbers does not separate a short number from the complete number after it', () => {
		expect(splitNumbers('123-45-67 (мама) 89005550001')).toEqual(['123-45-67 (мама) 89005550001']);
	});
});

describe('A field of phones', () => {
	it.each([
		{
			rule: 'splits two numbers at a comma',
			value: '8 900 555 00 01, 8 900 555 00 02',
			phones: ['8 900 555 00 01', '8 900 555 00 02'],
		},
		{
			rule: 'keeps an extension behind a comma',
			value: '8 900 555 00 01, доб. 12',
			phones: ['8 900 555 00 01, доб. 12'],
		},
		{
			rule: 'removes the empty fraction of a spreadsheet',
			value: '9001112233.0',
			phones: ['9001112233'],
		},
		{
			rule: 'keeps a word behind a comma with its number',
			value: '8 900 555 00 01, мама; 8 900 555 00 02, папа',
			phones: ['8 900 555 00 01, мама', '8 900 555 00 02, папа'],
		},
		{
			rule: 'leaves out empty items and empty input masks',
			value: ['+7 (___) ___-__-__', '8 900 555 00 01', '', null],
			phones: ['8 900 555 00 01'],
		},
		{
			rule: 'reads numbers and JSON in a list',
			value: [89005550001, '["8 900 555 00 02"]'],
			phones: ['89005550001', '8 900 555 00 02'],
		},
	])('a field of phones $rule', ({ value, phones }) => {
		expect(serialize(PHONES, value, 'UTC')).toEqual(phones);
	});

	it.each([{ value: NaN }, { value: 1.5 }, { value: 1e21 }, { value: true }, { value: {} }, { value: [{}] }])(
		'a field of phones refuses $value, which is no phone number',
		({ value }) => {
			expect(() => serialize(PHONES, value, 'UTC')).toThrow(
				"'Phone' must be a phone number or a list of phone numbers, but it is",
			);
		},
	);
});

describe('A filter by a phone or a part of one', () => {
	it.each([
		{
			description: 'a number, and leaves out the blanks around it',
			value: ' 8 900 555-00-01 ',
			sentValue: '8 900 555-00-01',
		},
		{ description: 'some digits with a comma', value: '900,', sentValue: '900,' },
	])('a filter by phone accepts $description', ({ value, sentValue }) => {
		expect(isBlank(PHONE_PART, value)).toBe(false);
		expect(serialize(PHONE_PART, value, 'UTC')).toBe(sentValue);
	});

	it.each([
		{ description: 'an address', value: 'дом 12 кв 34' },
		{ description: 'digits with a word', value: '900 доб' },
		{ description: 'two numbers', value: '8 900 555 00 01 / 8 900 555 00 02' },
		{ description: 'parts of two numbers', value: '900;901' },
		{ description: 'parts of two numbers with a comma', value: '900, 12' },
		{ description: 'a flag', value: true },
		{ description: 'a list', value: [900] },
		{ description: 'an object', value: {} },
	])('a filter by phone refuses $description: $value', ({ value }) => {
		expect(isBlank(PHONE_PART, value)).toBe(false);
		expect(() => serialize(PHONE_PART, value, 'UTC')).toThrow(
			"'Phone' must be one phone number, or at least 3 digits of it",
		);
	});

	it.each([
		{ value: '+7' },
		{ value: '12' },
		{ value: 12 },
		{ value: '-' },
		{ value: '+' },
		{ value: '+7 (___) ___-__-__' },
		{ value: '+7 (900) ___-__-__' },
		{ value: '8 9** ***-12-34' },
	])('a filter by phone counts as empty when it would find nearly everybody: $value', ({ value }) => {
		expect(isBlank(PHONE_PART, value)).toBe(true);
	});

	it('a filter by phone is not empty when asterisks stand beside a complete number', () => {
		expect(isBlank(PHONE_PART, '+7 900 555-00-01 ***')).toBe(false);
	});

	it.each([
		{
			searchedPart: 'the last digits of a complete number',
			value: '8 900 555-00-01',
			bodies: [{ phone: '05550001' }, { phone: '0001' }, { phone: '00-01' }, { phone: '00 01' }],
		},
		{
			searchedPart: 'three digits with and without brackets',
			value: '900',
			bodies: [{ phone: '900' }, { phone: '(900)' }],
		},
		{
			searchedPart: 'a beginning without its 8, and for the same digits at the end of a number',
			value: '8900',
			bodies: [{ phone: '900' }, { phone: '(900)' }, { phone: '89-00' }, { phone: '8900' }],
		},
		{
			searchedPart: 'a beginning without its 7, and for the same digits at the end of a number',
			value: '7 900 5',
			bodies: [{ phone: '9005' }, { phone: '(900)5' }, { phone: '7-90-05' }, { phone: '7 900 5' }],
		},
		{
			searchedPart: 'eleven digits that are no phone number',
			value: '22222222222',
			bodies: [{ phone: '22222222222' }],
		},
	])('a filter by phone searches for $searchedPart: $value', ({ value, bodies }) => {
		expect(kindOf(PHONE_PART).makeFilterBodies(PHONE_PART, 'phone', value)).toEqual(bodies);
	});

	it.each([{ value: '900-555' }, { value: '(900) 555' }])(
		'a filter by phone has the same normal form for every spelling of some digits: $value',
		({ value }) => {
			expect(normalForms(PHONE_PART, value)).toEqual(['900555']);
		},
	);

	it.each([{ value: '８ ９００ ５５５ ００ ０１' }, { value: '+7(900)555-00-01' }])(
		'a filter by phone has the same normal form for every spelling of a complete number: $value',
		({ value }) => {
			expect(normalForms(PHONE_PART, value)).toEqual(['05550001']);
		},
	);

	it.each([
		{ description: 'a list', value: [900] },
		{ description: 'digits with a word', value: 'мама 900' },
	])('a filter by phone has no normal form for $description', ({ value }) => {
		expect(normalForms(PHONE_PART, value)).toEqual([]);
	});
});

describe('isFoundByPhone', () => {
	it.each([
		{
			description: 'the same number in another spelling',
			storedPhone: '+7(900)555-00-01',
			searchedPhone: '8 900 555 00 01',
		},
		{ description: 'its beginning', storedPhone: '+7(900)555-00-01', searchedPhone: '(+7 900) 5' },
		{
			description: 'digits in the middle of a number in wide digits',
			storedPhone: '＋７（９００）５５５－００－０１',
			searchedPhone: '555-00',
		},
		{
			description: 'digits in its middle that begin with zeros',
			storedPhone: '+7(900)500-12-34',
			searchedPhone: '001234',
		},
		{
			description: 'the country code of the second number',
			storedPhone: '8 900 555 00 01, +375 29 123-45-67',
			searchedPhone: '+375',
		},
		{
			description: 'the same number with another reading of its beginning',
			storedPhone: '+375 29 123-45-67',
			searchedPhone: '+7 029 123 45 67',
		},
	])(
		'isFoundByPhone is true for $description: $searchedPhone in $storedPhone',
		({ storedPhone, searchedPhone }) => {
			expect(isFoundByPhone(storedPhone, searchedPhone)).toBe(true);
		},
	);

	it.each([
		{ description: 'another number', storedPhone: '+7(900)555-00-01', searchedPhone: '8 900 555 00 02' },
		{
			description: 'a beginning that stands in the middle',
			storedPhone: '+7(911)790-05-00',
			searchedPhone: '8 900 5',
		},
		{ description: 'a stored word', storedPhone: 'нет', searchedPhone: '900' },
	])(
		'isFoundByPhone is false for $description: $searchedPhone in $storedPhone',
		({ storedPhone, searchedPhone }) => {
			expect(isFoundByPhone(storedPhone, searchedPhone)).toBe(false);
		},
	);
});

/** Replaces each # of a mask such as "+7 9## ###-##-##" by one of the digits. */
function fillMask(mask: string, digits: number[]): string {
	const remainingDigits = [...digits];
	return mask.replace(/#/g, () => String(remainingDigits.shift()));
}

/** Generates random digits. It leaves out 9, with which a second mobile number would begin. */
const digitsOf = (count: number): fc.Arbitrary<number[]> =>
	fc.array(fc.nat(8), { minLength: count, maxLength: count });

describe('normalizePhone of random texts', () => {
	const runs = { numRuns: 1_000, seed };

	it('normalizePhone finds two complete numbers with only a blank between them, whatever words stand before them', () => {
		const mask = fc.constantFrom(
			'+7 9## ###-##-##',
			'8 (9##) ###-##-##',
			'89#########',
			'+7(9##)###-##-##',
			'8-9##-###-##-##',
			'8.9##.###.##.##',
			'8 (495) ###-##-##',
			'8 843 ###-##-##',
			'8_9##_###_##_##',
		);
		const number = fc.tuple(mask, digitsOf(9)).map(([numberMask, digits]) => fillMask(numberMask, digits));
		const words = fc.constantFrom(
			'',
			'мама ',
			'тел. ',
			'№ ',
			'после 18 и до 20: ',
			'12.05.2015, ',
			'кв 17, ',
		);
		/** Writes the digits of a number with 7 in place of its 8 or +7. */
		const toInternationalForm = (text: string): string => `7${text.replace(/\D/g, '').slice(1)}`;

		const property = fc.property(number, number, words, (first, second, wordsBefore) => {
			const forms = normalizePhone(`${wordsBefore}${first} ${second}`);

			expect(forms).toContain(toInternationalForm(first));
			expect(forms).toContain(toInternationalForm(second));
		});
		fc.assert(property, runs);
	});

	it('normalizePhone leaves out a count, a class, an age or a date behind a Russian mobile number', () => {
		const mask = fc.constantFrom(
			'9#########',
			'9## ###-##-##',
			'(9##) ###-##-##',
			'9## ### ## ##',
			'9##-###-##-##',
		);
		const words = fc.constantFrom(' 2 ребёнка', ' 3-й класс', ' 12 лет', ' 5лет, Мия', ' 12.05.2015');

		const property = fc.property(mask, words, digitsOf(9), (numberMask, wordsBehind, digits) => {
			const forms = normalizePhone(fillMask(numberMask, digits) + wordsBehind);

			expect(forms).toEqual([`79${digits.join('')}`]);
		});
		fc.assert(property, runs);
	});

	it('normalizePhone keeps all digits of a foreign number that is written in the groups of its country, although a count follows', () => {
		const mask = fc.constantFrom(
			'998 9# ### ## ##',
			'996 5## ## ## ##',
			'995 5## ## ## ##',
			'992 9# ### ## ##',
			'380 67 ### ## ##',
			'375 29 ###-##-##',
		);

		const property = fc.property(mask, digitsOf(8), (numberMask, digits) => {
			const number = fillMask(numberMask, digits);

			const forms = normalizePhone(`${number} 2 ребёнка`);

			expect(forms).toEqual([number.replace(/\D/g, '')]);
		});
		fc.assert(property, runs);
	});
});
