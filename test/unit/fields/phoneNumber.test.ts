import { readField } from '../../../nodes/AlfaCrm/fields/field';
import {
	oneByOne,
	phoneForms,
	readingsOf,
	samePhone,
	writtenPhone,
} from '../../../nodes/AlfaCrm/fields/phoneNumber';

/** One number and how it may be written, and others that must not be taken for it. */
const TABLE: Array<[number: string, same: string[], other: string[]]> = [
	[
		'+7(900)555-00-01',
		[
			'+79005550001',
			'79005550001',
			'89005550001',
			'9005550001',
			'8 (900) 555-00-01',
			'+7 900 555 00 01',
			'007 900 555 00 01',
			'8-10-7-900-555-00-01',
			'+8 900 555 00 01',
			'(+7) 900 5550001',
			'8.900.555.00.01',
			'8–900–555–00–01',
			'+7\u00a0900\u00a0555\u00a000\u00a001',
			'тел. 8 900 555 00 01 (мама)',
			'+7 900 555-00-01 доб. 12',
			'мама 2: 8 900 555 00 01',
			'89005550001, 89005550002',
		],
		['+79005550002', '+375 90 0555000', '+380 9005550001', '+90 05550001', '5550001', '005550001', ''],
	],
	[
		'+375 29 123-45-67',
		[
			'375291234567',
			'+375(29)1234567',
			'00375291234567',
			'8-10-375-29-123-45-67',
			'80291234567',
			'8 029 123 45 67',
			'+7(029)123-45-67',
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
	['+84 912 345 678', ['0084912345678'], ['8 491 234 56 78', '84912345678', '+7 491 234-56-78']],
	['8 (491) 234-56-78', ['84912345678', '+7 491 234 56 78', '4912345678'], ['+84 912 345 678']],
	['+49 170 1234567', ['491701234567'], ['+7 170 123 45 67', '1701234567']],
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
		const forms = phoneForms(number);
		expect(forms.some((form) => number.includes(form))).toBe(true);
		const digits = number.replace(/\D/g, '').replace(/^8(?=\d{10})/, '7');
		for (const form of forms) expect(digits.endsWith(form.replace(/\D/g, '').slice(-7))).toBe(true);
		expect(new Set(forms).size).toBe(forms.length);
	});
});

it.each(['', ' ', '-', 'нет', null, undefined, [], {}])('%j is no number and like no other', (nothing) => {
	expect(samePhone(nothing, nothing)).toBe(false);
	expect(phoneForms(nothing)).toEqual([]);
});

it.each([
	['8 900 555 00 01', '+7(900)555-00-01'],
	['8-10-7-900-555-00-01', '+7(900)555-00-01'],
	['+7 495 555-00-01', '+7(495)555-00-01'],
	['9005550001', '+7(900)555-00-01'],
	['+79005550001', '+7(900)555-00-01'],
	[89005550001, '+7(900)555-00-01'],
	// What says more than the number, or may be a foreign one, stays.
	['+7 900 555-00-01 доб. 12', '+7 900 555-00-01 доб. 12'],
	['+375 29 123-45-67', '+375 29 123-45-67'],
	['80291234567', '80291234567'],
	['3721234567', '3721234567'],
	['4955550001', '4955550001'],
	['+7900555000123', '+7900555000123'],
	['123-45-67', '123-45-67'],
	['нет', 'нет'],
])('%j is written as %j', (given, written) => {
	expect(writtenPhone(given)).toBe(written);
});

describe('a number that says nothing', () => {
	it.each([
		'+7 (___) ___-__-__',
		'+7(___)___-__-__',
		'+375 (__) ___-__-__',
		'+7 (900) 5__-__-__',
		'+7 (900) 555-00-0_',
		'+7 (XXX) XXX-XX-XX',
		'+7 (###) ###-##-##',
		'+7 (000) 000-00-00',
		'+7',
		'7',
		'8',
		'0',
		'0000000000',
		'80000000000',
		'+7 9',
		'+7 (900)',
		'+375',
		'+375 29',
		'+375 29 12',
		'+49 1234',
		'+7 9005 5',
		'+44 777 777 7777',
		'00375',
		'1234',
		'12-34',
		'доб. 12345',
		'#12345',
		'кв. 12',
		'+7 900 XXX-12-34',
		'+7 9** ***-12-34',
		'8 9** ***-12-34',
		'+7 (900) 555-00-*1',
		'8900***1234',
		'+7 900 ...-12-34',
		'+7 (900) •••-12-34',
		'+49 170 12345***',
		'9999999999',
		'79999999999',
		'+7 (999) 999-99-99',
		'+7 111 111 11 11',
		'8 888 888 88 88',
		'+1 111 111 1111',
		'22222',
	])('%s is like no other, itself included', (nothing) => {
		expect(readingsOf(nothing)).toEqual([]);
		expect(samePhone(nothing, nothing)).toBe(false);
		expect(phoneForms(nothing)).toEqual([]);
		expect(writtenPhone(nothing)).toBe(nothing);
	});
});

