import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, patch, rows, run, set, whole } = officeOf(school);

const list = (resource: string, filters: INodeParameters, more: INodeParameters = {}): INodeParameters => ({
	resource,
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	filters,
	...more,
});
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => id as number).sort((a, b) => a - b);
const ALL = { is_study: 2, removed: 1 };

const YES: unknown[] = [1, true, '1', 'on', 'true'];
const NO: unknown[] = [0, false, '0', 'off', null, ''];

describe('customers by group', () => {
	beforeEach(() => stopClock('2026-02-10T22:30:00Z'));
	afterEach(() => jest.useRealTimers());

	it.each(['current', 'all'])('are those of today, where AlfaCRM lists %s members', async (cgiDefault) => {
		set({ cgiDefault, ignoredFilters: ['customer.group_id'] });
		const group_id = add('group', { name: 'Шахматы', branch_ids: [1] });
		const member = (b_date: string | null, e_date: string | null) => {
			const customer_id = lead();
			add('cgi', { customer_id, group_id, b_date, e_date });
			return customer_id;
		};
		// It is the 11th already where the workflow is.
		const present = [
			member('11.02.2026', null),
			member('01.09.2025', '11.02.2026'),
			member(null, '2026-03-01'),
		];
		member('01.09.2025', '10.02.2026');
		member('12.02.2026', '31.05.2026');
		const parameters = list('customer', { group_id: pick(group_id) }, ALL);
		expect(ids(await run(parameters, { timezone: 'Europe/Moscow' }))).toEqual(present);
	});
});

describe('yes or no, where AlfaCRM ignores the filter', () => {
	const FLAGS: Array<[string, string, string]> = [
		['pay', 'pay', 'is_confirmed'],
		['pay', 'pay', 'is_fiscal'],
		['location', 'location', 'is_active'],
	];

	it.each(FLAGS)(
		'%s: %s.%s is looked for in the rows, however they write it',
		async (resource, path, name) => {
			set({ ignoredFilters: [`${path}.${name}`] });
			const make = (value: unknown) => {
				const id = add(path, { name: 'Проба', branch_id: 1 });
				patch(path, id, { [name]: value } as IDataObject);
				return id;
			};
			const [yes, no] = [YES.map(make), NO.map(make)];
			const found = async (value: boolean) => ids(await run(list(resource, { [name]: value })));
			const [taken, left] = [await found(true), await found(false)];
			expect(taken).toEqual(expect.arrayContaining(yes));
			expect(taken.filter((id) => no.includes(id))).toEqual([]);
			expect(left).toEqual(expect.arrayContaining(no));
			expect(left.filter((id) => yes.includes(id))).toEqual([]);
		},
	);

	it('archived subscriptions are told by the rows that show it', async () => {
		set({ ignoredFilters: ['customer-tariff.dead'], rowsShowDead: true });
		const customer_id = lead({ is_study: 1 });
		const ended = add('customer-tariff', { customer_id, tariff_id: 1, e_date: '01.02.2020' });
		const current = add('customer-tariff', { customer_id, tariff_id: 1, e_date: '01.02.2035' });
		const found = async (dead: number) =>
			ids(await run({ ...list('customerTariff', {}, { dead }), customer_id: pick(customer_id) }));
		expect(await found(2)).toEqual([ended]);
		expect(await found(1)).toEqual([ended, current]);
	});
});

describe('the type and the archive, where AlfaCRM ignores them and lists its own default', () => {
	it('clients are no leads', async () => {
		set({ ignoredFilters: ['customer.is_study'] });
		lead({ is_study: 1 });
		expect(await run(list('customer', {}, { is_study: 0, removed: 1 }))).toEqual([]);
		expect(await run(list('customer', {}, { is_study: 1, removed: 1 }))).not.toEqual([]);
	});

	it('active groups are not archived, where rows show it', async () => {
		set({ ignoredFilters: ['group.removed'], rowsShowRemoved: ['group'] });
		add('group', { name: 'Проба', branch_ids: [1], removed: 0 });
		expect(await run(list('group', {}, { removed: 2 }))).toEqual([]);
		expect(await run(list('group', {}, { removed: 0 }))).not.toEqual([]);
	});
});

const GROUP = 2;
const days = { b_date: '01.09.2025', e_date: '31.05.2035' };
const join = () => {
	const customer_id = lead();
	return { customer_id, membership: add('cgi', { customer_id, group_id: GROUP, ...days }) };
};
const ofGroup: INodeParameters = {
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	is_study: 2,
	removed: 1,
	filters: { group_id: pick(GROUP) },
};
const idsOf = (items: readonly IDataObject[]) => items.map(({ id }) => id as number);
const strangers = (ids: readonly number[]) =>
	ids.filter(
		(id) => !rows('cgi').some(({ customer_id, group_id }) => customer_id === id && group_id === GROUP),
	);

describe('customers of a group, where AlfaCRM ignores that filter', () => {
	beforeEach(() => set({ ignoredFilters: ['customer.group_id'] }));

	it('are not everybody because one membership is counted and not shown', async () => {
		const { customer_id } = join();
		const { membership } = join();
		await fetch(`${school.sandbox.url}/_sandbox/records/cgi/${membership}/hide?counted`, { method: 'POST' });
		const { json, hints } = await whole(ofGroup);
		expect(idsOf(json)).toContain(customer_id);
		expect(strangers(idsOf(json))).toEqual([]);
		expect(hints).toEqual([expect.stringMatching(/counts more rows than it shows.*members of the group/)]);
	});

	it('are nobody else where no membership is shown at all', async () => {
		join();
		school.sandbox.faults.add({ kind: 'emptyItems', match: { entity: 'cgi', action: 'index' }, times: 0 });
		const { json, hints } = await whole(ofGroup);
		expect(strangers(idsOf(json))).toEqual([]);
		expect(hints).toEqual([expect.stringMatching(/did not come whole.*members of the group/)]);
	});
});
