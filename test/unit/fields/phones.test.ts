import fc from 'fast-check';

import { seed } from '../../support/depth';
import { isBlank, kindOf, normalForms, serialize } from '../../../nodes/AlfaCrm/fields/field';
import {
	formatPhone,
	normalizePhone,
	makeSearchTexts,
	samePhone,
	splitNumbers,
} from '../../../nodes/AlfaCrm/fields/phoneNumber';
import { isFoundByPhone } from '../../../nodes/AlfaCrm/fields/phones';

/** One number and how it may be written, and others that must not be taken for it. */
const TABLE: Array<[number: string, same: string[], other: string[]]> = [
	[
		'+7(900)555-00-01',
		[
			...['+79005550001', '79005550001', '89005550001', '9005550001', '8 (900) 555-00-01'],
			...['007 900 555 00 01', '8-10-7-900-555-00-01', '+8 900 555 00 01', '(+7) 900 5550001'],
			'тел. 8 900 555 00 01 (мама)',
			...['+7 900 555-00-01 доб. 12', 'мама 2: 8 900 555 00 01', '89005550001, 89005550002'],
		],
		['+79005550002', '+375 90 0555000', '+380 9005550001', '+90 05550001', '5550001', '005550001', ''],
	],
	[
		'+375 29 123-45-67',
		[
			...['375291234567', '+375(29)1234567', '00375291234567', '8-10-375-29-123-45-67', '80291234567'],
			...['8 029 123 45 67', '+7(029)123-45-67'],
		],
		['+7 529 123-45-67', '2912345679', '+380 29 123-45-67', '9291234567', '291234567'],
	],
	[
		'+998 90 123 45 67',
		['998901234567', '00998901234567'],
		['+7 890 123 45 67', '8901234567', '+996 90 123 45 67'],
	],
	['+372 123 4567', ['00372 1234567'], ['+7 372 123 45 67', '8 372 123 45 67', '3721234567']],
	['+49 32 550001', ['0049 32 550001'], ['+7 493 255 00 01', '84932550001', '4932550001', '(4932) 55-00-01']],
	['8 (491) 234-56-78', ['84912345678', '+7 491 234 56 78', '4912345678'], ['+84 912 345 678']],
	['123-45-67', ['1234567', '123 45 67'], ['8 900 123 45 67', '1234568', '01234567']],
];

describe.each(TABLE)('%s', (number, same, others) => {
	it.each([number, ...same])('is %s, both ways round', (spelling) => {
		expect([samePhone(number, spelling), samePhone(spelling, number)]).toEqual([true, true]);
	});

	it.each(others)('is not %s, both ways round', (other) => {
		expect([samePhone(number, other), samePhone(other, number)]).toEqual([false, false]);
	});

	it('is asked for by its last digits, however these are written', () => {
		const forms = makeSearchTexts(number);
		expect(forms.some((form) => number.includes(form))).toBe(true);
		const digits = number.replace(/\D/g, '').replace(/^8(?=\d{10})/, '7');
		for (const form of forms) expect(digits.endsWith(form.replace(/\D/g, '').slice(-7))).toBe(true);
		expect(new Set(forms).size).toBe(forms.length);
	});
});

it.each(['', ' ', '-', 'нет', null, undefined, [], {}])('%j is no number and like no other', (nothing) => {
	expect(samePhone(nothing, nothing)).toBe(false);
	expect(makeSearchTexts(nothing)).toEqual([]);
});

it.each([
	['8 900 555 00 01', '+7(900)555-00-01'],
	['8-10-7-900-555-00-01', '+7(900)555-00-01'],
	[89005550001, '+7(900)555-00-01'],
	// What says more than the number, or may be a foreign one, stays.
	['+7 900 555-00-01 доб. 12', '+7 900 555-00-01 доб. 12'],
	['+375 29 123-45-67', '+375 29 123-45-67'],
	['+7900555000123', '+7900555000123'],
	['2125550199', '2125550199'],
])('%j is written as %j', (given, written) => {
	expect(formatPhone(given)).toBe(written);
});

