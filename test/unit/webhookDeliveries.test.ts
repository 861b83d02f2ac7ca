import type { IDataObject } from 'n8n-workflow';

import { beginDelivery, makeDeliveryKey } from '../../nodes/AlfaCrm/trigger/webhook/deliveries';

/** The number of deliveries that the trigger remembers for a node. */
const MOST_REMEMBERED = 1_000;

let nodeCount = 0;

/** Makes the ID of a node that this process does not know yet. A restarted n8n knows no node. */
const makeNodeId = () => `unit:${nodeCount++}`;

/** Makes the key of a delivery. Two deliveries with the same content have the same key. */
const makeKeyOf = (number: number) => `delivery ${number}`;

/** Receives a delivery from start to end. Returns false if the node has received it before. */
function receiveDelivery(node: string, number: number, staticData: IDataObject): boolean {
	const delivery = beginDelivery(node, makeKeyOf(number), staticData);
	delivery?.markStarted();
	delivery?.end();
	return delivery !== undefined;
}

/** Receives all deliveries with the numbers from the first to the last one. */
function receiveDeliveries(node: string, first: number, last: number, staticData: IDataObject): void {
	for (let number = first; number <= last; number++) {
		receiveDelivery(node, number, staticData);
	}
}

/** Lists the keys of the deliveries with the numbers from the first to the last one. */
function listKeys(first: number, last: number): string[] {
	return Array.from({ length: last - first + 1 }, (_, index) => makeKeyOf(first + index));
}

describe('A delivery that has not ended yet', () => {
	let node: string;
	let staticData: IDataObject;

	beforeEach(() => {
		node = makeNodeId();
		staticData = {};
	});

	it('a node takes a delivery for repeated while it still works on an equal one', () => {
		beginDelivery(node, makeKeyOf(1), staticData);

		const isNew = receiveDelivery(node, 1, staticData);

		expect(isNew).toBe(false);
	});

	it('a node takes a different delivery for new while it still works on the first one', () => {
		beginDelivery(node, makeKeyOf(1), staticData);

		const isNew = receiveDelivery(node, 2, staticData);

		expect(isNew).toBe(true);
	});

	it('a node takes a delivery for new while another node still works on an equal one', () => {
		beginDelivery(node, makeKeyOf(1), staticData);

		const otherNode = makeNodeId();
		const isNew = receiveDelivery(otherNode, 1, {});

		expect(isNew).toBe(true);
	});

	it('a node saves a delivery that has started the workflow when the delivery ends, even after a later one', () => {
		const slowDelivery = beginDelivery(node, makeKeyOf(1), staticData);
		receiveDelivery(node, 2, staticData);

		slowDelivery?.markStarted();
		slowDelivery?.end();

		const isNewAgain = receiveDelivery(node, 1, staticData);
		expect(staticData.deliveries).toEqual(['delivery 2', 'delivery 1']);
		expect(isNewAgain).toBe(false);
	});

	it('a node forgets a delivery that ends without having started the workflow', () => {
		const failedDelivery = beginDelivery(node, makeKeyOf(1), staticData);

		failedDelivery?.end();

		expect(staticData).toEqual({});
		const isNewAgain = receiveDelivery(node, 1, staticData);
		expect(isNewAgain).toBe(true);
	});
});

describe('The deliveries that the static data of a node have', () => {
	it('a node takes a delivery for repeated when this process remembers it, although n8n has not saved it yet', () => {
		const node = makeNodeId();
		receiveDelivery(node, 1, {});

		const staticDataWithoutDelivery = {};
		const isNew = receiveDelivery(node, 1, staticDataWithoutDelivery);

		expect(isNew).toBe(false);
	});

	it('a node that n8n has restarted knows the saved delivery, and adds the next one', () => {
		const restartedNode = makeNodeId();
		const staticData: IDataObject = { deliveries: ['delivery 1'] };

		const isFirstNew = receiveDelivery(restartedNode, 1, staticData);
		const isSecondNew = receiveDelivery(restartedNode, 2, staticData);

		expect(isFirstNew).toBe(false);
		expect(isSecondNew).toBe(true);
		expect(staticData.deliveries).toEqual(['delivery 1', 'delivery 2']);
	});

	it('a node saves a new list for each delivery, and does not change the list that it saved before', () => {
		const node = makeNodeId();
		const firstStaticData: IDataObject = {};
		const secondStaticData: IDataObject = {};

		receiveDelivery(node, 1, firstStaticData);
		receiveDelivery(node, 2, secondStaticData);

		expect(firstStaticData.deliveries).toEqual(['delivery 1']);
		expect(secondStaticData.deliveries).toEqual(['delivery 1', 'delivery 2']);
	});

	it('a node replaces saved deliveries that are no list', () => {
		const staticData: IDataObject = { deliveries: 'abc' };

		const isNew = receiveDelivery(makeNodeId(), 1, staticData);

		expect(isNew).toBe(true);
		expect(staticData.deliveries).toEqual(['delivery 1']);
	});
});

