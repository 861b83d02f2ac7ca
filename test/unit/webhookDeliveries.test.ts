import type { IDataObject } from 'n8n-workflow';

import { beginDelivery, makeDeliveryKey } from '../../nodes/AlfaCrm/trigger/webhook/deliveries';

/** As many as are kept. */
const LATEST = 1_000;
let nodes = 0;
const newNode = () => `unit:${nodes++}`;
const deliveries = (saved: IDataObject) => saved.deliveries as string[];

/** @returns whether it was new */
function take(node: string, id: number, saved: IDataObject): boolean {
	const claimed = beginDelivery(node, `delivery ${id}`, saved);
	claimed?.markStarted();
	claimed?.end();
	return claimed !== undefined;
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const takeAll = (node: string, ids: number[], saved: IDataObject) => ids.map((id) => take(node, id, saved));

describe('a delivery that is under way', () => {
	it('holds back equal ones of its node, and no others', () => {
		const [node, saved] = [newNode(), {} as IDataObject];
		const first = beginDelivery(node, 'delivery 1', saved);
		expect([take(node, 1, saved), take(node, 2, saved), take(newNode(), 1, {})]).toEqual([false, true, true]);
		expect(deliveries(saved)).toEqual(['delivery 2']);
		first?.markStarted();
		first?.end();
		expect(take(node, 1, saved)).toBe(false);
		expect(deliveries(saved)).toEqual(['delivery 2', 'delivery 1']);
	});

	it('and comes to nothing lets an equal one start the workflow later', () => {
		const [node, saved] = [newNode(), {} as IDataObject];
		beginDelivery(node, 'delivery 1', saved)?.end();
		expect(saved).toEqual({});
		expect([take(node, 1, saved), take(node, 1, saved)]).toEqual([true, false]);
	});
});

describe('what is saved', () => {
	it('counts beside what this process knows, which n8n may not have saved yet', () => {
		const node = newNode();
		expect([take(node, 1, {}), take(node, 1, {})]).toEqual([true, false]);
	});

	it('counts after a restart, and is added to', () => {
		const [node, saved] = [newNode(), { deliveries: ['delivery 1'] } as IDataObject];
		expect([take(node, 1, saved), take(node, 2, saved)]).toEqual([false, true]);
		expect(deliveries(saved)).toEqual(['delivery 1', 'delivery 2']);
	});

	it('is a list of its own, that later deliveries leave alone', () => {
		const [node, one, two] = [newNode(), {} as IDataObject, {} as IDataObject];
		take(node, 1, one);
		take(node, 2, two);
		expect([deliveries(one), deliveries(two)]).toEqual([['delivery 1'], ['delivery 1', 'delivery 2']]);
	});

	it('is replaced if it is no list', () => {
		const saved: IDataObject = { deliveries: 'abc' };
		expect(take(newNode(), 1, saved)).toBe(true);
		expect(deliveries(saved)).toEqual(['delivery 1']);
	});

	it('are the latest 1,000; the oldest go first, also where n8n had read them before the last ones', () => {
		const [node, saved] = [newNode(), {} as IDataObject];
		takeAll(node, range(1, LATEST), saved);
		const old = structuredClone(saved);
		takeAll(node, range(LATEST + 1, LATEST + 500), saved);
		take(node, LATEST + 501, old);
		const latest = range(502, LATEST + 501);
		expect(deliveries(old)).toEqual(latest.map((id) => `delivery ${id}`));
		expect(takeAll(newNode(), latest, old)).not.toContain(true);
		expect(take(newNode(), 501, old)).toBe(true);
	});
});

describe('the key of a delivery', () => {
	const BODY = {
		event: 'update',
		entity: 'Customer',
		entity_id: 5,
		fields_new: { status: 3 },
		fields_rel: [],
	};
	const keyOf = (more: object = {}, hasTime = true) => makeDeliveryKey({ ...BODY, ...more }, hasTime);

	it('is the same however the names of its body are sorted', () => {
		expect(makeDeliveryKey(Object.fromEntries(Object.entries(BODY).reverse()), true)).toBe(keyOf());
	});

	it('is the same whether IDs are numbers or texts', () => {
		const ids = { entity_id: 8801, branch_id: 1, user_id: 4 };
		const idsAsTexts = { entity_id: '8801', branch_id: '1', user_id: ' 4 ' };

		expect(keyOf(idsAsTexts)).toBe(keyOf(ids));
	});

	it('is what version 1.0.0 stored for the same body', () => {
		expect(makeDeliveryKey({ ...BODY, branch_id: 1, datetime: '2026-02-10 18:05:00' }, true)).toBe(
			'oJ462BY5QI8AO7GE',
		);
	});

	it.each<[one: object, other?: object]>([
		[{ entity_id: 6 }],
		[{ branch_id: null }],
		[{ branch_id: 0 }, { branch_id: '' }],
		[{ fields_new: { status: '3' } }],
		[{ fields_rel: JSON.parse('{"__proto__":1}') as object }],
		// What cannot be read tells them apart as well, and what is not put out.
		[{ fields_new: 'status=1' }, { fields_new: 'status=2' }],
		[{ delivery_id: 1 }, { delivery_id: 2 }],
	])('is another one where deliveries differ in %j', (one, other = {}) => {
		expect(keyOf(one)).not.toBe(keyOf(other));
	});

	it('is another one for each delivery without a time, for two of them may be two changes', () => {
		expect(keyOf({}, false)).not.toBe(keyOf({}, false));
	});
});
