import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import type { Filter } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { passesDefaultFilter } from '../../../nodes/AlfaCrm/operations/records/defaultFilters';
import { rowFilterOf } from '../../../nodes/AlfaCrm/operations/records/rowFilter';
import { deskOf } from './support';

const TARGET = { path: 'sample', branch: 1, query: {}, labels: {} };
const filter = (more: object): Filter => ({ name: 'asked', label: 'Asked', type: 'text', ...more }) as Filter;

/** Whether a row passes where the filter `asked` was asked for, and what the user is told. */
async function passes(one: Filter, wanted: unknown, row: IDataObject) {
	const { item, hints } = deskOf();
	const entity = { ...entityOf('customer'), filters: [one, filter({ name: 'other' })] } as Entity;
	const test = await rowFilterOf(item, entity, TARGET, { asked: wanted } as IDataObject);
	return [test(row), hints()];
}

describe('a row is checked again', () => {
	it.each<[test: string, wanted: unknown, held: unknown, boolean]>([
		['is', 7, '7', true],
		['is', 7, 8, false],
		['has', 7, ['6', '7'], true],
		['has', 7, 7, true],
		['has', 7, [6], false],
		['has', 7, [], false],
		['in', [6, 7], '7', true],
		['in', 7, 7, true],
		['in', [6, 7], 8, false],
		['email', 'NNA@ex', ['eva@school.example', 'anna@example.org'], true],
		['email', 'анна', 'Анна <a@example.org>', true],
		['email', 'anna@', 'eva@example.org', false],
		['email', 'anna@example.org', null, false],
		['email', 'Anna@example.org', ['joanna@example.org', 'anna@example.org'], true],
		['email', 'anna@example.org', 'Анна <anna@example.org>', true],
		['email', 'anna@example.org', 'joanna@example.org/anna@example.org.', true],
		['email', 'anna@example.org', ['joanna@example.org', 'j.anna@example.org', 'j-anna@example.org'], false],
		['email', 'anna@example.org', ['anna@example.org.test', 'anna@example.organic'], false],
		['phone', '900 555', ['нет', '+7(900)555-00-01'], true],
		['phone', '901', ['+7(900)555-00-01'], false],
		['blank', true, [], true],
		['blank', true, null, true],
		['blank', true, 'x', false],
		['blank', 0, 'x', true],
		['blank', 0, [], false],
		['from', '10.02.2026', '2026-02-10 17:00:00', true],
		['from', '10.02.2026', '2026-02-11', true],
		['from', '10.02.2026', '2026-02-09', false],
		['from', '10.02.2026', 'нет', false],
		['from', 'нет', '2026-02-10', false],
		['to', '10.02.2026', '2026-02-10 17:00:00', true],
		['to', '10.02.2026', '2026-02-09', true],
		['to', '10.02.2026', '2026-02-11', false],
		['from', -100, '-100.00', true],
		['from', -100, -100.01, false],
		['to', -1, '100.00', false],
		['to', 9, '10', false],
		['to', 0, 0, true],
	])('by %s of %j: one that holds %j passes: %j', async (test, wanted, held, isWanted) => {
		const checked = filter({ verifyBy: { field: 'shown', test } });
		expect(await passes(checked, wanted, { shown: held as IDataObject })).toEqual([isWanted, []]);
	});

	it('and passes where it does not show the field, which the user is told', async () => {
		const checked = filter({ verifyBy: { field: 'shown', test: 'is' } });
		expect(await passes(checked, 7, { asked: 8 })).toEqual([
			true,
			['AlfaCRM may ignore a filter, and it does not show whether it did, so check the customers: Asked'],
		]);
	});

	it.each([null, '', 'нет', {}])(
		'and passes where it shows %j in place of a number, which the user is told',
		async (held) => {
			const checked = filter({ verifyBy: { field: 'shown', test: 'to' } });
			expect(await passes(checked, -1, { shown: held })).toEqual([
				true,
				[expect.stringContaining('may ignore')],
			]);
		},
	);

	it('unless it holds its number elsewhere', async () => {
		const checked = filter({ verifyBy: { field: 'shown', test: 'from', unless: 'other' } });
		expect(await passes(checked, 100, { shown: '0.00', other: '500.00' })).toEqual([true, []]);
		expect(await passes(checked, 100, { shown: '0.00', other: '0.00' })).toEqual([false, []]);
		expect(await passes(checked, 100, { shown: '50.00' })).toEqual([false, []]);
	});

	it('only where it is of the kind that the filter is about', async () => {
		const checked = filter({ verifyBy: { field: 'shown', test: 'is', also: { kind: 1 } } });
		expect(await passes(checked, 7, { shown: 7, kind: 1 })).toEqual([true, []]);
		expect(await passes(checked, 7, { shown: 7 })).toEqual([true, []]);
		expect(await passes(checked, 7, { shown: 7, kind: 2 })).toEqual([false, []]);
		expect(await passes(checked, 7, { kind: 2 })).toEqual([false, []]);
	});

	it('not where it need not show why it was found', async () => {
		expect(await passes(filter({ verifyBy: 'trusted' }), 7, { asked: 8 })).toEqual([true, []]);
	});

	it.each<[object, unknown, unknown, boolean]>([
		[{ type: 'flag' }, 1, '1', true],
		[{ type: 'flag' }, 1, 0, false],
		// Some accounts show nothing where a switch is off.
		[{ type: 'flag' }, 0, null, true],
		[{ type: 'flag' }, 1, null, false],
		[{ type: 'flag', offMeansAll: true }, 0, 1, true],
		[{ type: 'flag', offMeansAll: true }, 1, 0, false],
		[{ type: 'id' }, 7, ['6', '7'], true],
		[{ type: 'id' }, 7, [], false],
		[{ type: 'id' }, 7, undefined, true],
		// A text is found by a part of it.
		[{ type: 'text' }, 'Мия', 'Орлова', true],
	])('by the very value of %j: %j, where it holds %j, passes: %j', async (more, wanted, held, isWanted) => {
		expect(await passes(filter(more), wanted, { asked: held as IDataObject })).toEqual([isWanted, []]);
	});
});

