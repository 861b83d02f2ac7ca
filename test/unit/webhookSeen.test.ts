import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Claim } from '../../nodes/AlfaCrm/trigger/webhook/seen';
import { claim } from '../../nodes/AlfaCrm/trigger/webhook/seen';

const delivery = (id: number) => `delivery ${id}`;
let nodes = 0;
const newNode = () => `unit:${nodes++}`;
/** @returns whether it was new */
async function take(node: string, id: number, saved: IDataObject): Promise<boolean> {
	const claimed = await claim(node, delivery(id), saved);
	claimed?.keep();
	claimed?.end();
	return claimed !== undefined;
}
const digests = (saved: IDataObject) => saved.deliveries as string[];

/** What has become of a claim by now. */
async function stateOf(claimed: Promise<Claim | undefined>): Promise<'waits' | 'new' | 'repeated'> {
	const waits = sleep(0).then(() => 'waits' as const);
	return await Promise.race([waits, claimed.then((own) => (own ? 'new' : 'repeated'))]);
}

it('whoever comes while an equal delivery is under way waits for it, and is repeated once it was kept', async () => {
	const node = newNode();
	const first = await claim(node, delivery(1), {});
	const others = [1, 2].map(async () => await claim(node, delivery(1), {}));
	for (const other of others) expect(await stateOf(other)).toBe('waits');
	first?.keep();
	first?.end();
	for (const other of others) expect(await other).toBeUndefined();
});

it('if it is given up, one of them takes its place, and the others wait for that one', async () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	const first = await claim(node, delivery(1), {});
	const second = claim(node, delivery(1), saved);
	const third = claim(node, delivery(1), {});
	first?.end();
	expect([await stateOf(second), await stateOf(third)]).toEqual(['new', 'waits']);
	(await second)?.keep();
	(await second)?.end();
	expect(await third).toBeUndefined();
	expect(digests(saved)).toHaveLength(1);
});

it('another delivery waits for nobody', async () => {
	const node = newNode();
	const first = await claim(node, delivery(1), {});
	expect(await take(node, 2, {})).toBe(true);
	expect(await take(newNode(), 1, {})).toBe(true);
	first?.end();
});

it('a delivery under way is remembered, however many other nodes receive meanwhile', async () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	await take(node, 1, saved);
	const first = await claim(node, delivery(2), saved);
	for (let count = 0; count < 250; count++) await take(newNode(), 1, {});
	const second = claim(node, delivery(2), {});
	expect(await stateOf(second)).toBe('waits');
	await take(node, 3, saved);
	first?.keep();
	first?.end();
	expect(await second).toBeUndefined();
	expect(digests(saved)).toHaveLength(3);
});

it('one that is under way is not saved by another', async () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	const first = await claim(node, delivery(1), {});
	await take(node, 2, saved);
	expect(digests(saved)).toHaveLength(1);
	expect(await take(newNode(), 1, saved)).toBe(true);
	first?.end();
});

it('what is saved is text of its own, that later deliveries leave alone', async () => {
	const [node, one, two] = [newNode(), {} as IDataObject, {} as IDataObject];
	await take(node, 1, one);
	const before = JSON.stringify(one);
	await take(node, 2, two);
	expect(JSON.stringify(one)).toBe(before);
	expect(digests(two)).toEqual([digests(one)[0], delivery(2)]);
});

it('what another process saved counts, and is not lost with the next delivery', async () => {
	const [here, there] = [newNode(), newNode()];
	const database: IDataObject = {};
	await take(here, 1, database);
	await take(there, 2, database);
	await take(here, 3, database);
	expect(digests(database)).toHaveLength(3);
	for (const id of [1, 2, 3]) {
		expect(await take(here, id, database)).toBe(false);
		expect(await take(there, id, database)).toBe(false);
	}
});

