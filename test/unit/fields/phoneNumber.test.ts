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
	['9005550001', '+7(900)555-00-01'],
	['+79005550001', '+7(900)555-00-01'],
	[89005550001, '+7(900)555-00-01'],
	// What says more than the number, or may be a foreign one, stays.
	['+7 900 555-00-01 доб. 12', '+7 900 555-00-01 доб. 12'],
	['+375 29 123-45-67', '+375 29 123-45-67'],
	['80291234567', '80291234567'],
	['3721234567', '3721234567'],
	['123-45-67', '123-45-67'],
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
	['+7 900 555-00-01 доб. 12', ['+7 900 555-00-01 доб. 12']],
	['нет', ['нет']],
])('%j is taken apart with the words of each number', (text, parts) => {
	expect(oneByOne(text)).toEqual(parts);
});
