import { DateTime } from 'luxon';

import { isBlank, normalForms, serialize } from '../../../nodes/AlfaCrm/fields/field';
import type { ShownType, Wire } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { UnreadableValue } from '../../../nodes/AlfaCrm/fields/unreadable';
import { ZONE } from './samples';
import { CHOICE, CHOICES, DOTTED, field, ROWS, STAGE, SUM } from './sampleTypes';

const read = (type: ShownType, value: unknown): Wire => serialize(field(type), value, ZONE);

describe('is read', () => {
	it.each<[ShownType, unknown, Wire]>([
		[{ type: 'text' }, ' Мия \n', 'Мия'],
		[{ type: 'text' }, 501, '501'],
		[{ type: 'text' }, true, 'true'],
		[{ type: 'longText' }, 'a\nb', 'a\nb'],
		[{ type: 'texts' }, 'a@example.org, b@example.org', ['a@example.org', 'b@example.org']],
		[{ type: 'texts' }, ['a@example.org;b@example.org', ' '], ['a@example.org', 'b@example.org']],
		[{ type: 'texts' }, 'a@example.org\r\nb@example.org', ['a@example.org', 'b@example.org']],
		[{ type: 'texts' }, '["a@example.org", "b@example.org"]', ['a@example.org', 'b@example.org']],
		[{ type: 'texts' }, 'https://a.example/?x=1,2', ['https://a.example/?x=1,2']],
		[{ type: 'texts' }, 'https://a.example,https://b.example', ['https://a.example', 'https://b.example']],
		[{ type: 'texts' }, 'a.example,b.example', ['a.example', 'b.example']],
		[{ type: 'texts', split: false }, 'ул. Мира, 5; кв. 2', ['ул. Мира, 5; кв. 2']],
		[{ type: 'texts', split: false }, ['ул. Мира, 5', ''], ['ул. Мира, 5']],
		[{ type: 'text' }, '7,9E+10 ₽', '7,9E+10 ₽'],
		[{ type: 'text' }, 0.25, '0.25'],
		[{ type: 'number' }, '3 872,70', 3872.7],
		[{ type: 'number' }, '1 290,90 ₽', 1290.9],
		[{ type: 'phones' }, '79005550001:12@s.whatsapp.net', ['+79005550001']],
		[{ type: 'phones' }, 'tg://user?id=123456789', ['tg://user?id=123456789']],
		[{ type: 'texts' }, '  a , b  ', ['a', 'b']],
		[{ type: 'texts' }, ['-,', 'a;;', ';b'], ['-', 'a', 'b']],
		[{ type: 'texts', split: false }, [' ,; ', ',a,'], [',a,']],
		[{ type: 'texts' }, ' ["a", "b"] ', ['a', 'b']],
		[{ type: 'texts' }, '[a]', ['[a]']],
		[{ type: 'texts' }, '12', ['12']],
		[{ type: 'time', seconds: true }, '17:00', '17:00:00'],
		[{ type: 'boolean' }, 0, false],
		[{ type: 'boolean' }, '1', true],
		[{ type: 'custom' }, ' a ', 'a'],
		[{ type: 'custom' }, 1.5, 1.5],
		[{ type: 'custom' }, true, 1],
		[{ type: 'custom' }, false, 0],
		[{ type: 'custom' }, ['a', '', 2, false], ['a', 2, 0]],
		[{ type: 'custom' }, DateTime.fromISO('2026-02-04T23:00', { zone: 'UTC' }), '05.02.2026'],
		[{ type: 'custom' }, new Date('2026-02-04T00:00:00.000Z'), '04.02.2026'],
		[{ type: 'custom' }, '2026-02-04T23:00:00.000Z', '2026-02-04T23:00:00.000Z'],
		[{ type: 'custom' }, '[]', '[]'],
		[STAGE, 'none', null],
		[STAGE, ' NOT sorted ', null],
		[STAGE, '2', 2],
		[{ type: 'references', entity: 'leadStatus' }, ['none', 2], [null, 2]],
		[{ type: 'number' }, 1290.9 * 3, 3872.7],
		[{ type: 'number' }, 1.005, 1.01],
		[{ type: 'number' }, '-1.0050', -1.01],
		[{ type: 'number' }, -0.001, 0],
		[{ type: 'number' }, 1e12, 1e12],
		[{ type: 'number', nonZero: true }, -500, -500],
		[SUM, '0.01', 0.01],
		[{ type: 'integer', min: 1, max: 5 }, '5', 5],
		[{ type: 'integer' }, -0, 0],
		[{ type: 'flag' }, 'TRUE', 1],
		[{ type: 'flag' }, false, 0],
		[{ type: 'boolean' }, '0', false],
		[DOTTED, '2015-09-04T00:00:00.000Z', '04.09.2015'],
		[{ type: 'date', format: 'iso' }, '04.09.2015', '2015-09-04'],
		[{ type: 'time' }, '7:05:30', '07:05'],
		[CHOICE, ' 7 ', 7],
		[CHOICES, '1, 7', [1, 7]],
		[CHOICES, 7, [7]],
		[{ type: 'id' }, ' 501 ', 501],
		[{ type: 'id', entity: 'customer' }, 'https://demo.s20.online/company/1/customer/view?id=501', 501],
		[STAGE, { __rl: true, mode: 'id', value: '4' }, 4],
		[
			{ type: 'record', entity: 'customer' },
			{ __rl: true, mode: 'url', value: 'https://demo.s20.online/company/1/customer/view?tab=1&id=501' },
			501,
		],
		[{ type: 'ids' }, '1, 2;3', [1, 2, 3]],
		[{ type: 'ids' }, [[1], '[2, 3]'], [1, 2, 3]],
		[{ type: 'references', entity: 'teacher' }, '[1, "2"]', [1, 2]],
		[ROWS, [{ customer_id: '7', is_attend: true, note: '', ctt_id: 77 }], [{ customer_id: 7, is_attend: 1 }]],
		[ROWS, { values: [{ customer_id: 7 }, { customer_id: 8 }] }, [{ customer_id: 7 }, { customer_id: 8 }]],
		[ROWS, '[{"customer_id": 7, "note": " x "}]', [{ customer_id: 7, note: 'x' }]],
		[{ type: 'object' }, '{"b": 1}', { b: 1 }],
	])('%j: %j as %j', (type, value, wire) => {
		expect(isBlank(type, value)).toBe(false);
		expect(read(type, value)).toEqual(wire);
	});
});

