import { clearedValue, isBlank, normalForms, searchForms } from '../../../nodes/AlfaCrm/fields/field';
import { normalizeText } from '../../../nodes/AlfaCrm/fields/normalizeText';
import type { ShownType, Wire } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { CHOICE, CHOICES, DOTTED, ROWS, STAGE } from './sampleTypes';

describe('is empty', () => {
	const always = [
		undefined,
		null,
		'',
		' ',
		'\u00a0\n',
		'\u200b',
		[],
		{ mode: 'list', value: '' },
		{ __rl: true, mode: 'id', value: null },
	];
	const lists = ['[]', ' [ ] ', ',', ' , ;\n', [undefined], [''], [[], null], '["", null]'];
	const phones = ['+7 (___) ___-__-__', '+7', 0, ['8', ''], '+7, +7 (___) ___-__-__'];

	it.each<[ShownType, unknown[]]>([
		[{ type: 'text' }, always],
		[{ type: 'number' }, always],
		[{ type: 'flag' }, always],
		[DOTTED, always],
		[CHOICE, always],
		[{ type: 'id' }, always],
		[{ type: 'texts' }, [...always, ...lists]],
		[{ type: 'texts', split: false }, [...always, ...lists]],
		[{ type: 'ids' }, [...always, ...lists]],
		[CHOICES, [...always, ...lists]],
		[{ type: 'phones' }, [...always, ...lists, ...phones]],
		[ROWS, [...always, '[]', {}, { values: [] }, { values: '' }]],
		[{ type: 'object' }, [...always, {}, '{}']],
		[{ type: 'custom' }, [...always, [''], [null, ' ']]],
	])('%j', (type, values) => {
		for (const value of values) expect([value, isBlank(type, value)]).toEqual([value, true]);
	});

	it.each<[ShownType, unknown[]]>([
		[{ type: 'text' }, ['0', 0, false, '[]', ',', {}, [undefined], NaN]],
		[{ type: 'number' }, [0, '0', NaN, '[]']],
		[{ type: 'flag' }, [false, 0, 'no']],
		[{ type: 'id' }, [0, '0', {}]],
		[{ type: 'phones' }, ['нет', '12345', NaN, {}, true]],
		[ROWS, [{ values: [{}] }, [{}], 'x', 0]],
		[{ type: 'custom' }, ['[]', 0, false, {}]],
	])('%j, but not by %j', (type, values) => {
		for (const value of values) expect([value, isBlank(type, value)]).toEqual([value, false]);
	});

	it.each<[ShownType, Wire]>([
		[{ type: 'text' }, ''],
		[{ type: 'longText' }, ''],
		[{ type: 'custom' }, ''],
		[{ type: 'number' }, null],
		[DOTTED, null],
		[STAGE, null],
		[CHOICE, null],
		[{ type: 'texts' }, []],
		[{ type: 'phones' }, []],
		[{ type: 'ids' }, []],
		[ROWS, []],
	])('%j, and emptied by %j', (type, wire) => {
		expect(clearedValue(type)).toEqual(wire);
	});
});

describe('is looked up', () => {
	it.each<[ShownType, Wire, string[]]>([
		[{ type: 'text' }, ' Алёна  ОРЛОВА', ['алена орлова']],
		[{ type: 'texts' }, 'A@Example.org', ['a@example.org']],
		[{ type: 'phones' }, '8 900 555 00 01', ['79005550001']],
		[{ type: 'phones' }, '9005550001', ['79005550001']],
		[{ type: 'phones' }, 'мама', []],
		[{ type: 'text' }, '-', []],
		[{ type: 'custom' }, ['a', 'B'], ['a', 'b']],
		[DOTTED, '04.09.2015', ['2015-09-04']],
		[{ type: 'number' }, '575.00', ['575']],
		[{ type: 'integer' }, 7, ['7']],
		[{ type: 'flag' }, true, ['1']],
		[{ type: 'boolean' }, false, ['0']],
		[{ type: 'id' }, '7', ['7']],
		[CHOICE, '7', ['7']],
		[{ type: 'time' }, '7:05', ['07:05']],
		[{ type: 'custom' }, 'A-12', ['a-12']],
		[{ type: 'custom' }, '2015-09-04', ['2015-09-04']],
		[{ type: 'custom' }, '04.09.2015', ['2015-09-04']],
		[{ type: 'custom' }, 12, ['12']],
		[{ type: 'text' }, null, []],
	])('%j: %j as %j', (type, value, readings) => {
		expect(normalForms(type, value)).toEqual(readings);
	});

	it.each<[ShownType, Wire, unknown]>([
		[{ type: 'text' }, 'Мия', [{ sample: 'Мия' }]],
		[{ type: 'id' }, 7, [{ sample: 7 }]],
		[DOTTED, '04.09.2015', [{ sample_from: '04.09.2015', sample_to: '04.09.2015' }]],
		[
			{ type: 'phones' },
			'8 900 555 00 01',
			[{ sample: '05550001' }, { sample: '00-01' }, { sample: '00 01' }, { sample: '0001' }],
		],
		[{ type: 'phones' }, 'мама', []],
		[{ type: 'text' }, 12, [{ sample: 12 }]],
		[{ type: 'custom' }, 'Мия', [{ sample: 'Мия' }]],
		[{ type: 'custom' }, 12, [{ sample: 12 }]],
		[{ type: 'custom' }, '2015-09-04', [{ sample: '2015-09-04' }, { sample: '04.09.2015' }]],
		[{ type: 'custom' }, '04.09.2015', [{ sample: '2015-09-04' }, { sample: '04.09.2015' }]],
		[{ type: 'custom' }, '30.02.2015', [{ sample: '30.02.2015' }]],
	])('%j: %j by %j', (type, value, forms) => {
		expect(searchForms(type, 'sample', value)).toEqual(forms);
	});
});

it.each([
	['  Мия \t Орлова\n', 'мия орлова'],
	['Алёна', 'алена'],
	['АЛЁНА'.normalize('NFD'), 'алена'],
	['Андрей'.normalize('NFD'), 'андрей'],
	['a\u00adb\u200bc', 'abc'],
	['', ''],
])('%j folds to %j', (text, folded) => {
	expect(normalizeText(text)).toBe(folded);
	expect(normalizeText(folded)).toBe(folded);
});
