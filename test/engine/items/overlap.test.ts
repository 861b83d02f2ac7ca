import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { byPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

/** What overlaps must come out as one after the other would. */
const school = useSchool({ customers: 0, settings: { latencyMs: 30 } });
const { rows, lead, customer } = officeOf(school);

const PHONE = '+7(900)111-22-33';
const EMAIL = 'vera@school.example';
/** The first item is done before the others begin, for then it is known how many may. */
const FIRST = { phone: '+7(900)999-88-77', name: 'Первая Анна' };

const engine = (callsAtOnce: number) => new Engine({ ...school.credential, callsAtOnce });
const delayed = (ms: number, match: { action: string; bodyContains: string }) =>
	school.sandbox.faults.add({ kind: 'delay', ms, match: { entity: 'customer', ...match } });
const upsert = (fields: IDataObject, options: IDataObject = {}): INodeParameters => ({
	...byPhone(
		'={{ $json.phone }}',
		fields as INodeParameters,
		{
			searchBranches: [1],
			...options,
		} as INodeParameters,
	),
	matchBy: 'phoneOrEmail',
	email: '={{ $json.email }}',
});

describe.each([1, 5])('with %i call(s) at once', (callsAtOnce) => {
	it('the later of two items about one record has the last word, whichever is found first', async () => {
		const id = lead({ phone: [PHONE], email: [EMAIL] });
		delayed(300, { action: 'index', bodyContains: '900' });
		delayed(300, { action: 'index', bodyContains: '111' });
		const { error } = await engine(callsAtOnce).run({
			parameters: upsert({ name: '={{ $json.name }}', note: '={{ $json.note }}' }),
			items: [
				{ phone: '', email: 'anna@school.example', name: 'Первая Анна' },
				{ phone: PHONE, email: '', note: 'старое', name: 'Лунная Вера' },
				{ phone: '', email: EMAIL, note: 'новое', name: 'Лунная Вера 2' },
			],
		});
		expect(error).toBeUndefined();
		expect(customer(id)).toMatchObject({ note: 'новое' });
	});

	it('an item that has to look up its branch first is not overtaken by the next one about its record', async () => {
		const [, ...others] = rows('branch');
		for (const { id } of others) school.sandbox.store.remove('branch', id as number);
		const id = lead({ phone: [PHONE], name: 'Лунная Вера' });
		school.sandbox.faults.add({ kind: 'delay', ms: 300, match: { entity: 'branch', action: 'index' } });
		const stop = AbortSignal.timeout(10_000);
		const { error, json } = await engine(callsAtOnce).run({
			parameters: {
				...byPhone('={{ $json.phone }}', { note: '={{ $json.note }}', name: 'Первая Анна' }),
				branchId: '={{ $json.branch }}',
				options: { searchBranches: [1] },
			} as INodeParameters,
			items: [
				{ ...FIRST, branch: 1, note: '' },
				{ phone: PHONE, branch: '', note: 'старое' },
				{ phone: PHONE, branch: 1, note: 'новое' },
			],
			signal: stop,
		});
		expect(error).toBeUndefined();
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'updated', 'updated']);
		expect(customer(id)).toMatchObject({ note: 'новое' });
	});

	it('a phone that the item before took away finds nobody any more, and a new customer is made', async () => {
		const id = lead({ phone: [PHONE], email: [EMAIL], name: 'Лунная Вера' });
		const { error, json } = await engine(callsAtOnce).run({
			parameters: upsert({ name: '={{ $json.name }}', phone: '={{ $json.set }}' }, { listMode: 'replace' }),
			items: [
				{ ...FIRST, set: [] },
				{ phone: '', email: EMAIL, set: ['+7(900)555-66-77'], name: 'Лунная Вера' },
				{ phone: PHONE, email: '', set: [PHONE], name: 'Орлова Мия' },
			],
		});
		expect(error).toBeUndefined();
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'updated', 'created']);
		expect(customer(id)).toMatchObject({ phone: ['+7(900)555-66-77'], name: 'Лунная Вера' });
		expect(rows('customer').filter(({ phone }) => (phone as string[]).includes(PHONE))).toHaveLength(1);
	});

	it('what an item has saved though its answer was lost is not overwritten by the next one', async () => {
		const id = lead({ phone: [PHONE], email: [EMAIL], web: ['a.example'] });
		school.sandbox.faults.add({ kind: 'reset', when: 'after', match: { bodyContains: 'b.example' } });
		const { json } = await engine(callsAtOnce).run({
			parameters: upsert({ name: '={{ $json.name }}', web: '={{ [$json.web] }}' }, { listMode: 'add' }),
			items: [
				{ ...FIRST, web: 'x.example' },
				{ phone: PHONE, email: '', web: 'b.example', name: 'Лунная Вера' },
				{ phone: '', email: EMAIL, web: 'c.example', name: 'Лунная Вера 2' },
			],
			onError: 'continueRegularOutput',
		});
		expect(json.map(({ error }) => typeof error)).toEqual(['undefined', 'string', 'undefined']);
		expect([...(customer(id).web as string[])].sort()).toEqual(['a.example', 'b.example', 'c.example']);
	});

	it('an item that waits for one that fails sends nothing afterwards', async () => {
		const match = { entity: 'customer', action: 'create', bodyContains: 'Вера 1' };
		school.sandbox.faults.add({ kind: 'reset', match });
		const { error } = await engine(callsAtOnce).run({
			parameters: upsert({ name: '={{ $json.name }}' }),
			items: [FIRST, ...[1, 2, 3, 4, 5, 6].map((one) => ({ phone: PHONE, name: `Вера ${one}` }))],
		});
		expect(rows('customer').map(({ name }) => name)).toEqual([FIRST.name]);
		expect(school.entries('customer/create')).toHaveLength(2);
		expect(error).toMatchObject({ context: { itemIndex: 1 } });
		expect(error?.description).toMatch(/may have carried it out .* Saved: item 0\.$/);
	});
});

