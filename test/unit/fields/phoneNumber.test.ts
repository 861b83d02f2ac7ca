import { phoneForms, samePhone, writtenPhone } from '../../../nodes/AlfaCrm/fields/phoneNumber';

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
	['+372 123 4567', ['3721234567', '00372 1234567'], ['+7 372 123 45 67', '8 372 123 45 67']],
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

	it('is asked for by its last digits, in full and as it was given', () => {
		const forms = phoneForms(number);
		expect(forms).toContain(number);
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
