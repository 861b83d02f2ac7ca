import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Claim } from '../../nodes/AlfaCrm/trigger/webhook/seen';
import { claim } from '../../nodes/AlfaCrm/trigger/webhook/seen';

/** As many as are kept. */
const LATEST = 1_000;
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
/** Takes new ones, from and to. */
async function takeAll(node: string, from: number, to: number, saved: IDataObject): Promise<void> {
	for (let id = from; id <= to; id++) expect(await take(node, id, saved)).toBe(true);
}
/** These are known to each of those nodes. */
async function expectKnown(all: string[], ids: number[], saved: IDataObject): Promise<void> {
	for (const node of all) for (const id of ids) expect(await take(node, id, saved)).toBe(false);
}
const digests = (saved: IDataObject) => saved.deliveries as string[];

/** What has become of a claim by now. */
async function stateOf(claimed: Promise<Claim | undefined>): Promise<'waits' | 'new' | 'repeated'> {
	const waits = sleep(0).then(() => 'waits' as const);
	return await Promise.race([waits, claimed.then((own) => (own ? 'new' : 'repeated'))]);
}

describe('a delivery that is under way', () => {
	it('makes equal ones wait, which are repeated once it was kept', async () => {
		const node = newNode();
		const first = await claim(node, delivery(1), {});
		const others = [1, 2].map(async () => await claim(node, delivery(1), {}));
		for (const other of others) expect(await stateOf(other)).toBe('waits');
		first?.keep();
		first?.end();
		for (const other of others) expect(await other).toBeUndefined();
	});

	it('and is given up lets one of them take its place, and the others wait for that one', async () => {
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

	it('makes no other one wait, and is not saved by it', async () => {
		const [node, saved] = [newNode(), {} as IDataObject];
		const first = await claim(node, delivery(1), saved);
		expect(await take(node, 2, saved)).toBe(true);
		expect(digests(saved)).toHaveLength(1);
		expect(await take(newNode(), 1, saved)).toBe(true);
		first?.end();
	});

	it('is remembered, however many other nodes receive meanwhile', async () => {
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

	it('is known to whoever waited for it, though all that was saved before has fallen out meanwhile', async () => {
		const [node, database] = [newNode(), {} as IDataObject];
		await takeAll(node, 1, LATEST, database);
		const first = await claim(node, delivery(2 * LATEST), structuredClone(database));
		const second = claim(node, delivery(2 * LATEST), structuredClone(database));
		await takeAll(node, LATEST + 1, 2 * LATEST - 1, {});
		first?.keep();
		first?.end();
		expect(await second).toBeUndefined();
		await expectKnown([node], [LATEST + 1], {});
	});
});

describe('what is saved', () => {
	it('is text of its own, that later deliveries leave alone', async () => {
		const [node, one, two] = [newNode(), {} as IDataObject, {} as IDataObject];
		await take(node, 1, one);
		const before = JSON.stringify(one);
		await take(node, 2, two);
		expect(JSON.stringify(one)).toBe(before);
		expect(digests(two)).toEqual([digests(one)[0], delivery(2)]);
	});

	it('counts beside what this process knows, even if a save of n8n was undone', async () => {
		const node = newNode();
		await take(node, 1, {});
		await expectKnown([node], [1], {});
	});

	it.each<[what: string, saved: IDataObject]>([
		['nothing', {}],
		['a text and one', { deliveries: 'abc', deliveryCount: 'many' }],
	])('is replaced if it is %s instead of a list', async (_what, saved) => {
		expect(await take(newNode(), 1, saved)).toBe(true);
		expect(digests(saved)).toHaveLength(1);
	});

	it('are the latest 1,000; the oldest go first, and one costs less than 5 ms', async () => {
		const [node, saved] = [newNode(), {} as IDataObject];
		await takeAll(node, 1, 1_300, saved);
		const start = performance.now();
		await takeAll(node, 1_301, 1_500, saved);
		expect((performance.now() - start) / 200).toBeLessThan(5);
		expect(new Set(digests(saved)).size).toBe(LATEST);
		expect(digests(saved)).toHaveLength(LATEST);
		await expectKnown([node], [501], saved);
		await takeAll(node, 500, 501, saved);
	});

	it('is what a node knows that fell out of the memory, which holds 200', async () => {
		const [node, saved] = [newNode(), {} as IDataObject];
		const others = async (count: number) => {
			for (let n = 0; n < count; n++) await take(newNode(), 1, {});
		};
		await take(node, 1, saved);
		await others(199);
		await expectKnown([node], [1], {});
		await others(200);
		await expectKnown([node], [1], saved);
		await others(200);
		expect(await take(node, 1, {})).toBe(true);
	});
});

describe('what another process saved', () => {
	it('counts if they take turns, also for one that starts then', async () => {
		const [here, there, database] = [newNode(), newNode(), {} as IDataObject];
		for (let id = 1; id <= 3 * LATEST; id++) await take([here, there][id % 2], id, database);
		const latest = Array.from({ length: LATEST }, (_, n) => 2 * LATEST + 1 + n);
		await expectKnown([here, there, newNode()], latest, database);
		expect(digests(database)).toHaveLength(LATEST);
	});

	it('is pushed out by nothing that was read before it, but by what is newer', async () => {
		const [node, there, database] = [newNode(), newNode(), {} as IDataObject];
		await takeAll(node, 1, LATEST, database);
		const old = structuredClone(database);
		await takeAll(node, LATEST + 1, 2 * LATEST, database);
		await expectKnown([node], [2 * LATEST], structuredClone(old));
		await takeAll(node, 2 * LATEST + 1, 2 * LATEST + 1, old);
		await expectKnown([newNode()], [2 * LATEST], old);
		await takeAll(there, 3 * LATEST, 5 * LATEST, database);
		await expectKnown([node], [5 * LATEST], database);
		await takeAll(node, 5 * LATEST + 1, 5 * LATEST + 1, database);
		await expectKnown([newNode()], [5 * LATEST], database);
	});

	it('loses nothing of this one whose save it has replaced', async () => {
		const [here, there, database] = [newNode(), newNode(), {} as IDataObject];
		await takeAll(here, 1, LATEST, database);
		const copy = structuredClone(database);
		await takeAll(here, LATEST + 1, LATEST + 1, database);
		await takeAll(there, LATEST + 2, LATEST + 2, copy);
		await takeAll(here, LATEST + 3, LATEST + 3, copy);
		await expectKnown(
			[here, newNode()],
			[1, 2, 3].map((n) => LATEST + n),
			copy,
		);
	});
});
