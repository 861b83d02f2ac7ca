import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { depth, seed } from '../../support/depth';
import { SmallSchool } from './school';

const TODAY = Date.parse('2026-02-10');
const iso = (offset: number) => new Date(TODAY + offset * 86_400_000).toISOString().slice(0, 10);
const dotted = (offset: number) => iso(offset).split('-').reverse().join('.');
const offsetOf = (day: unknown, open: number): number =>
	typeof day === 'string' ? (Date.parse(day.split('.').reverse().join('-')) - TODAY) / 86_400_000 : open;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z'), advanceTimers: true });
});
afterEach(() => jest.useRealTimers());

type Period = readonly [from: number, to: number | null];
interface Days {
	b_date?: number;
	e_date?: number;
}

/** Periods one after the other, with gaps or without; the last one may have no end. */
const periods = fc
	.tuple(
		fc.integer({ min: -60, max: 40 }),
		fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 })), { maxLength: 4 }),
		fc.boolean(),
	)
	.map(([start, lengths, isOpen]): Period[] => {
		let from = start;
		return lengths.map(([gap, length], index) => {
			from += gap;
			const period = [from, isOpen && index === lengths.length - 1 ? null : from + length] as const;
			from += length;
			return period;
		});
	});
const day = fc.option(fc.integer({ min: -70, max: 70 }), { nil: undefined });
const asked: fc.Arbitrary<Days> = fc.record({ b_date: day, e_date: day });

/** A customer with memberships of a group, others with others, and the form that adds the customer to the group. */
function meet(held: readonly Period[], { b_date, e_date }: Days) {
	const school = new SmallSchool();
	const [customer, stranger] = [school.addLead({ is_study: 1 }), school.addLead({ is_study: 1 })];
	const [group, elsewhere] = ['Шахматы', 'Шашки'].map((name) =>
		school.addRecord('group', { name, branch_ids: [1], b_date: '2020-09-01', e_date: '2035-05-31' }),
	);
	const join = (customer_id: number, group_id: number, [from, to]: Period) =>
		school.addRecord('cgi', {
			customer_id,
			group_id,
			b_date: dotted(from),
			e_date: to === null ? null : dotted(to),
		});
	for (const period of held) join(customer, group, period);
	join(stranger, group, [-5, 5]);
	join(customer, elsewhere, [-5, 5]);
	const isOwn = (row: IDataObject) => row.customer_id === customer && row.group_id === group;
	const form = {
		...{ resource: 'customer', operation: 'addToGroup', branchId: 1, id: customer, group_id: group },
		additionalFields: {
			...(b_date === undefined ? {} : { b_date: iso(b_date) }),
			...(e_date === undefined ? {} : { e_date: iso(e_date) }),
		},
	};
	return {
		join: async () => await school.runToEnd(form),
		own: () =>
			school
				.readRecords('cgi')
				.filter(isOwn)
				.map((row): [number, number] => [offsetOf(row.b_date, -1e6), offsetOf(row.e_date, 1e6)])
				.sort(([one], [other]) => one - other),
		others: () => structuredClone(school.readRecords('cgi').filter((row) => !isOwn(row))),
	};
}

it('whatever memberships there are, the days that are asked for are covered once, or refused where they lead from one into another', async () => {
	const property = fc.asyncProperty(periods, asked, async (held, days) => {
		const { join, own, others } = meet(held, days);
		const [before, theirs] = [own(), others()];
		const from = days.b_date ?? 0;
		// Without an end it goes on after today and after its first day.
		const to = days.e_date ?? Math.max(from, 0) + 1;
		const first = await join();
		expect(others()).toEqual(theirs);
		const until = days.e_date ?? Math.max(from, 0);
		const within = before.filter(([begin, end]) => begin <= until && end >= from);
		if (to < from || (within.length > 1 && within[within.length - 1][0] > from)) {
			expect([first.error === undefined, own()]).toEqual([false, before]);
			return;
		}
		expect(first.error).toBeUndefined();
		const after = own();
		for (let offset = from; offset <= to; offset += 1)
			expect(after.filter(([begin, end]) => begin <= offset && end >= offset)).toHaveLength(1);
		after.slice(1).forEach(([begin], index) => expect(begin).toBeGreaterThan(after[index][1]));
		expect(first.json.map(({ alreadyMember }) => alreadyMember)).toEqual([within.length > 0]);

		const again = await join();
		expect(again.json).toMatchObject([{ operationResult: 'unchanged', alreadyMember: true }]);
		expect([own(), others()]).toEqual([after, theirs]);
	});
	await fc.assert(property, { seed, numRuns: depth.memberships });
}, 600_000);
