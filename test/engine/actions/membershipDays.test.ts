import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, lead, rows, run, set, whole } = officeOf(school);

const TODAY = Date.parse('2026-02-10');
const iso = (offset: number) => new Date(TODAY + offset * 86_400_000).toISOString().slice(0, 10);
const dotted = (offset: number) => iso(offset).split('-').reverse().join('.');
const offsetOf = (day: unknown, open: number): number =>
	typeof day === 'string' ? (Date.parse(day.split('.').reverse().join('-')) - TODAY) / 86_400_000 : open;

beforeEach(() => stopClock('2026-02-10T09:00:00Z'));
afterEach(() => jest.useRealTimers());

type Period = readonly [from: number, to: number | null];

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
const asked = fc.record({
	b_date: fc.option(fc.integer({ min: -70, max: 70 }), { nil: undefined }),
	e_date: fc.option(fc.integer({ min: -70, max: 70 }), { nil: undefined }),
});

interface Meeting {
	parameters: INodeParameters;
	own: () => Array<[number, number]>;
	others: () => readonly IDataObject[];
}

function meet(held: readonly Period[], { b_date, e_date }: { b_date?: number; e_date?: number }): Meeting {
	const [customer, stranger] = [lead({ is_study: 1 }), lead({ is_study: 1 })];
	const [group, elsewhere] = ['Шахматы', 'Шашки'].map((name) =>
		add('group', { name, branch_ids: [1], b_date: '2020-09-01', e_date: '2035-05-31' }),
	);
	const join = (customer_id: number, group_id: number, [from, to]: Period) =>
		add('cgi', { customer_id, group_id, b_date: dotted(from), e_date: to === null ? null : dotted(to) });
	for (const period of held) join(customer, group, period);
	join(stranger, group, [-5, 5]);
	join(customer, elsewhere, [-5, 5]);
	const isOwn = (row: IDataObject) => row.customer_id === customer && row.group_id === group;
	return {
		parameters: {
			resource: 'customer',
			operation: 'addToGroup',
			branchId: 1,
			id: pick(customer),
			group_id: pick(group),
			additionalFields: {
				...(b_date === undefined ? {} : { b_date: iso(b_date) }),
				...(e_date === undefined ? {} : { e_date: iso(e_date) }),
			},
		},
		own: () =>
			rows('cgi')
				.filter(isOwn)
				.map((row): [number, number] => [offsetOf(row.b_date, -1e6), offsetOf(row.e_date, 1e6)])
				.sort(([one], [other]) => one - other),
		others: () => structuredClone(rows('cgi').filter((row) => !isOwn(row))),
	};
}

it.each(['current', 'all'])(
	'whatever memberships there are, the days that are asked for are covered once, where AlfaCRM lists %s ones',
	async (cgiDefault) => {
		const property = fc.asyncProperty(periods, asked, async (held, days) => {
			school.sandbox.reset();
			set({ cgiDefault, rateLimit: 0 });
			const { parameters, own, others } = meet(held, days);
			const [before, theirs] = [own(), others()];
			const from = days.b_date ?? 0;
			// Without an end it goes on after today and after its first day.
			const to = days.e_date ?? Math.max(from, 0) + 1;
			const first = await whole(parameters);
			expect(others()).toEqual(theirs);
			if (to < from) {
				expect([first.status, own()]).toEqual(['error', before]);
				return;
			}
			expect(first.error).toBeUndefined();
			const after = own();
			for (let day = from; day <= to; day += 1) {
				expect(after.filter(([begin, end]) => begin <= day && end >= day)).toHaveLength(1);
			}
			after.slice(1).forEach(([begin], index) => expect(begin).toBeGreaterThan(after[index][1]));
			const until = days.e_date ?? Math.max(from, 0);
			const wasIn = before.some(([begin, end]) => begin <= until && end >= from);
			expect(first.json.map(({ alreadyMember }) => alreadyMember)).toEqual(first.json.map(() => wasIn));

			const again = await run(parameters);
			expect(again).toMatchObject([{ operationResult: 'unchanged', alreadyMember: true }]);
			expect([own(), others()]).toEqual([after, theirs]);
		});
		await fc.assert(property, { seed: 5, numRuns: 120, interruptAfterTimeLimit: 40_000 });
	},
	90_000,
);

it.each<[string, Period, { b_date?: number; e_date?: number }]>([
	['a past membership', [-100, -50], { b_date: 10, e_date: 40 }],
	['a membership that begins later', [100, 200], { b_date: 10, e_date: 40 }],
	['the current one', [-10, 5], { b_date: 10, e_date: 40 }],
])('%s is not taken for one of other days', async (_what, held, days) => {
	const { parameters, own } = meet([held], days);
	expect(await run(parameters)).toMatchObject([{ operationResult: 'created', alreadyMember: false }]);
	expect(own()).toEqual([held, [10, 40]].sort(([one], [other]) => Number(one) - Number(other)));
});

it('AlfaCRM’s word for a member is an error where it shows a membership of other days only', async () => {
	const { parameters, own } = meet([[-100, -50]], { b_date: 10, e_date: 40 });
	school.sandbox.faults.add({
		kind: 'successFalse',
		match: { entity: 'cgi', action: 'create' },
		errors: { group_id: ['Клиент уже состоит в группе «Шахматы».'] },
	});
	const { status, json } = await whole(parameters);
	expect([status, json, own()]).toEqual(['error', [], [[-100, -50]]]);
});

it('a membership without an end is the same when it is run again, though the group is over', async () => {
	const customer = lead({ is_study: 1 });
	const over = add('group', { name: 'Го', branch_ids: [1], b_date: '2024-09-01', e_date: '2025-12-31' });
	const parameters: INodeParameters = {
		resource: 'customer',
		operation: 'addToGroup',
		branchId: 1,
		id: pick(customer),
		group_id: pick(over),
		additionalFields: { b_date: '2025-01-01' },
	};
	const own = () => structuredClone(rows('cgi').filter(({ customer_id }) => customer_id === customer));
	expect(await run(parameters)).toMatchObject([{ operationResult: 'created', alreadyMember: false }]);
	const once = own();
	expect(await run(parameters)).toMatchObject([{ operationResult: 'unchanged', alreadyMember: true }]);
	expect(own()).toEqual(once);
});
