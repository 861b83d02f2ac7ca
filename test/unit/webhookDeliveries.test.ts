import type { IDataObject } from 'n8n-workflow';

import { beginDelivery, makeDeliveryKey } from '../../nodes/AlfaCrm/trigger/webhook/deliveries';

/** How many deliveries are kept for a node. */
const MOST_KEPT = 1_000;

let nodeCount = 0;

/** Makes the ID of a node that this process does not know yet. */
const makeNodeId = () => `unit:${nodeCount++}`;

/** Delivers from start to end, and tells whether the delivery is new. */
function deliver(node: string, number: number, staticData: IDataObject): boolean {
	const delivery = beginDelivery(node, `delivery ${number}`, staticData);
	delivery?.markStarted();
	delivery?.end();
	return delivery !== undefined;
}

/** Lists the names of the deliveries from one number to another. */
function listDeliveries(first: number, last: number): string[] {
	return Array.from({ length: last - first + 1 }, (_, index) => `delivery ${first + index}`);
}

function deliverAll(node: string, first: number, last: number, staticData: IDataObject): void {
	for (let number = first; number <= last; number++) {
		deliver(node, number, staticData);
	}
}

describe('a delivery that has not ended yet', () => {
	let node: string;
	let staticData: IDataObject;

	beforeEach(() => {
		node = makeNodeId();
		staticData = {};
	});

	it('makes an equal delivery to its node a repeated one', () => {
		beginDelivery(node, 'delivery 1', staticData);

		expect(deliver(node, 1, staticData)).toBe(false);
	});

	it('leaves another delivery to its node new', () => {
		beginDelivery(node, 'delivery 1', staticData);

		expect(deliver(node, 2, staticData)).toBe(true);
	});

	it('leaves an equal delivery to another node new', () => {
		beginDelivery(node, 'delivery 1', staticData);

		expect(deliver(makeNodeId(), 1, {})).toBe(true);
	});

	it('a delivery that has not ended yet is saved when it has started the workflow and has ended', () => {
		const delivery = beginDelivery(node, 'delivery 1', staticData);
		deliver(node, 2, staticData);
		delivery?.markStarted();
		delivery?.end();

		expect(staticData.deliveries).toEqual(['delivery 2', 'delivery 1']);
		expect(deliver(node, 1, staticData)).toBe(false);
	});

	it('a delivery that has not ended yet is forgotten when it ends without having started the workflow', () => {
		beginDelivery(node, 'delivery 1', staticData)?.end();

		expect(staticData).toEqual({});
		expect(deliver(node, 1, staticData)).toBe(true);
	});
});

describe('the saved deliveries of a node', () => {
	it('the saved deliveries of a node are completed by those that this process remembers, because n8n may not have saved them yet', () => {
		const node = makeNodeId();
		deliver(node, 1, {});

		expect(deliver(node, 1, {})).toBe(false);
	});

	it('the saved deliveries of a node are known after a restart, and grow', () => {
		const node = makeNodeId();
		const staticData: IDataObject = { deliveries: ['delivery 1'] };

		expect(deliver(node, 1, staticData)).toBe(false);
		expect(deliver(node, 2, staticData)).toBe(true);
		expect(staticData.deliveries).toEqual(['delivery 1', 'delivery 2']);
	});

	it('the saved deliveries of a node are a new list for each delivery, so that later ones do not change an earlier list', () => {
		const node = makeNodeId();
		const firstStaticData: IDataObject = {};
		const secondStaticData: IDataObject = {};

		deliver(node, 1, firstStaticData);
		deliver(node, 2, secondStaticData);

		expect(firstStaticData.deliveries).toEqual(['delivery 1']);
		expect(secondStaticData.deliveries).toEqual(['delivery 1', 'delivery 2']);
	});

	it('replace something that is not a list', () => {
		const staticData: IDataObject = { deliveries: 'abc' };

		expect(deliver(makeNodeId(), 1, staticData)).toBe(true);
		expect(staticData.deliveries).toEqual(['delivery 1']);
	});
});