describe('digits behind a ten-digit mobile number', () => {
	it.each([
		'9001112233 2 ребёнка',
		'9001112233 2-й класс',
		'9001112233, 2 ребёнка',
		'9001112233 7лет',
		'9001112233 12',
		'9001112233 12.05.2015',
		'9001112233.0',
		'9001112233.00 мама',
		'900 111-22-33 2 ребёнка',
		'(900) 111-22-33 5 лет',
		'900 111 22 33 12.05.2015',
		'900 111 22 33 10 лет',
		'900 111-22-33 11-й класс',
		'900 111-22-33 12 уроков',
		'900 111-22-33 10 kids',
		'900 111-22-33 2 Миа',
		'9001112233 2 ребёнка 8 и 10 лет',
		'79001112233.0',
		'89001112233 2 ребёнка',
	])('are no part of it: %j', (text) => {
		const numbers = normalizePhone(text);

		expect(numbers).toEqual(['79001112233']);
	});

	it.each([
		['90 532 123 45 67 мама', '905321234567'],
		['90 9001112233', '909001112233'],
		['971 50 123 45 67 мама', '971501234567'],
		['972 54 123 45 67 мама', '972541234567'],
		['966 501 234 567 мама', '966501234567'],
		['998 90 123 45 67 2 ребёнка', '998901234567'],
		['996 555 12 34 56 2 ребёнка', '996555123456'],
		['995 577 12 34 56 5 лет', '995577123456'],
		['4989123456789.0', '4989123456789'],
		['919 876 54 32 10 Radj', '919876543210'],
		['919 876 54 32 10 мама', '919876543210'],
		['919 876 54 32 10 Yolanda', '919876543210'],
	])('stay with a foreign number without its plus: %j', (text, digits) => {
		const numbers = normalizePhone(text);

		expect(numbers).toEqual([digits]);
	});
});

describe('a whole number behind the +7 of a form', () => {
	it.each([
		['+7 8 495 111-22-33', '74951112233'],
		['+784951112233', '74951112233'],
		['+7 (8495) 111-22-33', '74951112233'],
		['+7 8 (343) 111-22-33', '73431112233'],
		['+7 8 800 555-00-01', '78005550001'],
		['+7 8 495 111-22-33 2 ребёнка', '74951112233'],
		['+7 7 495 111-22-33', '74951112233'],
		['+7 8 777 123 45 67', '77771234567'],
	])('is that number: %j', (text, digits) => {
		const numbers = normalizePhone(text);

		expect(numbers).toEqual([digits]);
	});

	it('is saved as AlfaCRM writes it', () => {
		const written = formatPhone('+7 8 495 111-22-33');

		expect(written).toBe('+7(495)111-22-33');
	});

	it.each([
		['+7 747 123 45 67 8', '77471234567'],
		['+7 789 012 34 56 2', '77890123456'],
		['+777712345678', '777712345678'],
	])('is not seen in another number: %j', (text, digits) => {
		const numbers = normalizePhone(text);

		expect(numbers).toEqual([digits]);
	});
});

describe('a number that says nothing', () => {
	it.each([
		// A mask that nobody has filled, or not to its end.
		...['+7 (___) ___-__-__', '+375 (__) ___-__-__', '+7 (900) 555-00-0_', '+7 (XXX) XXX-XX-XX'],
		...['+7 (###) ###-##-##', '+7 (000) 000-00-00'],
		// The code of a country, too few digits, an extension, a flat.
		...['+7', '8', '0', '+375 29 12', '+49 1234', '+7 9005 5', '00375', '12-34', 'доб. 12345', '#12345'],
		...['кв. 12', '+7 900 XXX-12-34', '8 9** ***-12-34', '+7 (900) 555-00-*1', '8900***1234'],
		...['+7 900 ...-12-34', '+7 (900) •••-12-34', '+49 170 12345***', '+7 900 555-XX-XX', '8 900 555 ## ##'],
		...['внутренний 12345'],
		// One digit again and again.
		...['0000000000', '+7 (999) 999-99-99', '+44 777 777 7777', '+1 111 111 1111', '22222'],
	])('%s is like no other, itself included', (nothing) => {
		expect(normalizePhone(nothing)).toEqual([]);
		expect(samePhone(nothing, nothing)).toBe(false);
		expect(makeSearchTexts(nothing)).toEqual([]);
		expect(formatPhone(nothing)).toBe(nothing);
	});
});