describe('what may stand between the digits', () => {
	const between = [
		' ',
		'-',
		'–',
		'−',
		'/',
		'.',
		'_',
		'\\',
		'|',
		' - ',
		' / ',
		'\u00a0',
		'\u202d',
		"'",
		'*',
		'·',
	];

	it.each(between)('%j in +7 900 555 00 01 and in +375 29 111 22 33', (sign) => {
		for (const number of [
			'+7 900 555 00 01',
			'8 900 555 00 01',
			'+375 29 111 22 33',
			'8 10 375 29 111 22 33',
		]) {
			const spelled = number.replaceAll(' ', sign);
			expect([spelled, samePhone(spelled, number)]).toEqual([spelled, true]);
		}
	});

	it.each([
		['+375/29/111/22/33', '+375/29/777/88/99'],
		['+7/900/555/00/01', '+7/900/555/00/02'],
		['+7 [900] 555 00 01', '+7 [900] 555 00 02'],
		['+7_900_555_00_01', '+7_900_555_00_02'],
		['+7 (900) 555_00_01', '+7 (900) 555_00_02'],
	])('%s is itself, and not %s', (one, other) => {
		expect([samePhone(one, one), samePhone(one, other)]).toEqual([true, false]);
	});

	it.each([
		'\u202a+7 900 555-00-01\u202c',
		'＋７ ９００ ５５５ ００ ０１',
		'tel:+79005550001',
		'• 8 900 555-00-01',
		'+7 900 555-00-01 ***',
		'+7 900 555-00-01 (было +7 9** ***-12-34)',
		'  +79005550001\n',
	])('%j is +7 900 555-00-01', (spelled) => {
		expect(samePhone(spelled, '+7 900 555-00-01')).toBe(true);
	});
});

describe('what follows a number is no part of it', () => {
	const numbers = [
		'+7 900 555-00-01',
		'8 900 555 00 01',
		'89005550001',
		'375291234567',
		'375 29 123 45 67',
		'8 10 375 29 123 45 67',
		'+375 29 123-45-67',
		'80 29 123 45 67',
		'+998 90 123 45 67',
	];
	const tails = [
		' доб. 12',
		', доб. 12',
		' ext 5',
		' ext. 123',
		'#12',
		' #12',
		'x12',
		' x12',
		' 12',
		' (12)',
		' / 12',
		' (мама)',
	];

	it.each(numbers.flatMap((number) => tails.map((tail) => [number, tail])))('%s%s', (number, tail) => {
		expect(readingsOf(number + tail)).toEqual(readingsOf(number));
	});

	it.each([
		['8 900 555 00 01 / 8 900 555 00 02'],
		['8 900 555 00 01 8 900 555 00 02'],
		['+7 900 555-00-01 +7 900 555-00-02'],
		['8 900 555 00 01 или 8 900 555 00 02'],
		['89005550001\n89005550002'],
		['+7 900 555-00-01 (мама), 8 900 555 00 02 (папа)'],
		['8 900 555 00 01 900 555 00 02'],
		['900 555 00 01 / 900 555 00 02'],
		['\t8 900 555 00 01 | 900 555 00 02'],
	])('%s holds two numbers', (text) => {
		expect(readingsOf(text)).toEqual(['79005550001', '79005550002']);
		expect(writtenPhone(text)).toBe(text);
	});

	it('but a foreign number in parts stays whole', () => {
		for (const number of ['+49 / 170 / 12345 / 67890', '+86 138 0013 8000', '8-10-998-90-123-45-67']) {
			expect(readingsOf(number)).toHaveLength(1);
			expect(readingsOf(number)[0]).toBe(number.replace(/\D/g, '').replace(/^810/, ''));
		}
	});
});

describe('a text that is read as', () => {
	it.each<[unknown, string[]]>([
		// Digits too many make another number, not the one that they begin with.
		['+7900555000123', ['7900555000123']],
		['890055500012', ['890055500012']],
		['+7890055500012', ['7890055500012']],
		['+49 789123456789', ['49789123456789']],
		// The whole number behind the +7 that a form begins with.
		['+7 8 900 555 00 01', ['79005550001']],
		['+7 7 900 555-00-01', ['79005550001']],
		// Ten digits that begin no number of home may be a foreign one.
		['2125550199', ['72125550199', '2125550199']],
		// The longest counts, and what else is whole.
		['123-45-67 или 8 900 555 00 01', ['79005550001']],
		['8 900 555 00 01 или 123-45-67', ['79005550001']],
		['8 900 555 00 01 или +375 29 123-45-67', ['375291234567', '79005550001']],
		['900 555 00 01 / 12345', ['79005550001']],
		['123-45-67 / 123-45', ['1234567']],
		['123-45-67 / 765-43-21', ['1234567']],
		['+49 170 1234567 / 8 900 555 00 02', ['491701234567', '79005550002']],
		// Behind such a sign stands an extension, unless it is a whole number.
		['x 9005550001', ['79005550001']],
		['вн. 8 900 555 00 01', ['79005550001']],
		// As long as its country has them, so the stars hide nothing.
		['900 555-00-01 ***', ['79005550001']],
		['491701234567 ***', []],
		['+375 29 123', ['37529123']],
		['+49 12345', ['4912345']],
		// Some numbers end that way.
		['+7 900 000 00 00', ['79000000000']],
		['+44 1234 7777777', ['4412347777777']],
		['+44 7777 7777 12', ['447777777712']],
		// A number that was rounded stands between.
		['8900 7,9E+10 5550001', ['5550001']],
		[89005550001, ['79005550001']],
		[['89005550001'], []],
		[`${'.'.repeat(1_000)}89005550001`, []],
	])('%j: %j', (text, numbers) => {
		expect(readingsOf(text)).toEqual(numbers);
	});
});

