import {
	formatPhone,
	normalizePhone,
	phoneForms,
	samePhone,
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
	expect(formatPhone(given)).toBe(written);
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
		expect(normalizePhone(nothing)).toEqual([]);
		expect(samePhone(nothing, nothing)).toBe(false);
		expect(phoneForms(nothing)).toEqual([]);
		expect(formatPhone(nothing)).toBe(nothing);
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

it.each<[string, string[]]>([
	['8 900 555 00 01', ['05550001', '00-01', '00 01', '0001']],
	['+49 170 1234567', ['01234567', '45-67', '45 67', '4567']],
	// In no way that people write it: so it is asked for as it was given, too.
	[' 8 900 5550 00 1 ', ['05550001', '00-01', '00 01', '0001', '8 900 5550 00 1']],
])('%j is asked for by %j', (text, forms) => {
	expect(phoneForms(text)).toEqual(forms);
});

describe('an address of a messenger', () => {
	it.each([
		'120363041234567890@g.us',
		'79001234567-1612345678@g.us',
		'123456789012345@lid',
		'12345678901234:5@lid',
		'tg://user?id=123456789',
	])('is no number: %j', (address) => {
		expect(normalizePhone(address)).toEqual([]);
		expect(samePhone(address, address)).toBe(false);
		expect(formatPhone(address)).toBe(address);
	});

	it.each([
		'79005550001@c.us',
		'79005550001@s.whatsapp.net',
		'79005550001:12@s.whatsapp.net',
		'https://wa.me/79005550001',
		'https://api.whatsapp.com/send?phone=79005550001',
		'viber://chat?number=%2B79005550001',
		'tel:+79005550001',
		'https://t.me/+79005550001',
		'8 900 555 00 01 tg://user?id=123456789',
		'120363041234567890@g.us 8 900 555 00 01',
		'8 900 555 00 01/anna@example.org',
		'89005550001-anna@example.org',
		'+7(900)555-00-01(anna1990@example.org)',
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