describe('what may stand between the digits', () => {
	const between = [
		...[' ', '-', '–', '−', '/', '.', '_', '\\', '|', ' - ', ' / ', '\u00a0', '\u202d', "'", '*', '·'],
	];

	it.each(between)('%j in +7 900 555 00 01 and in +375 29 111 22 33', (sign) => {
		for (const number of ['+7 900 555 00 01', '+375 29 111 22 33']) {
			const spelled = number.replaceAll(' ', sign);
			expect([spelled, samePhone(spelled, number)]).toEqual([spelled, true]);
		}
	});

	it.each([
		...['\u202a+7 900 555-00-01\u202c', '＋７ ９００ ５５５ ００ ０１', '• 8 900 555-00-01'],
		...['+7 900 555-00-01 ***', '+7 900 555-00-01 (было +7 9** ***-12-34)'],
	])('%j is +7 900 555-00-01', (spelled) => {
		expect(samePhone(spelled, '+7 900 555-00-01')).toBe(true);
	});
});

it.each<[string, string[]]>([
	['8 900 555 00 01', ['05550001', '0001', '00-01', '00 01']],
	['+49 170 1234567', ['01234567', '4567', '45-67', '45 67']],
	// In no way that people write it: so it is asked for as it was given, too.
	[' 8 900 5550 00 1 ', ['05550001', '0001', '00-01', '00 01', '8 900 5550 00 1']],
])('%j is asked for by %j', (text, forms) => {
	expect(makeSearchTexts(text)).toEqual(forms);
});

describe('an address of a messenger', () => {
	it.each([
		...['120363041234567890@g.us', '79001234567-1612345678@g.us', '123456789012345@lid'],
		...['12345678901234:5@lid', 'tg://user?id=123456789', 'tg://resolve?domain=mia79005550001'],
		...['1612345678@broadcast', '120363041234567890@newsletter', '79001234567-1612345678@G.US'],
		...['https://t.me/mia79005550001', 't.me/c/1234567890/5', 'telegram.me/mia_9005550001'],
	])('is no number: %j', (address) => {
		expect(normalizePhone(address)).toEqual([]);
		expect(samePhone(address, address)).toBe(false);
		expect(formatPhone(address)).toBe(address);
	});

	it.each([
		...['79005550001@c.us', '79005550001@s.whatsapp.net', '79005550001:12@s.whatsapp.net'],
		...['https://wa.me/79005550001', 'https://api.whatsapp.com/send?phone=79005550001'],
		...['viber://chat?number=%2B79005550001', 'tel:+79005550001', 'https://t.me/+79005550001'],
		...['8 900 555 00 01 tg://user?id=123456789', '120363041234567890@g.us 8 900 555 00 01'],
		...['t.me/79005550001', 't.me/mia_o, 8 900 555 00 01', 'tg://user?id=123456789;8 900 555 00 01'],
		...['1612345678@broadcast +7 900 555-00-01', '8 900 555 00 01/anna@example.org'],
		...['89005550001-anna@example.org', '+7(900)555-00-01(anna1990@example.org)'],
	])('that is made of a number, or stands beside one, has it: %j', (address) => {
		expect(normalizePhone(address)).toEqual(['79005550001']);
	});
});

it('a list of as many numbers as fit is read at once', () => {
	const numbers = Array.from({ length: 60 }, (_, at) => `90055500${String(at).padStart(2, '0')}`);
	const begun = performance.now();
	expect(normalizePhone(numbers.join(' '))).toHaveLength(60);
	expect(performance.now() - begun).toBeLessThan(2_000);
});

