import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { answered } from '../../support/nodeErrors';
import { SmallSchool } from './school';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const create = {
	resource: 'subject',
	operation: 'create',
	branchId: 1,
	name: 'Шахматы',
	additionalFields: {},
};
const items = (count: number): IDataObject[] => Array.from({ length: count }, () => ({}));
/** Lets only some of the calls for a kind of call through. */
const failing = (...failed: number[]) => {
	let count = 0;
	school.onCall = (call) => {
		if (call.endsWith('/create') && failed.includes(count++))
			throw answered(422, { errors: { name: ['Нет'] } });
		return undefined;
	};
};

it('each item comes out in its place, with the item that it is from', async () => {
	const { desk, json } = await school.run(create, { items: items(3) });
	expect(json.map(({ id }) => id)).toEqual([1, 2, 3]);
	expect(desk.sent).toHaveLength(3);
});

describe('when an item fails', () => {
	it('none begins after it, and the error tells what the others have saved', async () => {
		failing(3);
		const { error } = await school.run(create, { items: items(9) });
		expect(error?.message).toBe('AlfaCRM did not create the subject: Name – Нет');
		expect(error?.context.itemIndex).toBe(3);
		expect(error?.description).toMatch(
			/^Correct 'Name' \(name\) and run it again\. Of this item nothing was saved\. Saved: items 0 to 2/,
		);
		expect(school.calls.length).toBeLessThan(9);
	});

	it('as the first one, there is nothing to tell', async () => {
		failing(0);
		const { error } = await school.run(create, { items: items(2), credential: { callsAtOnce: 1 } });
		expect(error?.description).toBe("Correct 'Name' (name) and run it again. Nothing was saved.");
		expect(school.calls).toEqual(['subject/create']);
	});

	it('after a single one, that is named', async () => {
		failing(1);
		const { error } = await school.run(create, { items: items(2), credential: { callsAtOnce: 1 } });
		expect(error?.description).toMatch(/ Saved: item 0\.$/);
	});

	it('those that were under way with it are told of too', async () => {
		failing(1, 3);
		const answer = school.onCall;
		let open = () => {};
		const allBegun = new Promise<void>((resolve) => (open = resolve));
		school.onCall = async (call, request) => {
			const begun = school.calls.length;
			// The first one alone finds out how far away AlfaCRM is.
			if (begun === 5) open();
			if (begun > 1) await allBegun;
			const done = { success: true, errors: [], model: { id: begun } };
			return begun === 1 ? done : (answer(call, request) ?? done);
		};
		const { error } = await school.run(create, { items: items(5), credential: { callsAtOnce: 4 } });
		expect(error?.context.itemIndex).toBe(2);
		expect(error?.description).toContain(' Saved: items 0 to 1, 3. Item 4 failed in the same way.');
	});

	it('the others go on where the node is to continue', async () => {
		failing(1);
		const { json, error } = await school.run(create, { items: items(3), continueOnFail: true });
		expect(error).toBeUndefined();
		expect(json).toMatchObject([
			{ id: 1 },
			{
				error: 'AlfaCRM did not create the subject: Name – Нет',
				message: "Correct 'Name' (name) and run it again. Nothing was saved. HTTP 422",
			},
			{ id: 2 },
		]);
	});

	it('a cancelled execution ends, even where the node is to continue', async () => {
		const controller = new AbortController();
		school.onCall = () => {
			controller.abort();
			return undefined;
		};
		const options = { items: items(3), continueOnFail: true, signal: controller.signal };
		const { error } = await school.run(create, { ...options, credential: { callsAtOnce: 1 } });
		expect(error?.message).toBe('The execution was cancelled');
		expect(school.calls).toHaveLength(1);
	});
});

it('calls of which nobody knows what they do wait for each other', async () => {
	let underWay = 0;
	let most = 0;
	school.onCall = async () => {
		most = Math.max(most, (underWay += 1));
		await sleep(5);
		underWay -= 1;
		return { items: [], total: 0 };
	};
	const call = {
		resource: 'apiCall',
		operation: 'send',
		callPath: 'subject',
		callAction: 'index',
		callBranch: 1,
	};
	await school.done(call, { items: items(4), credential: { callsAtOnce: 4 } });
	expect(most).toBe(1);
	const get = { resource: 'subject', operation: 'getAll', branchId: 1, returnAll: true };
	await school.done(get, { items: items(4), credential: { callsAtOnce: 4 } });
	expect(most).toBeGreaterThan(1);
});

it.each<[IDataObject, string]>([
	[{ resource: 'unicorn' }, "'Resource' must be one of"],
	[{ resource: 'subject', operation: 'fly' }, `'Operation' must be one that Subject has, but it is "fly"`],
	[{ resource: 'subject', operation: '' }, "'Operation' must be a text"],
	[
		{ resource: 'subject', operation: 'get', branchId: 'x', id: 1 },
		"'Branch' must be the number of a record",
	],
	[
		{ resource: 'subject', operation: 'get', branchId: 1, id: '' },
		"'Subject ID' must be the number of a record",
	],
	[
		{ resource: 'customer', operation: 'getAll', branchId: 1, filters: { shoe_size: 42 } },
		`'Filters' has no "shoe_size"`,
	],
	[
		{ resource: 'customer', operation: 'get', branchId: 1, id: 'x' },
		"'Customer' must be the number of a record",
	],
])('%j is refused before anything is sent', async (parameters, message) => {
	const { error } = await school.run(parameters);
	expect(error?.message).toContain(message);
	expect(school.calls).toEqual([]);
});