describe('The static data of a node after 1,501 deliveries', () => {
	let olderStaticData: IDataObject;

	beforeEach(() => {
		const node = makeNodeId();
		const staticData: IDataObject = {};
		receiveDeliveries(node, 1, MOST_REMEMBERED, staticData);
		// Another execution of n8n reads the static data before the next 500 deliveries come.
		olderStaticData = structuredClone(staticData);
		receiveDeliveries(node, MOST_REMEMBERED + 1, 1_500, staticData);
		receiveDelivery(node, 1_501, olderStaticData);
	});

	it('a node saves the latest 1,000 of 1,501 deliveries, even into static data that were read 501 deliveries ago', () => {
		const latestKeys = listKeys(502, 1_501);

		expect(olderStaticData.deliveries).toEqual(latestKeys);
	});

	it('a node that n8n has restarted knows the oldest and the newest of the latest 1,000 deliveries', () => {
		const restartedNode = makeNodeId();

		const isOldestNew = receiveDelivery(restartedNode, 502, olderStaticData);
		const isNewestNew = receiveDelivery(restartedNode, 1_501, olderStaticData);

		expect(isOldestNew).toBe(false);
		expect(isNewestNew).toBe(false);
	});

	it('a node that n8n has restarted takes the delivery before the latest 1,000 for new', () => {
		const restartedNode = makeNodeId();

		const isNew = receiveDelivery(restartedNode, 501, olderStaticData);

		expect(isNew).toBe(true);
	});
});

describe('makeDeliveryKey', () => {
	/** The body of a webhook that tells of a change of a customer. */
	const BODY = {
		event: 'update',
		entity: 'Customer',
		entity_id: 5,
		fields_new: { status: 3 },
		fields_rel: [],
	};

	/** Makes the key of a delivery whose body has some more or other fields. */
	const makeKey = (fields: object = {}, options = { hasTime: true }) =>
		makeDeliveryKey({ ...BODY, ...fields }, options.hasTime);

	it('makeDeliveryKey returns the same key when the fields of the body have another order', () => {
		const reversedBody = Object.fromEntries(Object.entries(BODY).reverse());

		const hasTime = true;
		const keyOfReversedBody = makeDeliveryKey(reversedBody, hasTime);

		expect(keyOfReversedBody).toBe(makeDeliveryKey(BODY, hasTime));
	});

	it('makeDeliveryKey returns the same key for IDs that are numbers and for IDs that are texts', () => {
		const ids = { entity_id: 8801, branch_id: 1, user_id: 4 };
		const idsAsTexts = { entity_id: '8801', branch_id: '1', user_id: ' 4 ' };

		expect(makeKey(idsAsTexts)).toBe(makeKey(ids));
	});

	it('makeDeliveryKey returns the key that version 1.0.0 of this package stored for the same body', () => {
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
	])(
		'makeDeliveryKey returns different keys for deliveries that differ in $difference',
		({ fields, otherFields }) => {
			expect(makeKey(fields)).not.toBe(makeKey(otherFields));
		},
	);

	it('makeDeliveryKey returns a new key each time for a delivery without a time, because equal deliveries may tell of two changes', () => {
		const firstKey = makeKey({}, { hasTime: false });
		const secondKey = makeKey({}, { hasTime: false });

		expect(firstKey).not.toBe(secondKey);
	});
});