describe('what follows a number is no part of it', () => {
	const numbers = [
		...['+7 900 555-00-01', '89005550001', '8 10 375 29 123 45 67', '80 29 123 45 67', '+998 90 123 45 67'],
	];
	const tails = [...[', доб. 12', ' ext. 123', '#12', ' x12', ' 12', ' (12)', ' / 12', ' (мама)']];

	it.each(numbers.flatMap((number) => tails.map((tail) => [number, tail])))('%s%s', (number, tail) => {
		expect(normalizePhone(number + tail)).toEqual(normalizePhone(number));
	});

	it.each([
		['8 900 555 00 01 / 8 900 555 00 02'],
		['тел1 89005550001 тел2 89005550002'],
		['8 900 555 00 01 доб. 12 900 555 00 02'],
		// Its first eleven digits would be a number.
		['8 900 555 00 01 доб. 81 8 900 555 00 02'],
		['8 900 555 00 01 (доб. 12) +7 900 555 00 02'],
		// As staff number them in one field of a card.
		['1) 8 900 555 00 01 2) 8 900 555 00 02'],
		['1. 89005550001 2. 8 (900) 555-00-02'],
	])('%s holds two numbers', (text) => {
		expect(normalizePhone(text)).toEqual(['79005550001', '79005550002']);
		expect(formatPhone(text)).toBe(text);
	});

	it.each([
		...['кв. 9, 7 900 555-00-01', '3) 89005550001', '№2 - 89005550001', '7) 8 900 555 00 01'],
		'1) 8 (900) - 555 - 00 - 01',
	])('nor is a label in front of it: %s', (text) => {
		expect(normalizePhone(text)).toEqual(['79005550001']);
	});

	it.each([
		['49 89123456789', '4989123456789'],
		['99 8 90 123 45 67 1', '998901234567'],
	])('though the beginning of a foreign one is none: %s', (text, digits) => {
		expect(normalizePhone(text)).toEqual([digits]);
	});

	it('but a foreign number in parts stays whole', () => {
		for (const number of ['+49 / 170 / 12345 / 67890', '90 532 123 45 67 90 532 123 45 68'])
			expect(normalizePhone(number)).toEqual([number.replace(/\D/g, '')]);
	});
});

describe('a text that is read as', () => {
	it.each<[unknown, string[]]>([
		// Digits too many make another number, not the one that they begin with.
		['+7900555000123', ['7900555000123']],
		['+49 789123456789', ['49789123456789']],
		// The whole number behind the +7 that a form begins with.
		['+7 8 900 555 00 01', ['79005550001']],
		// Ten digits that begin no number of home may be a foreign one.
		['2125550199', ['72125550199', '2125550199']],
		// The longest counts, and what else is whole.
		['123-45-67 или 8 900 555 00 01', ['79005550001']],
		['8 900 555 00 01 или +375 29 123-45-67', ['375291234567', '79005550001']],
		// Behind such a sign stands an extension, unless it is a whole number.
		['вн. 8 900 555 00 01', ['79005550001']],
		// As long as its country has them, so the stars hide nothing.
		['491701234567 ***', []],
		// Some numbers end that way.
		['+7 900 000 00 00', ['79000000000']],
		// A number that was rounded stands between.
		['8900 7,9E+10 5550001', ['5550001']],
		[['89005550001'], []],
		[`${'.'.repeat(1_000)}89005550001`, []],
	])('%j: %j', (text, numbers) => {
		expect(normalizePhone(text)).toEqual(numbers);
	});
});

describe('a field of phones', () => {
	const read = (value: unknown) => serialize({ type: 'phones', name: 'phone', label: 'Phone' }, value, 'UTC');

	it.each<[unknown, unknown[]]>([
		['8 900 555 00 01, 8 900 555 00 02', ['8 900 555 00 01', '8 900 555 00 02']],
		['8 900 555 00 01, доб. 12', ['8 900 555 00 01, доб. 12']],
		['9001112233.0', ['9001112233']],
		['8 900 555 00 01, мама; 8 900 555 00 02, папа', ['8 900 555 00 01, мама', '8 900 555 00 02, папа']],
		[['+7 (___) ___-__-__', '8 900 555 00 01', '', null], ['8 900 555 00 01']],
		[
			[89005550001, '["8 900 555 00 02"]'],
			['89005550001', '8 900 555 00 02'],
		],
	])('reads %j as %j', (value, phones) => {
		expect(read(value)).toEqual(phones);
	});

	it.each([[NaN], [1.5], [1e21], [true], [{}], [[{}]]])('refuses %j', (value) => {
		expect(() => read(value)).toThrow("'Phone' must be a phone number or a list of phone numbers, but it is");
	});
});

