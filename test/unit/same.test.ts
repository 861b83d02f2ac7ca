import { same, sameCustom, union } from '../../nodes/AlfaCrm/operations/fields/same';

const ZONE = 'Europe/Moscow';
type Kind = Parameters<typeof same>[0];

it.each<[Kind, unknown, unknown, boolean]>([
	[{ type: 'text' }, ' Мия ', 'Мия', true],
	[{ type: 'text' }, 'мия', 'Мия', false],
	[{ type: 'text' }, null, '', true],
	[{ type: 'text' }, '', 'Мия', false],
	[{ type: 'text' }, 12, '12', true],
	[{ type: 'date' }, '04.09.2015', '2015-09-04', true],
	[{ type: 'date' }, '04.09.2015', '2015-09-03T21:00:00.000Z', true],
	[{ type: 'date' }, '04.09.2015', '2015-09-04T21:00:00.000Z', false],
	[{ type: 'date' }, null, '2015-09-04', false],
	[{ type: 'flag' }, 1, true, true],
	[{ type: 'flag' }, 0, '0', true],
	[{ type: 'flag' }, 0, true, false],
	[{ type: 'flag' }, null, false, false],
	[{ type: 'number' }, '575.00', 575, true],
	[{ type: 'number' }, '575.00', 575.5, false],
	[{ type: 'reference' }, '4', 4, true],
	[{ type: 'reference' }, null, 4, false],
	[{ type: 'choice' }, 1, '1', true],
	[{ type: 'references' }, [2, 1], ['1', 2], true],
	[{ type: 'references' }, [2, 1], [1], false],
	[{ type: 'references' }, [], null, true],
	[{ type: 'texts' }, ['A@example.org'], 'a@example.org', true],
	[{ type: 'texts', isPhone: true }, ['+7(900)555-00-01'], ['8 900 555 00 01'], true],
	[{ type: 'texts', isPhone: true }, ['+7(900)555-00-01'], ['8 900 555 00 01', '8 900 555 00 02'], false],
	[{ type: 'texts', isPhone: true }, ['123-45-67'], ['1234567'], true],
])('%j: %j and %j are the same: %j', (field, one, other, wanted) => {
	expect([same(field, one, other, ZONE), same(field, other, one, ZONE)]).toEqual([wanted, wanted]);
});

it.each([
	['12', 12, true],
	['', null, true],
	['2015-09-04', '04.09.2015', true],
	['2015-09-04 17:00', '2015-09-04 18:00', false],
	[['a', 'b'], ['b', 'a'], true],
	['a', 'A', false],
])('custom values %j and %j are the same: %j', (one, other, wanted) => {
	expect(sameCustom(one, other, ZONE)).toBe(wanted);
});

it('a list grows by what it does not have, and keeps what it has as it is written', () => {
	const phones = union(
		{ type: 'texts', isPhone: true },
		['+7(900)555-00-01'],
		['89005550001', '123-45', '12345'],
	);
	expect(phones).toEqual(['+7(900)555-00-01', '123-45']);
	expect(union({ type: 'references' }, [1, 2], ['2', 3])).toEqual([1, 2, 3]);
});