describe('the members of a group', () => {
	const day = (add: number) =>
		new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Moscow' }).format(Date.now() + add * 86_400_000);
	const customers = { ...entityOf('customer') };

	async function members(rows: IDataObject[]) {
		const desk = deskOf(() => ({ items: rows, total: rows.length }));
		const test = await rowFilterOf(desk.item, customers, TARGET, { group_id: 5 });
		return { ...desk, ids: [1, 2, 3, 4, 5].filter((id) => test({ id })) };
	}

	it('are those who are in it now', async () => {
		const { ids, sent } = await members([
			{ id: 1, customer_id: '1', b_date: day(-9), e_date: day(9) },
			{ id: 2, customer_id: 2, b_date: day(-9), e_date: day(-3) },
			{ id: 3, customer_id: 3, b_date: day(3), e_date: day(9) },
			{ id: 4, customer_id: 4 },
			// Neither the first day nor the last one is left out.
			{ id: 5, customer_id: 5, b_date: day(0), e_date: day(0) },
		]);
		expect(ids).toEqual([1, 4, 5]);
		expect(sent).toHaveLength(1);
		expect(sent[0].url).toContain('/v2api/1/cgi/index');
		expect(sent[0].body).toMatchObject({ group_id: 5 });
	});

	it('may not all be known, and the user is told', async () => {
		const desk = deskOf(() => ({ items: [{ id: 1, customer_id: 1 }], total: 5 }));
		const test = await rowFilterOf(desk.item, customers, TARGET, { group_id: 5 });
		expect([test({ id: 1 }), test({ id: 2 })]).toEqual([true, false]);
		expect(desk.hints()).toEqual([
			expect.stringContaining('AlfaCRM reported 5 members of the group, 1 came'),
		]);
	});
});

it('a row is in the view that was chosen, by the flag that it shows', () => {
	const filter = customerView();
	const isIn = (value: number, row: IDataObject) => passesDefaultFilter({ filter, value }, row, 'UTC');
	expect([isIn(0, { removed: 0 }), isIn(0, { removed: 1 }), isIn(0, {}), isIn(0, { removed: null })]).toEqual(
		[true, false, true, true],
	);
	expect([isIn(2, { removed: '1' }), isIn(2, { removed: 0 })]).toEqual([true, false]);
	expect([isIn(1, { removed: 1 }), isIn(1, { removed: 0 })]).toEqual([true, true]);
});

it('a subscription is archived if one of its flags says so', () => {
	const [filter] = entityOf('customerTariff').defaultFilters!;
	const isIn = (value: number, row: IDataObject) => passesDefaultFilter({ filter, value }, row, 'UTC');
	const rows = [
		{ dead: 1, removed: null },
		{ dead: 0, removed: 1 },
		{ dead: 0, removed: 0 },
		{ dead: false },
		{},
	];
	expect(rows.map((row) => isIn(2, row))).toEqual([true, true, false, false, true]);
	expect(rows.map((row) => isIn(0, row))).toEqual([false, false, true, true, true]);
});

function customerView() {
	return entityOf('customer').defaultFilters!.find(({ name }) => name === 'removed')!;
}