it.each<[string, string[]]>([
	['8 900 555-00-01 (мама) 8 900 555-00-02 (папа)', ['8 900 555-00-01 (мама)', '8 900 555-00-02 (папа)']],
	['89005550001+375291234567 +49 170 1234567', ['89005550001', '+375291234567', '+49 170 1234567']],
	// Its first ten digits alone would be a number.
	['+49 170 1234567 / 8 900 555 00 01', ['+49 170 1234567 /', '8 900 555 00 01']],
	['8 900 555 00 01 доб. 12 8 900 555 00 02', ['8 900 555 00 01 доб. 12', '8 900 555 00 02']],
	['тел. №2: 8 900 555 00 01\nпапа 8 900 555 00 02', ['тел. №2: 8 900 555 00 01', 'папа 8 900 555 00 02']],
	['1) 8 900 555 00 01 2) 8 900 555 00 02', ['1) 8 900 555 00 01', '2) 8 900 555 00 02']],
	['1. +79005550001 2. +79005550002', ['1. +79005550001', '2. +79005550002']],
])('%j is taken apart with the words of each number', (text, parts) => {
	expect(splitNumbers(text).map((part) => part.trim())).toEqual(parts);
});

const PART = { type: 'phonePart', name: 'phone', label: 'Phone' } as const;
const readPart = (value: unknown) => serialize(PART, value, 'UTC');

describe('a phone, or a part of one, to search with', () => {
	it.each<[unknown, string]>([
		[' 8 900 555-00-01 ', '8 900 555-00-01'],
		['900,', '900,'],
	])('%j is asked for as %j', (value, sent) => {
		expect(isBlank(PART, value)).toBe(false);
		expect(readPart(value)).toBe(sent);
	});

	it.each([
		...[
			'дом 12 кв 34',
			'900 доб',
			'8 900 555 00 01 / 8 900 555 00 02',
			'900;901',
			'900, 12',
			true,
			[900],
			{},
		],
	])('%j is refused', (value) => {
		expect(isBlank(PART, value)).toBe(false);
		expect(() => readPart(value)).toThrow("'Phone' must be one phone number, or at least 3 digits of it");
	});

	it.each(['+7', '12', 12, '-', '+', '+7 (___) ___-__-__', '+7 (900) ___-__-__', '8 9** ***-12-34'])(
		'%j says too little',
		(value) => {
			expect(isBlank(PART, value)).toBe(true);
		},
	);

	it('a whole number says enough, whatever was hidden beside it', () => {
		expect(isBlank(PART, '+7 900 555-00-01 ***')).toBe(false);
	});

	it.each<[string, string[]]>([
		// Of a whole number its end, as people write it.
		['8 900 555-00-01', ['05550001', '0001', '00-01', '00 01']],
		// Of a part its digits, and how AlfaCRM writes those at the beginning of a number or at its end.
		['900', ['900', '(900)']],
		['8900', ['900', '(900)', '89-00', '8900']],
		['7 900 5', ['9005', '(900)5', '7-90-05', '7 900 5']],
		// No number at all, and yet more digits than one has.
		['22222222222', ['22222222222']],
	])('%j is asked for by %j', (value, forms) => {
		expect(kindOf(PART).makeFilterBodies(PART, 'phone', value)).toEqual(forms.map((phone) => ({ phone })));
	});

	it('is the same part however it is spelled', () => {
		const [digits] = normalForms(PART, '900-555');
		expect(normalForms(PART, '(900) 555')).toEqual([digits]);
		expect(normalForms(PART, '８ ９００ ５５５ ００ ０１')).toEqual(normalForms(PART, '+7(900)555-00-01'));
		expect(normalForms(PART, [900])).toEqual([]);
		expect(normalForms(PART, 'мама 900')).toEqual([]);
	});
});