describe('the saved deliveries of a node after 1,501 deliveries', () => {
	let olderStaticData: IDataObject;

	beforeEach(() => {
		const node = makeNodeId();
		const staticData: IDataObject = {};
		deliverAll(node, 1, MOST_KEPT, staticData);
		// Another process of n8n read the static data before the next 500 deliveries came.
		olderStaticData = structuredClone(staticData);
		deliverAll(node, MOST_KEPT + 1, MOST_KEPT + 500, staticData);
		deliver(node, MOST_KEPT + 501, olderStaticData);
	});

	it('the saved deliveries of a node after 1,501 deliveries are the latest 1,000, even in static data that was read earlier', () => {
		expect(olderStaticData.deliveries).toEqual(listDeliveries(502, 1_501));
	});

	it('make the oldest and the newest of them repeated ones after a restart', () => {
		const restartedNode = makeNodeId();

		expect(deliver(restartedNode, 502, olderStaticData)).toBe(false);
		expect(deliver(restartedNode, 1_501, olderStaticData)).toBe(false);
	});

	it('leave the one before them new after a restart', () => {
		expect(deliver(makeNodeId(), 501, olderStaticData)).toBe(true);
	});
});

describe('makeDeliveryKey', () => {
	const BODY = {
		event: 'update',
		entity: 'Customer',
		entity_id: 5,
		fields_new: { status: 3 },
		fields_rel: [],
	};

	const makeKey = (fields: object = {}, options = { hasTime: true }) =>
		makeDeliveryKey({ ...BODY, ...fields }, options.hasTime);

	it('makes the same key when the fields of the body have another order', () => {
		const reversedBody = Object.fromEntries(Object.entries(BODY).reverse());

		expect(makeDeliveryKey(reversedBody, true)).toBe(makeKey());
	});

	it('makes the same key for IDs as numbers and as texts', () => {
		const ids = { entity_id: 8801, branch_id: 1, user_id: 4 };
		const idsAsTexts = { entity_id: '8801', branch_id: '1', user_id: ' 4 ' };

		expect(makeKey(idsAsTexts)).toBe(makeKey(ids));
	});

	it('makes the key that version 1.0.0 stored for the same body', () => {
		const key = makeKey({ branch_id: 1, datetime: '2026-02-10 18:05:00' });

		expect(key).toBe('oJ462BY5QI8AO7GE');
	});

	it.each<{ difference: string; fields: object; otherFields: object }>([
		{ difference: 'the record', fields: { entity_id: 5 }, otherFields: { entity_id: 6 } },
		{ difference: 'a branch that is null', fields: {}, otherFields: { branch_id: null } },
		{
			difference: 'a branch that is 0 or empty',
			fields: { branch_id: 0 },
			otherFields: { branch_id: '' },
		},
		{
			difference: 'the type of a value',
			fields: { fields_new: { status: 3 } },
			otherFields: { fields_new: { status: '3' } },
		},
		{
			difference: 'a field named __proto__',
			fields: {},
			otherFields: { fields_rel: JSON.parse('{"__proto__":1}') as object },
		},
		{
			difference: 'a text in place of the new values',
			fields: { fields_new: 'status=1' },
			otherFields: { fields_new: 'status=2' },
		},
		{
			difference: 'a field that items do not have',
			fields: { delivery_id: 1 },
			otherFields: { delivery_id: 2 },
		},
	])('makes different keys for deliveries that differ in $difference', ({ fields, otherFields }) => {
		expect(makeKey(fields)).not.toBe(makeKey(otherFields));
	});

	it('makes a new key each time for a delivery without a time, because two may be two changes', () => {
		const firstKey = makeKey({}, { hasTime: false });
		const secondKey = makeKey({}, { hasTime: false });

		expect(firstKey).not.toBe(secondKey);
	});
});
