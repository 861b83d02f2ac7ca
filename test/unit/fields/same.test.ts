import { sameValue, union } from '../../../nodes/AlfaCrm/fields/field';
import type { ShownType } from '../../../nodes/AlfaCrm/fields/types';

const ZONE = 'Europe/Moscow';
const day = { type: 'date', format: 'dotted' } as const;
const stage = { type: 'reference', entity: 'leadStatus' } as const;
const teachers = { type: 'references', entity: 'teacher' } as const;
const gender = { type: 'choice', choices: [{ value: 1, label: 'Male' }], preset: 1 } as const;

it.each<[ShownType, unknown, unknown, boolean]>([
	[{ type: 'text' }, ' Мия ', 'Мия', true],
	[{ type: 'text' }, 'мия', 'Мия', true],
	[{ type: 'text' }, 'Алёна  Орлова', 'алена орлова', true],
	[{ type: 'text' }, 'Андрей', 'Андрей'.normalize('NFD'), true],
	[{ type: 'text' }, 'Мия', 'Мия О.', false],
	[{ type: 'text' }, null, '', true],
	[{ type: 'text' }, '', 'Мия', false],
	[{ type: 'text' }, 12, '12', true],
	[day, '04.09.2015', '2015-09-04', true],
	[day, '04.09.2015', '2015-09-03T21:00:00.000Z', true],
	[day, '04.09.2015', '2015-09-04T21:00:00.000Z', false],
	[day, '04.09.2015', '2015-09-04T00:00:00.000Z', true],
	[day, null, '2015-09-04', false],
	[{ type: 'time' }, '2026-02-10 17:00:00', '17:00', true],
	[{ type: 'flag' }, 1, true, true],
	[{ type: 'flag' }, 0, '0', true],
	[{ type: 'flag' }, 0, true, false],
	[{ type: 'flag' }, null, false, false],
	[{ type: 'number' }, '575.00', 575, true],
	[{ type: 'number' }, '575.00', 575.5, false],
	[{ type: 'number' }, '3872.70', 1290.9 * 3, true],
	[stage, '4', 4, true],
	[stage, null, 4, false],
	[gender, 1, '1', true],
	[teachers, [2, 1], ['1', 2], true],
	[teachers, [2, 1], '1, 2', true],
	[teachers, [2, 1], [1], false],
	[teachers, [], null, true],
	[{ type: 'texts' }, ['A@example.org'], 'a@example.org', true],
	[{ type: 'texts' }, ['a@example.org', 'b@example.org'], 'b@example.org, a@example.org', true],
	[{ type: 'phones' }, ['+7(900)555-00-01'], ['8 900 555 00 01'], true],
	[{ type: 'phones' }, ['+7(900)555-00-01'], ['8 900 555 00 01', '8 900 555 00 02'], false],
	[{ type: 'phones' }, ['123-45-67'], ['1234567'], true],
	[{ type: 'phones' }, ['+7 (___) ___-__-__'], [], true],
	[{ type: 'custom' }, '12', 12, true],
	[{ type: 'custom' }, '', null, true],
	[{ type: 'custom' }, '2015-09-04', '04.09.2015', true],
	[{ type: 'custom' }, '2015-09-04 17:00', '2015-09-04 18:00', false],
	[{ type: 'custom' }, ['a', 'b'], ['b', 'a'], true],
	[{ type: 'custom' }, 'a', 'A', true],
	[{ type: 'custom' }, 1, true, true],
	[{ type: 'custom' }, '79005550001', '89005550001', false],
])('%j: %j and %j are the same: %j', (field, one, other, wanted) => {
	expect([sameValue(field, one, other, ZONE), sameValue(field, other, one, ZONE)]).toEqual([wanted, wanted]);
});

it('a list grows by what it does not have, and keeps what it has as it is written', () => {
	const phones = union({ type: 'phones' }, ['+7(900)555-00-01'], ['89005550001', '123-45', '12345']);
	expect(phones).toEqual(['+7(900)555-00-01', '123-45']);
	expect(union(teachers, [1, 2], ['2', 3])).toEqual([1, 2, 3]);
});