describe('a row', () => {
	it.each<[held: unknown, wanted: unknown]>([
		['+7(900)555-00-01', '8 900 555 00 01'],
		['+7(900)555-00-01', '(+7 900) 5'],
		['＋７（９００）５５５－００－０１', '555-00'],
		// Zeros may be those of its middle.
		['+7(900)500-12-34', '001234'],
		// One of two numbers, or of two ways to read one.
		['8 900 555 00 01, +375 29 123-45-67', '+375'],
		['+375 29 123-45-67', '+7 029 123 45 67'],
	])('that holds %j is found by %j', (held, wanted) => {
		expect(isFoundByPhone(held, wanted)).toBe(true);
	});

	it.each<[held: unknown, wanted: unknown]>([
		['+7(900)555-00-01', '8 900 555 00 02'],
		// What stands for +7 900 is no middle of a number.
		['+7(911)790-05-00', '8 900 5'],
		['нет', '900'],
	])('that holds %j is not found by %j', (held, wanted) => {
		expect(isFoundByPhone(held, wanted)).toBe(false);
	});
});

it('two whole numbers with but a blank between are both there, in any spelling, behind any words', () => {
	const whole = fc.constantFrom(
		...['+7 9## ###-##-##', '8 (9##) ###-##-##', '89#########', '+7(9##)###-##-##', '8-9##-###-##-##'],
		...['8.9##.###.##.##', '8 (495) ###-##-##', '8 843 ###-##-##', '8_9##_###_##_##'],
	);
	const words = fc.constantFrom('', 'мама ', 'тел. ', '№ ', 'после 18 и до 20: ', '12.05.2015, ', 'кв 17, ');
	const digits = fc.array(fc.nat(8), { minLength: 20, maxLength: 20 });
	fc.assert(
		fc.property(whole, whole, words, digits, (one, other, before, all) => {
			let at = 0;
			const [first, second] = [one, other].map((mask) => mask.replace(/#/g, () => String(all[at++])));
			const known = [first, second].map((number) => `7${number.replace(/\D/g, '').slice(1)}`);
			expect(normalizePhone(`${before}${first} ${second}`)).toEqual(expect.arrayContaining(known));
		}),
		{ numRuns: 1_000, seed },
	);
});

it('a mobile number in Russian groups is the same number before a count, a class, an age or an empty fraction', () => {
	const masks = fc.constantFrom(
		'9#########',
		'9## ###-##-##',
		'(9##) ###-##-##',
		'9## ### ## ##',
		'9##-###-##-##',
	);
	const tails = fc.constantFrom(' 2 ребёнка', ' 3-й класс', ' 12 лет', ' 5лет, Мия', ' 12.05.2015');
	const digits = fc.array(fc.nat(8), { minLength: 9, maxLength: 9 });
	fc.assert(
		fc.property(masks, tails, digits, (mask, tail, all) => {
			let at = 0;
			const number = mask.replace(/#/g, () => String(all[at++]));

			const numbers = normalizePhone(number + tail);

			expect(numbers).toEqual([`79${all.join('')}`]);
		}),
		{ numRuns: 1_000, seed },
	);
});

it('a foreign number in the groups of its country keeps all digits before a count', () => {
	const masks = fc.constantFrom(
		'998 9# ### ## ##',
		'996 5## ## ## ##',
		'995 5## ## ## ##',
		'992 9# ### ## ##',
		'380 67 ### ## ##',
		'375 29 ###-##-##',
	);
	const digits = fc.array(fc.nat(8), { minLength: 8, maxLength: 8 });
	fc.assert(
		fc.property(masks, digits, (mask, all) => {
			let at = 0;
			const number = mask.replace(/#/g, () => String(all[at++]));

			const numbers = normalizePhone(`${number} 2 ребёнка`);

			expect(numbers).toEqual([number.replace(/\D/g, '')]);
		}),
		{ numRuns: 1_000, seed },
	);
});