describe('with as many known deliveries as are kept', () => {
	const LATEST = 1_000;
	const takeAll = async (node: string, from: number, to: number, saved: IDataObject) => {
		for (let id = from; id <= to; id++) expect(await take(node, id, saved)).toBe(true);
	};

	it('one that another process has just saved is known at once', async () => {
		const [here, there, database] = [newNode(), newNode(), {} as IDataObject];
		await takeAll(here, 1, LATEST, database);
		expect(await take(there, LATEST + 1, database)).toBe(true);
		expect(await take(here, LATEST + 1, database)).toBe(false);
		expect(await take(here, LATEST + 2, database)).toBe(true);
		for (const node of [here, there, newNode()]) {
			for (const id of [LATEST, LATEST + 1, LATEST + 2]) expect(await take(node, id, database)).toBe(false);
		}
	});

	it('processes that take turns know the latest of each other, and so does one that starts then', async () => {
		const [here, there, database] = [newNode(), newNode(), {} as IDataObject];
		for (let id = 1; id <= 3 * LATEST; id++) {
			expect(await take([here, there][id % 2], id, database)).toBe(true);
		}
		for (const node of [here, there, newNode()]) {
			for (let id = 2 * LATEST + 1; id <= 3 * LATEST; id++)
				expect(await take(node, id, database)).toBe(false);
		}
		expect(digests(database)).toHaveLength(LATEST);
	});

	it('one that has received nothing for long loses none of what others have saved since', async () => {
		const [here, there, database] = [newNode(), newNode(), {} as IDataObject];
		await takeAll(here, 1, LATEST, database);
		await takeAll(there, LATEST + 1, 3 * LATEST, database);
		expect(await take(here, 3 * LATEST, database)).toBe(false);
		expect(await take(here, 3 * LATEST + 1, database)).toBe(true);
		for (const id of [2 * LATEST + 2, 3 * LATEST]) expect(await take(newNode(), id, database)).toBe(false);
	});

	it('a list that was read before all of them does not push them out, one that is newer does', async () => {
		const [node, there, database] = [newNode(), newNode(), {} as IDataObject];
		await takeAll(node, 1, LATEST, database);
		const old = structuredClone(database);
		await takeAll(node, LATEST + 1, 2 * LATEST, database);
		expect(await take(node, 2 * LATEST, structuredClone(old))).toBe(false);
		expect(await take(node, 2 * LATEST + 1, old)).toBe(true);
		expect(await take(newNode(), 2 * LATEST, old)).toBe(false);
		await takeAll(there, 3 * LATEST, 5 * LATEST, database);
		expect(await take(node, 5 * LATEST, database)).toBe(false);
		expect(await take(node, 5 * LATEST + 1, database)).toBe(true);
		expect(await take(newNode(), 5 * LATEST, database)).toBe(false);
	});

	it('one is known to whoever waited for it, though all that was saved before has fallen out meanwhile', async () => {
		const [node, database] = [newNode(), {} as IDataObject];
		await takeAll(node, 1, LATEST, database);
		const first = await claim(node, delivery(2 * LATEST), structuredClone(database));
		const second = claim(node, delivery(2 * LATEST), structuredClone(database));
		await takeAll(node, LATEST + 1, 2 * LATEST - 1, {});
		first?.keep();
		first?.end();
		expect(await second).toBeUndefined();
		expect(await take(node, LATEST + 1, {})).toBe(false);
	});

	it('one whose save another process has replaced is kept, and saved again with the next', async () => {
		const [here, there, database] = [newNode(), newNode(), {} as IDataObject];
		await takeAll(here, 1, LATEST, database);
		const copy = structuredClone(database);
		expect(await take(here, LATEST + 1, database)).toBe(true);
		expect(await take(there, LATEST + 2, copy)).toBe(true);
		expect(await take(here, LATEST + 3, copy)).toBe(true);
		for (const node of [here, newNode()]) {
			for (const id of [1, 2, 3]) expect(await take(node, LATEST + id, copy)).toBe(false);
		}
	});
});

it('what this process knows counts, even if a save of n8n was undone', async () => {
	const node = newNode();
	await take(node, 1, {});
	expect(await take(node, 1, {})).toBe(false);
});

it.each<[what: string, saved: IDataObject]>([
	['nothing', {}],
	['a text', { deliveries: 'abc' }],
	['null', { deliveries: null }],
	['an object', { deliveries: { length: 5 } }],
	['a text and one', { deliveries: 'abc', deliveryCount: 'many' }],
])('%s instead of a list is replaced', async (_what, saved) => {
	expect(await take(newNode(), 1, saved)).toBe(true);
	expect(digests(saved)).toHaveLength(1);
});

it('the latest 1,000 are kept, the oldest go first', async () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	for (let id = 1; id <= 1_500; id++) await take(node, id, saved);
	expect(digests(saved)).toHaveLength(1_000);
	expect(new Set(digests(saved)).size).toBe(1_000);
	expect(await take(node, 501, saved)).toBe(false);
	expect(await take(node, 500, saved)).toBe(true);
	expect(await take(node, 501, saved)).toBe(true);
});

it('the memory holds 200 nodes; one that fell out knows what n8n saved', async () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	await take(node, 1, saved);
	for (let count = 0; count < 199; count++) await take(newNode(), 1, {});
	expect(await take(node, 1, {})).toBe(false);
	for (let count = 0; count < 200; count++) await take(newNode(), 1, {});
	expect(await take(node, 1, saved)).toBe(false);
	for (let count = 0; count < 200; count++) await take(newNode(), 1, {});
	expect(await take(node, 1, {})).toBe(true);
});

it('a thousand digests cost a delivery less than 5 ms', async () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	for (let id = 1; id <= 1_000; id++) await take(node, id, saved);
	const start = performance.now();
	for (let id = 2_001; id <= 2_200; id++) await take(node, id, saved);
	expect((performance.now() - start) / 200).toBeLessThan(5);
});