describe('is refused', () => {
	it.each<[ShownType, unknown, string]>([
		[{ type: 'text' }, {}, 'a text, but it is "{}"'],
		[{ type: 'text' }, NaN, 'a text, but it is "NaN"'],
		[{ type: 'text' }, 1e21, 'a text, but it is "1e+21"'],
		[{ type: 'text' }, ['a', 'b'], 'a text, but it is "["a","b"]"'],
		[{ type: 'text' }, 'x'.repeat(0), 'a text, but it is empty'],
		[{ type: 'texts' }, [true], 'a text or a list of texts'],
		[{ type: 'texts' }, [{}], 'a text or a list of texts'],
		[{ type: 'custom' }, NaN, 'a text, a number, yes or no, a date, or a list of those, but it is "NaN"'],
		[{ type: 'custom' }, { a: 1 }, 'a text, a number'],
		[{ type: 'custom' }, [['a']], 'a text, a number'],
		[
			{ type: 'text' },
			'7,90056E+10',
			'a text, but it is "7,90056E+10", a number that was rounded: its last digits are lost',
		],
		[
			{ type: 'phones' },
			'мама 7.90056E+10',
			'a phone number or a list of phone numbers, but it is "мама 7.90056E+10", a number that was rounded: its last digits are lost',
		],
		[{ type: 'phones' }, 1e15, 'a phone number or a list of phone numbers, but it is "1000000000000000"'],
		[{ type: 'number' }, '1,290', 'a number, such as 1290.90 or 1 290,90, but it is "1,290"'],
		[{ type: 'number' }, 1e21, 'a number, such'],
		[{ type: 'number' }, '1000000000000.01', 'a number, such'],
		[SUM, 0, 'a number of at least 0.01, such as 1290.90 or 1 290,90, but it is "0"'],
		[SUM, 0.004, 'a number of at least 0.01'],
		[SUM, -500, 'a number of at least 0.01'],
		[{ type: 'number', nonZero: true }, '0.00', 'a number other than 0, such'],
		[{ type: 'integer', min: 1, max: 5 }, 6, 'a whole number of at least 1 and of at most 5, but it is "6"'],
		[{ type: 'integer' }, 1.5, 'a whole number, but it is "1.5"'],
		[{ type: 'flag' }, 'yes', 'true or false, but it is "yes"'],
		[{ type: 'flag' }, [true], 'true or false'],
		[{ type: 'boolean' }, 2, 'true or false'],
		[{ type: 'time', seconds: true }, 'x', 'a time of day such as 17:00, but it is "x"'],
		[
			{ type: 'id', entity: 'customer' },
			'https://demo.s20.online/company/1/customer/view?id=1&id=2',
			'the number of a record',
		],
		[
			{ type: 'id', entity: 'customer' },
			'см. https://demo.s20.online/company/1/customer/view?id=1',
			'the number',
		],
		[DOTTED, '30.02.2026', 'a date from 1900 on, such as 2026-02-28 or 28.02.2026, but it is "30.02.2026"'],
		// What a browser makes of a year of which two digits were typed.
		[DOTTED, '0016-09-01', 'a date from 1900 on, such as 2026-02-28 or 28.02.2026, but it is "0016-09-01"'],
		[DOTTED, '01.09.0202', 'a date from 1900 on, such as 2026-02-28'],
		[DOTTED, '1899-12-31', 'a date from 1900 on, such as 2026-02-28'],
		[{ type: 'time' }, '24:00', 'a time of day such as 17:00, but it is "24:00"'],
		[CHOICE, 2, 'one of 1 (Monday), 7 (Sunday), but it is "2"'],
		[CHOICE, [1], 'one of 1 (Monday)'],
		[CHOICE, true, 'one of 1 (Monday)'],
		[CHOICES, '1, 2', 'some of 1 (Monday), 7 (Sunday), but it is "1, 2"'],
		[{ type: 'id' }, 0, 'the number of a record, but it is "0"'],
		[{ type: 'id' }, '#5', 'the number of a record'],
		[STAGE, 'https://demo.s20.online/company/1/customer', 'the number of a record'],
		[{ type: 'id' }, 'https://demo.s20.online/company/1/customer/view?id=501', 'the number of a record'],
		[{ type: 'ids' }, '1, x', 'one or more numbers of records, but it is "1, x"'],
		[{ type: 'ids' }, [1, -1], 'one or more numbers of records'],
		[ROWS, 'x', 'a list of rows, each an object, but it is "x"'],
		[ROWS, [1], 'a list of rows'],
		[ROWS, { rows: [] }, 'a list of rows'],
		[{ type: 'object' }, [1], 'an object'],
		[STAGE, 'unsorted', 'the number of a record, or none'],
		[{ type: 'reference', entity: 'user' }, 'none', 'the number of a record, but'],
	])('%j: %j', (type, value, expected) => {
		expect(() => read(type, value)).toThrow(UnreadableValue);
		expect(() => read(type, value)).toThrow(`'Sample' must be ${expected}`);
	});

	it.each([
		[[{ is_attend: 1 }], "'Customer ID' is empty in a row, but AlfaCRM requires it"],
		[[{ customer_id: 7, isAttend: 1 }], 'There is no field "isAttend" in a row'],
		[[{ customer_id: 7, is_attend: 'yes' }], `'Attended' must be true or false, but it is "yes"`],
	])('a row %j', (rows, message) => {
		expect(() => read(ROWS, rows)).toThrow(message);
	});

	it('with advice, and a long value cut', () => {
		const error = (() => {
			try {
				return read({ type: 'id' }, 'x'.repeat(100));
			} catch (caught) {
				return caught as UnreadableValue;
			}
		})();
		expect(error).toMatchObject({
			message: `'Sample' must be the number of a record, but it is "${'x'.repeat(60)}…"`,
			description: "Correct it in this node, or the expression that fills 'Sample'.",
			label: 'Sample',
		});
	});
});

it('takes no time for long values', () => {
	const begin = performance.now();
	const ids = Array.from({ length: 20_000 }, (_, index) => index + 1);
	expect(read({ type: 'ids' }, ids.join(', '))).toEqual(ids);
	for (const part of [
		'a,',
		'1 ',
		',',
		' ',
		'8 900 555 00 01, ',
		'_',
		'https://a.example/,',
		'[',
		'(',
		'\u200b',
		'0.',
	]) {
		const text = part.repeat(20_000);
		for (const type of ['text', 'texts', 'phones', 'ids', 'custom', 'number', 'time'] as const) {
			isBlank({ type }, text);
			normalForms({ type }, text);
			try {
				read({ type }, text);
			} catch (error) {
				expect(error).toBeInstanceOf(UnreadableValue);
			}
		}
	}
	// Some 3 s; what takes time with the square of the length takes minutes. Other work beside makes it slower.
	expect(performance.now() - begin).toBeLessThan(25_000);
});
