import type { INodeParameters } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { byPhone, findByPhone, officeOf, pick } from '../support/office';
import { mostInASecond, otherNameOf, useSchool } from '../support/school';

const school = useSchool({ customers: 0, settings: { rateLimit: 5 } });
const { rows, lead, customer, set } = officeOf(school);

const underWay = () => school.sandbox.journal.map((entry) => entry.underWay);
const statuses = () => new Set(school.sandbox.journal.map(({ status }) => status));
/** With the rate that AlfaCRM allows, and so many calls at the same moment. */
const engineOf = (callsAtOnce = 0, more = {}) =>
	new Engine({ ...school.credential, requestsPerSecond: 5, callsAtOnce, ...more });

const NAMES = Array.from({ length: 15 }, (_, index) => ({ name: `Лунная Вера ${index + 1}` }));
const create: INodeParameters = {
	resource: 'customer',
	operation: 'create',
	branchId: 1,
	name: '={{ $json.name }}',
	additionalFields: {},
};
const all: INodeParameters = {
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	is_study: 2,
	removed: 1,
	filters: {},
	simplify: false,
};
const rename = (id: number): INodeParameters => ({
	resource: 'customer',
	operation: 'update',
	branchId: 1,
	id: pick(id),
	updateFields: { name: '={{ $json.name }}' },
	options: {},
});

describe('where AlfaCRM is far away', () => {
	beforeEach(() => set({ latencyMs: 700 }));

	it('items overlap, in reach of the rate and never beyond it, and come out in their order', async () => {
		const begun = performance.now();
		const { json, error } = await engineOf().run({ parameters: create, items: NAMES });
		const seconds = (performance.now() - begun) / 1_000;

		expect(error).toBeUndefined();
		expect(json.map(({ name }) => name)).toEqual(NAMES.map(({ name }) => name));
		expect(json.map(({ id, name }) => [id, name])).toEqual(json.map(({ id }) => [id, customer(id).name]));
		expect(rows('customer')).toHaveLength(NAMES.length);
		expect(mostInASecond(school.sandbox.journal)).toBeLessThanOrEqual(5);
		expect(statuses()).toEqual(new Set([200]));
		// One after the other they take more than 10 seconds.
		expect(seconds).toBeLessThan(8);
	}, 30_000);

	it('pages overlap once it is known how many there are', async () => {
		for (let count = 0; count < 300; count++) lead({ name: `Лунная Вера ${count}` });
		const { json, hints } = await engineOf().run({ parameters: all });
		expect(json.map(({ id }) => id).sort()).toEqual(
			rows('customer')
				.map(({ id }) => id)
				.sort(),
		);
		expect(hints).toEqual([]);
		expect(Math.max(...underWay())).toBeGreaterThan(2);
		expect(mostInASecond(school.sandbox.journal)).toBeLessThanOrEqual(5);
		// A login, 15 pages, and one that tells that the last was the last.
		expect(school.calls()).toHaveLength(17);
	}, 30_000);

	it('no page is asked for that the limit does not need', async () => {
		for (let count = 0; count < 300; count++) lead({ name: `Лунная Вера ${count}` });
		const some = { ...all, returnAll: false, limit: 50 };
		const { json } = await engineOf().run({ parameters: some });
		expect(json).toHaveLength(50);
		expect(school.entries('customer/index')).toHaveLength(3);
	}, 30_000);

	it('one after the other is that where the credential says so', async () => {
		for (let count = 0; count < 60; count++) lead({ name: `Лунная Вера ${count}` });
		set({ latencyMs: 60 });
		const engine = engineOf(1, { requestsPerSecond: 0, hostname: otherNameOf(school.sandbox.url) });
		await engine.run({ parameters: all });
		await Promise.all([
			engine.run({ parameters: create, items: NAMES }),
			engine.run({ parameters: create, items: NAMES }),
		]);
		expect(rows('customer')).toHaveLength(90);
		// Each login is a part of the call that waits for it, which is not sent yet.
		expect(Math.max(...underWay())).toBe(1);
	}, 30_000);
});

