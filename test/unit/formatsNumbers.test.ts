import {
	idsOf,
	parseJson,
	readAmount,
	readFlag,
	readId,
	readInteger,
	readNumber,
} from '../../nodes/AlfaCrm/api/formats';

describe('readNumber', () => {
	it.each([
		[0, 0],
		[-3.5, -3.5],
		['0', 0],
		['12', 12],
		['12.50', 12.5],
		['-7', -7],
		['+7', 7],
		[' 8 ', 8],
		['007', 7],
	])('reads %j as %d', (value, number) => {
		expect(readNumber(value)).toBe(number);
	});

	it.each([
		['a decimal comma', '1,5'],
		['a grouped number', '1 000'],
		['an exponent', '1e3'],
		['hexadecimal', '0x10'],
		['a number with its unit', '5 kg'],
		['half a number', '5.'],
		['an empty text', ''],
		['blanks', ' '],
		['a word', 'five'],
		['the word for no number', 'NaN'],
		['no number', NaN],
		['no end', Infinity],
		['more digits than a number can hold', '9'.repeat(400)],
		['yes', true],
		['null', null],
		['nothing', undefined],
		['a list', [5]],
		['an object', {}],
	])('does not read %s', (_what, value) => {
		expect(readNumber(value)).toBeUndefined();
	});
});

describe('an amount', () => {
	it.each([
		['3 872,70', 3872.7],
		['3872,70', 3872.7],
		['1 290,90', 1290.9],
		['1\u00a0290,9', 1290.9],
		['1\u202f234\u2009567,89', 1_234_567.89],
		['1 290.90', 1290.9],
		['3 872', 3872],
		['-500,5', -500.5],
		['1290.905', 1290.905],
		['1290.900', 1290.9],
		['0.500', 0.5],
		['3 872,70 ₽', 3872.7],
		['500 руб.', 500],
		['500р', 500],
		[' 12 ', 12],
		[-3.5, -3.5],
	])('%j is %d', (value, amount) => {
		expect(readAmount(value)).toBe(amount);
	});

	it.each([
		['thousands or decimals', '1,290'],
		['thousands or decimals', '5.000 ₽'],
		['thousands or decimals', '12.900'],
		['thousands or decimals', '12.905'],
		['thousands or decimals', '12.905 руб.'],
		['both signs', '1,290.90'],
		['both signs', '1.290,90'],
		['two amounts', '501 502,5 7'],
		['groups that are no thousands', '12 34'],
		['groups that are no thousands', '1 2900'],
		['lines', '1\n290'],
		['half a number', '5,'],
		['another currency', '5 $'],
		['an exponent', '1e3'],
		['a word', 'р.'],
		['an empty text', ''],
		['yes', true],
		['null', null],
		['no number', NaN],
	])('is not guessed from %s: %j', (_what, value) => {
		expect(readAmount(value)).toBeUndefined();
	});

	it('is no way to write an ID', () => {
		expect(['501 502', '1 290,0', '5,0'].map(readId)).toEqual([undefined, undefined, undefined]);
	});
});

describe('readInteger', () => {
	it.each([
		[0, 0],
		[-4, -4],
		['-4', -4],
		['501', 501],
		['5.0', 5],
		[9_007_199_254_740_991, 9_007_199_254_740_991],
	])('reads %j as %d', (value, number) => {
		expect(readInteger(value)).toBe(number);
	});

	it.each([1.5, '1.5', '9007199254740993', 2 ** 53, '', 'x', null, undefined, true, {}])(
		'does not read %j',
		(value) => {
			expect(readInteger(value)).toBeUndefined();
		},
	);
});

describe('readId', () => {
	it.each([
		[1, 1],
		['501', 501],
		[' 501 ', 501],
	])('reads %j as %d', (value, id) => {
		expect(readId(value)).toBe(id);
	});

	it.each([0, '0', -1, '-1', 1.5, '1.5', '', '5a', '#5', '1,2', null, undefined, true, [5], { id: 5 }])(
		'does not read %j',
		(value) => {
			expect(readId(value)).toBeUndefined();
		},
	);
});

describe('readFlag', () => {
	it.each([true, 1, '1', 'true', ' TRUE '])('reads %j as 1', (value) => {
		expect(readFlag(value)).toBe(1);
	});

	it.each([false, 0, '0', 'false', 'False'])('reads %j as 0', (value) => {
		expect(readFlag(value)).toBe(0);
	});

	it.each([2, -1, '2', 'yes', 'no', '', ' ', null, undefined, NaN, [], [1], {}])(
		'does not read %j',
		(value) => {
			expect(readFlag(value)).toBeUndefined();
		},
	);
});

test('idsOf leaves out rows whose ID cannot be read', () => {
	expect(idsOf([{ id: 3 }, { id: '12' }, { id: 'x' }, {}, { id: 0 }])).toEqual([3, 12]);
});

test('parseJson gives what a text holds, and nothing where it is no JSON', () => {
	expect(parseJson(' {"a": [1]} ')).toEqual({ a: [1] });
	expect(parseJson('null')).toBeNull();
	expect(['', 'a', '{"a"', '[1,]'].map(parseJson)).toEqual([undefined, undefined, undefined, undefined]);
});