it.each<[string, string[]]>([
	['8 900 555 00 01', ['05550001', '00-01', '00 01', '0001']],
	['+49 170 1234567', ['01234567', '45-67', '45 67', '4567']],
	// In no way that people write it: so it is asked for as it was given, too.
	[' 8 900 5550 00 1 ', ['05550001', '00-01', '00 01', '0001', '8 900 5550 00 1']],
])('%j is asked for by %j', (text, forms) => {
	expect(phoneForms(text)).toEqual(forms);
});

it('only a text that is too long for numbers is not taken apart', () => {
	const two = '8 900 555 00 01 8 900 555 00 02';
	expect(oneByOne(two.padEnd(1_000))).toHaveLength(2);
	expect(oneByOne(two.padEnd(1_001))).toHaveLength(1);
});

describe('a field of phones', () => {
	const read = (value: unknown) => readField({ type: 'phones', name: 'phone', label: 'Phone' }, value, 'UTC');

	it.each<[unknown, unknown[]]>([
		['8 900 555 00 01', ['8 900 555 00 01']],
		['8 900 555 00 01, 8 900 555 00 02', ['8 900 555 00 01', '8 900 555 00 02']],
		['8 900 555 00 01;8 900 555 00 02', ['8 900 555 00 01', '8 900 555 00 02']],
		['8 900 555 00 01\r\n8 900 555 00 02\n', ['8 900 555 00 01', '8 900 555 00 02']],
		[
			['8 900 555 00 01, 8 900 555 00 02', '123-45-67'],
			['8 900 555 00 01', '8 900 555 00 02', '123-45-67'],
		],
		['8 900 555 00 01, доб. 12', ['8 900 555 00 01, доб. 12']],
		['8 900 555 00 01, мама; 8 900 555 00 02, папа', ['8 900 555 00 01, мама', '8 900 555 00 02, папа']],
		[['+7 (___) ___-__-__', '8 900 555 00 01', '', null], ['8 900 555 00 01']],
		[['+7', 'нет'], ['нет']],
		[89005550001, ['89005550001']],
		[
			[89005550001, '["8 900 555 00 02"]'],
			['89005550001', '8 900 555 00 02'],
		],
		['+7 (___) ___-__-__, +7', []],
		[0, []],
	])('reads %j as %j', (value, phones) => {
		expect(read(value)).toEqual(phones);
	});

	it.each([[NaN], [1.5], [1e21], [true], [{}], [[{}]]])('refuses %j', (value) => {
		expect(() => read(value)).toThrow("'Phone' must be a phone number or a list of phone numbers, but it is");
	});
});

it.each<[string, string[]]>([
	['8 900 555-00-01 (мама) 8 900 555-00-02 (папа)', ['8 900 555-00-01 (мама) ', '8 900 555-00-02 (папа)']],
	['Мама +79005550001 Папа +79005550002', ['Мама +79005550001', ' Папа +79005550002']],
	['Мама (89005550001) Папа (89005550002)', ['Мама (89005550001)', ' Папа (89005550002)']],
	['89005550001+375291234567 +49 170 1234567', ['89005550001', '+375291234567 ', '+49 170 1234567']],
	// Its first ten digits alone would be a number.
	['+49 170 1234567 / 8 900 555 00 01', ['+49 170 1234567 / ', '8 900 555 00 01']],
	['+86 138 0013 8000 +7 900 555 00 01', ['+86 138 0013 8000 ', '+7 900 555 00 01']],
	['(мама) 89005550001 (папа) 89005550002', ['(мама) 89005550001', ' (папа) 89005550002']],
	['89005550001 мама 89005550002 папа', ['89005550001 мама ', '89005550002 папа']],
	['+7 900 555-00-01 доб. 12', ['+7 900 555-00-01 доб. 12']],
	['нет', ['нет']],
])('%j is taken apart with the words of each number', (text, parts) => {
	expect(oneByOne(text)).toEqual(parts);
});