it('an AlfaCRM that cannot follow gets one call at a time within ten calls, and more when it can', async () => {
	set({ rateLimit: 0, latencyMs: 300 });
	const engine = engineOf(0, { requestsPerSecond: 20 });
	const parameters = create;
	// The tests before had a nearer one.
	await engine.run({ parameters, items: [...NAMES, ...NAMES, ...NAMES] });
	expect(Math.max(...underWay())).toBe(5);

	set({ latencyByLoadMs: 300 });
	school.sandbox.clearJournal();
	await engine.run({ parameters, items: [...NAMES, ...NAMES] });
	const inTheEnd = underWay().slice(10);
	expect(underWay().slice(5, 11)).toContain(1);
	// From time to time it is found out whether two are taken again.
	expect(Math.max(...inTheEnd)).toBeLessThanOrEqual(2);
	expect(inTheEnd.filter((count) => count === 1).length).toBeGreaterThan(inTheEnd.length / 2);

	set({ latencyByLoadMs: 0 });
	school.sandbox.clearJournal();
	await engine.run({ parameters, items: [...NAMES, ...NAMES] });
	expect(Math.max(...underWay())).toBe(5);
}, 60_000);

describe('items that overlap', () => {
	/** Five at the same moment, once it is known how far away AlfaCRM is. */
	const engine = () => engineOf(5, { requestsPerSecond: 0 });
	beforeEach(() => set({ rateLimit: 0, latencyMs: 40 }));

	it('change the same record in their order', async () => {
		const id = lead();
		const items = Array.from({ length: 12 }, (_, index) => ({ name: `Имя ${index}` }));
		const { error } = await engine().run({ parameters: rename(id), items });
		expect(error).toBeUndefined();
		expect(school.entries('customer/update').map(({ body }) => (body as { name: string }).name)).toEqual(
			items.map(({ name }) => name),
		);
		expect(customer(id).name).toBe('Имя 11');
	});

	it('see what the one before has saved where they are about the same person by other keys', async () => {
		const known = lead({ phone: ['+7(900)111-22-33'], email: ['vera@school.example'], note: '' });
		const upsert: INodeParameters = {
			...byPhone('={{ $json.phone }}', { web: '={{ [$json.web] }}' }, { listMode: 'add' }),
			matchBy: 'phoneOrEmail',
			email: '={{ $json.email }}',
		};
		const items = [
			{ web: 'a.example', phone: '+79001112233', email: '' },
			{ web: 'b.example', phone: '', email: 'vera@school.example' },
			{ web: 'c.example', phone: '+79001112233', email: '' },
			{ web: 'd.example', phone: '', email: 'vera@school.example' },
		];
		const { error } = await engine().run({ parameters: upsert, items });
		expect(error).toBeUndefined();
		expect(rows('customer')).toHaveLength(1);
		expect([...(customer(known).web as string[])].sort()).toEqual(items.map(({ web }) => web));
	});

	it('stop at the first that fails: what is under way ends, nothing new begins, and the error tells what was saved', async () => {
		const items = NAMES.map((item, index) => (index === 6 ? { name: '' } : item));
		const { error, status } = await engine().run({ parameters: create, items });
		expect(status).toBe('error');
		expect(error).toMatchObject({ context: { itemIndex: 6 } });
		const saved = rows('customer').map(({ name }) => items.findIndex((item) => item.name === name));
		expect(saved.length).toBeLessThan(NAMES.length - 1);
		const later = saved.filter((index) => index > 6).sort((a, b) => a - b);
		expect(saved.filter((index) => index < 6)).toHaveLength(6);
		const also =
			later.length === 0 ? '' : later.length === 1 ? `, ${later[0]}` : `, ${later[0]} to ${later.at(-1)}`;
		expect(error?.description).toContain(`Saved: items 0 to 5${also}.`);
	});

	it('each tell their own error where the node continues', async () => {
		const items = NAMES.map((item, index) => (index % 4 === 2 ? { name: '' } : item));
		const { json } = await engine().run({
			parameters: create,
			items,
			onError: 'continueRegularOutput',
		});
		expect(json.map(({ name, error }) => name ?? typeof error)).toEqual(
			items.map(({ name }) => name || 'string'),
		);
	});

	it('read what they share once', async () => {
		const items = NAMES.map((_, index) => ({ phone: `+7900111${String(index).padStart(4, '0')}` }));
		const find = findByPhone('={{ $json.phone }}', { ifNone: 'item' });
		for (let count = 0; count < 30; count++) {
			lead({ phone: [`+7(900)222-00-${String(count).padStart(2, '0')}`] });
		}
		set({ ignoredFilters: ['customer.phone'] });
		const { json } = await engine().run({ parameters: find, items });
		expect(json).toEqual(items.map(() => ({ matchFound: false })));
		expect(school.entries('branch/index')).toHaveLength(1);
	});
});
