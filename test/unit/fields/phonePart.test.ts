import { filterForms, isBlank, normalForms, serialize } from '../../../nodes/AlfaCrm/fields/field';
import { holdsPhone } from '../../../nodes/AlfaCrm/fields/phonePart';

const PHONE = { type: 'phonePart', name: 'phone', label: 'Phone' } as const;
const read = (value: unknown) => serialize(PHONE, value, 'UTC');

describe('a phone, or a part of one, to search with', () => {
	it.each<[unknown, string]>([
		[' 8 900 555-00-01 ', '8 900 555-00-01'],
		['900', '900'],
		[9005, '9005'],
		[89005550001, '89005550001'],
		['тел. 8 900 555-00-01 доб. 12', 'тел. 8 900 555-00-01 доб. 12'],
		['+7 900 555-00-01, мама 2000', '+7 900 555-00-01, мама 2000'],
		['+7 900 555-00-01, 12', '+7 900 555-00-01, 12'],
		['８９００', '８９００'],
		['900,', '900,'],
	])('%j is asked for as %j', (value, sent) => {
		expect(isBlank(PHONE, value)).toBe(false);
		expect(read(value)).toBe(sent);
	});

	it.each([
		'мама',
		'дом 12 кв 34',
		'900 доб',
		'8 900 555 00 01 / 8 900 555 00 02',
		'8 900 555 00 01 или 900 555 00 02',
		'900-555, 901-555',
		'900\r\n901',
		'900;901',
		true,
		[900],
		{},
	])('%j is refused', (value) => {
		expect(isBlank(PHONE, value)).toBe(false);
		expect(() => read(value)).toThrow("'Phone' must be one phone number, or at least 3 digits of it");
	});

	it.each(['+7', '12', 12, '-', '+', '+7 (___) ___-__-__', '+7 (900) ___-__-__', '8 9** ***-12-34'])(
		'%j says too little',
		(value) => {
			expect(isBlank(PHONE, value)).toBe(true);
		},
	);

	it('a whole number says enough, whatever was hidden beside it', () => {
		expect(isBlank(PHONE, '+7 900 555-00-01 ***')).toBe(false);
	});

	it.each<[string, string[]]>([
		// Of a whole number its end, as people write it.
		['8 900 555-00-01', ['05550001', '00-01', '00 01', '0001']],
		['9005550001', ['05550001', '00-01', '00 01', '0001']],
		['+375 29 111 22 33', ['91112233', '22-33', '22 33', '2233']],
		['тел. 8 900 555-00-01', ['05550001', '00-01', '00 01', '0001']],
		// Of a part its digits, and how AlfaCRM writes those at the beginning of a number or at its end.
		['900', ['900', '(900)']],
		['90', ['90', '(90']],
		['8900', ['900', '(900)', '89-00', '8900']],
		['7 900 5', ['9005', '(900)5', '7-90-05', '7 900 5']],
		['8 900 555 00', ['90055500', '(900)555-00', '890055500', '8 900 555 00']],
		['890', ['890', '(890)']],
		['0001', ['0001', '(000)1', '00-01']],
		['555-0-001', ['5550001', '(555)000-1', '555-00-01', '555-0-001']],
		['900555000', ['900555000', '(900)555-00-0']],
		// No number at all, and yet more digits than one has.
		['22222222222', ['22222222222']],
	])('%j is asked for by %j', (value, forms) => {
		expect(filterForms(PHONE, 'phone', value)).toEqual(forms.map((phone) => ({ phone })));
	});

	it('is the same part however it is spelled', () => {
		const [digits] = normalForms(PHONE, '900-555');
		expect(normalForms(PHONE, '(900) 555')).toEqual([digits]);
		expect(normalForms(PHONE, '８ ９００ ５５５ ００ ０１')).toEqual(normalForms(PHONE, '+7(900)555-00-01'));
		expect(normalForms(PHONE, [900])).toEqual([]);
		expect(normalForms(PHONE, 'мама 900')).toEqual([]);
	});
});

describe('a row', () => {
	it.each<[held: unknown, wanted: unknown]>([
		['+7(900)555-00-01', '8 900 555 00 01'],
		['+7(900)555-00-01', '+79005550001'],
		['+7(900)555-00-01', '007 900 555 00 01'],
		['+7(900)555-00-01', '+7 900 5'],
		['+7(900)555-00-01', '(+7 900) 5'],
		['+7(900)555-00-01', '+7'],
		['+7(900)555-00-01', '555'],
		['+7(900)555-00-01', 5550],
		['+7(900)555-00-01', '8 900 5'],
		['+7(900)555-00-01', '7900'],
		['+7(900)555-00-01', '００－０１'],
		['＋７（９００）５５５－００－０１', '555-00'],
		['+375 29 123-45-67', '8 029 123 45 67'],
		// Zeros may be those of its middle.
		['+7(900)500-12-34', '001234'],
		// One of two numbers, or of two ways to read one.
		['8 900 555 00 01, +375 29 123-45-67', '+7 900'],
		['8 900 555 00 01, +375 29 123-45-67', '+375'],
		['+375 29 123-45-67', '+7 029 123 45 67'],
	])('that holds %j is found by %j', (held, wanted) => {
		expect(holdsPhone(held, wanted)).toBe(true);
	});

	it.each<[held: unknown, wanted: unknown]>([
		['+7(900)555-00-01', '8 900 555 00 02'],
		['+7(900)555-00-01', '+375'],
		['+7(900)555-00-01', '+9005550001'],
		['+7(900)555-00-01', '+555 000 1'],
		['+7(900)555-00-01', '556'],
		['+7(900)555-00-01', '8 901'],
		// What stands for +7 900 is no middle of a number.
		['+7(911)790-05-00', '8 900 5'],
		['+375 29 900-55-50', '8 900 5'],
		['+7(900)555-00-01', '00 375 29 111 22 33'],
		['нет', '900'],
		[null, '900'],
	])('that holds %j is not found by %j', (held, wanted) => {
		expect(holdsPhone(held, wanted)).toBe(false);
	});
});
