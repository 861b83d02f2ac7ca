import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, findByPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 1_000 });
const { add, customer, lead, rows, run, set, writes } = officeOf(school);

const ITEMS = 300;
const lists = (path = 'customer') => school.entries(`${path}/index`).length;

/** How many pages all branches have: what one look at everybody costs. */
async function costOfAll(): Promise<number> {
	set({ ignoredFilters: ['customer.email', 'customer.phone', '*.custom_*'] });
	school.sandbox.clearJournal();
	await run({ ...findByPhone(''), matchBy: 'email', email: 'nobody@example.org', phone: '' });
	const cost = lists();
	school.sandbox.clearJournal();
	return cost;
}
const byEmail = (fieldsToSet: INodeParameters = {}): INodeParameters => ({
	...byPhone('', fieldsToSet),
	matchBy: 'email',
	email: '={{ $json.email }}',
});
const emails = Array.from({ length: ITEMS }, (_, n) => ({ email: `guest${n}@example.org`, note: `${n}` }));

describe('a filter that AlfaCRM ignores', () => {
	it.each(['email', 'phone'])(
		`by %s costs ${ITEMS} items no more than two looks at the list`,
		async (key) => {
			const items = emails.map(({ email }, n) => ({ email, phone: `+7(900)55${5000000 + n}`.slice(0, 16) }));
			items.forEach(({ email, phone }) => lead({ email: [email], phone: [phone] }));
			const ids = rows('customer')
				.slice(-ITEMS)
				.map(({ id }) => id);
			const cost = await costOfAll();
			const found = await run(
				{ ...findByPhone('={{ $json.phone }}'), matchBy: key, email: '={{ $json.email }}' },
				{ items },
			);
			expect(found.map(({ id }) => id)).toEqual(ids);
			expect(lists()).toBeLessThanOrEqual(2 * cost);
		},
	);

	it('costs Create or Update the list and the writes, and nobody is made twice', async () => {
		emails.slice(0, 150).forEach(({ email }) => lead({ email: [email] }));
		const before = rows('customer').length;
		const cost = await costOfAll();
		const items = [...emails, { email: 'GUEST299@example.org', note: 'again' }];
		const out = await run(byEmail({ name: 'Гость', note: '={{ $json.note }}' }), { items });
		const count = (result: string) => out.filter(({ operationResult }) => operationResult === result).length;
		expect({ created: count('created'), updated: count('updated') }).toEqual({ created: 150, updated: 151 });
		expect(rows('customer')).toHaveLength(before + 150);
		expect(customer(out[299].id).note).toBe('again');
		expect(writes()).toHaveLength(301);
		// The one that was made in this run is looked at again.
		expect(lists()).toBeLessThanOrEqual(2 * cost + 1);
	});
});

it('a list without a filter for the key is read once for all items', async () => {
	const names = Array.from({ length: 60 }, (_, n) => ({ name: `Зал ${n}` }));
	names.forEach(({ name }) => add('room', { name, location_id: 1, branch_id: 1, is_enabled: 1 }));
	const room = (name: string): INodeParameters => ({
		resource: 'room',
		operation: 'find',
		branchId: 1,
		matchBy: 'name',
		name,
		options: { ifNone: 'nothing' },
	});
	await run(room('Зал 3'));
	const cost = lists('room');
	school.sandbox.clearJournal();
	const found = await run(room('={{ $json.name }}'), { items: names });
	expect(found.map(({ name }) => name)).toEqual(names.map(({ name }) => name));
	expect(lists('room')).toBe(cost);
});

it('a filter that finds parts of names is not taken for one that is ignored', async () => {
	for (let n = 0; n < 30; n++) lead({ name: `Орлова Мия ${n}`, dob: '01.02.2015' });
	const find: INodeParameters = {
		...findByPhone(''),
		matchBy: 'nameAndBirthDate',
		name: '={{ $json.name }}',
		dob: '2015-02-01',
	};
	await run(find, { items: [{ name: 'Мия' }] });
	const cost = lists();
	school.sandbox.clearJournal();
	await run(find, { items: Array.from({ length: 5 }, () => ({ name: 'Мия' })) });
	expect(lists()).toBeLessThanOrEqual(5 * cost);
	expect(
		school
			.entries('customer/index')
			.every(({ body }) => 'name' in (body as IDataObject) || 'dob_from' in (body as IDataObject)),
	).toBe(true);
});
