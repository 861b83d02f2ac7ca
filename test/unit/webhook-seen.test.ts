import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../../nodes/AlfaCrm/trigger/change';
import { claim } from '../../nodes/AlfaCrm/trigger/webhook/seen';

const delivery = (entity_id: number): Change => ({
	event: 'update',
	entity: 'Customer',
	entity_id,
	branch_id: 1,
	user_id: 4,
	datetime: '2026-02-10 12:00:00',
	fields_old: {},
	fields_new: {},
	fields_rel: {},
});
let nodes = 0;
const newNode = () => `unit:${nodes++}`;
/** @returns whether it was new */
function take(node: string, id: number, saved: IDataObject): boolean {
	const claimed = claim(node, delivery(id), saved);
	claimed?.keep();
	claimed?.end();
	return claimed !== undefined;
}
const digests = (saved: IDataObject) => saved.deliveries as string[];

it('a delivery that is under way belongs to one alone, and may come again if it is given up', () => {
	const node = newNode();
	const first = claim(node, delivery(1), {});
	expect(claim(node, delivery(1), {})).toBeUndefined();
	first?.end();
	const second = claim(node, delivery(1), {});
	second?.keep();
	second?.end();
	expect(claim(node, delivery(1), {})).toBeUndefined();
});

it('one that is under way is not saved by another', () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	claim(node, delivery(1), {});
	take(node, 2, saved);
	expect(digests(saved)).toHaveLength(1);
	expect(take(newNode(), 1, saved)).toBe(true);
});

it('what is saved is text of its own, that later deliveries leave alone', () => {
	const [node, one, two] = [newNode(), {} as IDataObject, {} as IDataObject];
	take(node, 1, one);
	const before = JSON.stringify(one);
	take(node, 2, two);
	expect(JSON.stringify(one)).toBe(before);
	expect(digests(two)).toEqual([digests(one)[0], expect.stringMatching(/^[\w-]{16}$/)]);
});

it('what another process saved counts, and is not lost with the next delivery', () => {
	const [here, there] = [newNode(), newNode()];
	const database: IDataObject = {};
	take(here, 1, database);
	take(there, 2, database);
	take(here, 3, database);
	expect(digests(database)).toHaveLength(3);
	for (const id of [1, 2, 3]) {
		expect(take(here, id, database)).toBe(false);
		expect(take(there, id, database)).toBe(false);
	}
});

it('what this process knows counts, even if a save of n8n was undone', () => {
	const node = newNode();
	take(node, 1, {});
	expect(take(node, 1, {})).toBe(false);
});

it.each<[what: string, saved: IDataObject]>([
	['nothing', {}],
	['a text', { deliveries: 'abc' }],
	['null', { deliveries: null }],
	['an object', { deliveries: { length: 5 } }],
])('%s instead of a list is replaced', (_what, saved) => {
	expect(take(newNode(), 1, saved)).toBe(true);
	expect(digests(saved)).toHaveLength(1);
});

it('the latest 1,000 are kept, the oldest go first', () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	for (let id = 1; id <= 1_500; id++) take(node, id, saved);
	expect(digests(saved)).toHaveLength(1_000);
	expect(new Set(digests(saved)).size).toBe(1_000);
	expect(take(node, 501, saved)).toBe(false);
	expect(take(node, 500, saved)).toBe(true);
	expect(take(node, 501, saved)).toBe(true);
});

it('the memory holds 200 nodes; one that fell out knows what n8n saved', () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	take(node, 1, saved);
	for (let count = 0; count < 199; count++) take(newNode(), 1, {});
	expect(take(node, 1, {})).toBe(false);
	for (let count = 0; count < 200; count++) take(newNode(), 1, {});
	expect(take(node, 1, saved)).toBe(false);
	for (let count = 0; count < 200; count++) take(newNode(), 1, {});
	expect(take(node, 1, {})).toBe(true);
});

it('a thousand digests cost a delivery less than 5 ms', () => {
	const [node, saved] = [newNode(), {} as IDataObject];
	for (let id = 1; id <= 1_000; id++) take(node, id, saved);
	const start = performance.now();
	for (let id = 2_001; id <= 2_200; id++) take(node, id, saved);
	expect((performance.now() - start) / 200).toBeLessThan(5);
});