it('an error tells of each item what is true of it', async () => {
	const create: INodeParameters = {
		resource: 'customer',
		operation: 'create',
		branchId: 1,
		name: '={{ $json.name }}',
		additionalFields: {},
	};
	school.sandbox.faults.add({ kind: 'successFalse', match: { bodyContains: 'Вера 3' } });
	school.sandbox.faults.add({ kind: 'status', when: 'after', match: { bodyContains: 'Вера 4' } });
	const { error } = await engine(5).run({
		parameters: create,
		items: Array.from({ length: 8 }, (_, index) => ({ name: `Вера ${index}` })),
	});
	expect(rows('customer').map(({ name }) => name)).toContain('Вера 4');
	expect(error).toMatchObject({ context: { itemIndex: 3 } });
	expect(error?.description).not.toContain('Nothing was saved');
	expect(error?.description).toMatch(/Of this item nothing was saved\. Saved: items 0 to 2/);
	expect(error?.description).toMatch(/Item 4 failed as well: .*may have carried it out all the same/);
});

it('an error that several items share is told once', async () => {
	const match = { action: 'create', bodyContains: 'Вера' };
	school.sandbox.faults.add({ kind: 'status', match, skip: 2, times: 0 });
	const { error } = await engine(5).run({
		parameters: {
			resource: 'customer',
			operation: 'create',
			branchId: 1,
			name: '={{ $json.name }}',
			additionalFields: {},
		},
		items: Array.from({ length: 8 }, (_, index) => ({ name: `Вера ${index}` })),
	});
	const description = error?.description ?? '';
	expect(description.match(/may have carried it out/g)).toHaveLength(1);
	expect(description).toMatch(/Saved: items? [\d ,to]+\. Items? [\d ,to]+ failed in the same way\.$/);
});

it('executions about the same people, by other keys and in another order, come to an end and make each once', async () => {
	const people = Array.from({ length: 6 }, (_, index) => ({
		name: `Лунная Вера ${index}`,
		phone: `+7(900)111-22-3${index}`,
		email: `vera${index}@school.example`,
	}));
	// Who is new is known by both keys, or two of them could not be told to be one.
	for (const { phone, email, name } of people.slice(0, 3)) lead({ name, phone: [phone], email: [email] });
	const items = people.flatMap((person, index) => [
		index < 3 ? { ...person, also: person.email, email: '' } : person,
		index < 3 ? { ...person, phone: '', also: person.phone } : person,
		person,
	]);
	const fields = { name: '={{ $json.name }}', note: '={{ $json.also }}' };
	const parameters = upsert({ ...fields, phone: '={{ $json.phone }}', email: '={{ $json.email }}' });
	const orders = [items, [...items].reverse(), [...items.slice(7), ...items.slice(0, 7)]];
	const stop = new AbortController();
	school.sandbox.onSend = ({ action }) => {
		if (action === 'update') stop.abort();
	};
	const runs = await Promise.all([
		...orders.map(async (order) => await engine(5).run({ parameters, items: [FIRST, ...order] })),
		engine(5).run({ parameters, items, signal: stop.signal }),
	]);
	expect(runs.slice(0, 3).map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
	expect(
		rows('customer')
			.map(({ phone }) => String(phone))
			.sort(),
	).toEqual([...people, FIRST].map(({ phone }) => phone).sort());
	expect(await engine(1).run({ parameters, items })).toMatchObject({ error: undefined });
}, 60_000);
