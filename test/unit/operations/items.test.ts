import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { upsertByPhoneForm, customerForm, OTHER_PHONE, PHONE, SmallSchool } from './school';

const EMAIL = 'mia@school.example';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const create = customerForm('create', { resource: 'subject', name: 'Шахматы' });
const items = (count: number): IDataObject[] => Array.from({ length: count }, () => ({}));
/** Lets only some of the calls for a kind of call through. */
const failing = (...failed: number[]) => {
	let count = 0;
	school.onCall = (call) => {
		if (call.endsWith('/create') && failed.includes(count++))
			throw makeAnswerError(422, { errors: { name: ['Нет'] } });
		return undefined;
	};
};

it('each item comes out in its place, with the item that it is from', async () => {
	const { desk, json } = await school.runToEnd(create, { items: items(3) });
	expect(json.map(({ id }) => id)).toEqual([1, 2, 3]);
	expect(desk.sent).toHaveLength(3);
});

describe('when an item fails', () => {
	it('none begins after it, and the error tells what the others have saved', async () => {
		failing(3);
		const { error } = await school.runToEnd(create, { items: items(9) });
		expect(error?.message).toBe('AlfaCRM did not create the subject: Name – Нет');
		expect(error?.context.itemIndex).toBe(3);
		expect(error?.description).toMatch(
			/^Correct 'Name' \(name\) and run it again\. Of this item nothing was saved\. Carried out: items 0 to 2/,
		);
		expect(school.calls.length).toBeLessThan(9);
	});

	it.each([
		['as the first one, there is nothing to tell', 0, 'Nothing was saved.'],
		['after a single one, that is named', 1, 'Of this item nothing was saved. Carried out: item 0.'],
	])('%s', async (_what, which, saved) => {
		failing(which);
		const { error } = await school.runToEnd(create, { items: items(3), credential: { callsAtOnce: 1 } });
		expect(error?.description).toBe(`Correct 'Name' (name) and run it again. ${saved}`);
		expect(school.calls).toHaveLength(which + 1);
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
		const { error } = await school.runToEnd(create, { items: items(5), credential: { callsAtOnce: 4 } });
		expect(error?.context.itemIndex).toBe(2);
		expect(error?.description).toContain(
			' Carried out: items 0 to 1, 3. Item 4 failed as well: AlfaCRM did not create the subject: Name – Нет. Correct',
		);
	});

	it('the others go on where the node is to continue', async () => {
		failing(1);
		const { json, error } = await school.runToEnd(create, { items: items(3), continueOnFail: true });
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
		const { error } = await school.runToEnd(create, { ...options, credential: { callsAtOnce: 1 } });
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
	await school.run(call, { items: items(4), credential: { callsAtOnce: 4 } });
	expect(most).toBe(1);
	const get = { resource: 'subject', operation: 'getAll', branchId: 1, returnAll: true };
	await school.run(get, { items: items(4), credential: { callsAtOnce: 4 } });
	expect(most).toBeGreaterThan(1);
});

const byEmail = (fieldsToSet: IDataObject, options: IDataObject = {}) => ({
	...upsertByPhoneForm(fieldsToSet, options),
	...{ matchBy: 'email', email: EMAIL },
});
const update = (id: number, updateFields: IDataObject) => customerForm('update', { id, updateFields });
const archive = (id: number) => customerForm('archive', { id });

describe('a record that another execution changes between the search and the change', () => {
	/** Does something once the record was found, before it is its turn. */
	async function meanwhile(
		act: (id: number) => IDataObject,
		fieldsToSet: IDataObject,
		options: IDataObject = {},
	) {
		// A last day to come leaves it open whether it is in the archive.
		const id = school.addLead({ phone: [PHONE], note: 'a', e_date: '2100-01-01' });
		let result: ReturnType<SmallSchool['runToEnd']> | undefined;
		const before = school.onCall;
		school.onCall = (call, request) => {
			if (call === 'customer/index' && result === undefined) result = school.runToEnd(act(id));
			return before(call, request);
		};
		const mine = await school.runToEnd(upsertByPhoneForm(fieldsToSet, options));
		expect((await result)?.error).toBeUndefined();
		return { ...mine, id };
	}

	it('is read again, and what the other one saved is not undone', async () => {
		const change = { note: 'b', legal_name: 'x' };
		const { json, id } = await meanwhile((one) => update(one, { note: 'b' }), change);
		expect(json).toMatchObject([change]);
		expect(school.readRecord('customer', id)).toMatchObject(change);
	});

	it.each<[string, (id: number) => IDataObject, IDataObject, string, IDataObject]>([
		[
			'so that it does not match any more,',
			(id) => update(id, { phone: OTHER_PHONE }),
			{},
			'created',
			{ phone: [OTHER_PHONE] },
		],
		['into the archive, where archived ones do not count,', archive, { ifArchived: 'create' }, 'created', {}],
		['into the archive, where archived ones are left alone,', archive, { ifArchived: 'skip' }, 'skipped', {}],
	])('%s is left alone, and the search done again', async (_what, act, options, result, row) => {
		const { json, id } = await meanwhile(act, { note: 'b', name: 'Мия' }, options);
		expect(json).toMatchObject([{ operationResult: result }]);
		expect(school.readRecord('customer', id)).toMatchObject({ note: 'a', ...row });
		expect(school.readRecords('customer')).toHaveLength(result === 'created' ? 2 : 1);
	});

	it.each([
		['update', ['note']],
		['restore', ['removed', 'note']],
	])(
		'into the archive is changed there or restored where that is chosen: %s',
		async (ifArchived, changed) => {
			const { json } = await meanwhile(archive, { note: 'b' }, { ifArchived });
			expect(json).toMatchObject([{ operationResult: 'updated', changedFields: changed, note: 'b' }]);
		},
	);

	it('is left alone where it cannot be told any more whether it is archived', async () => {
		let looks = 0;
		school.onCall = (call, request) => {
			if (call !== 'customer/index' || request.body.removed !== 2) return undefined;
			looks += 1;
			return looks > 1 ? school.answerWithUnstableList(request) : undefined;
		};
		const change = { note: 'b' };
		const { error, id } = await meanwhile((one) => update(one, { legal_name: 'x' }), change, {
			ifArchived: 'restore',
		});
		expect(error?.message).toBe(
			`AlfaCRM's list of archived customers did not come whole, so it is not sure whether customer ${id} is archived`,
		);
		expect(school.readRecord('customer', id)).toMatchObject({ note: 'a', legal_name: 'x' });
	});
});

describe('a record that an item before changes between the search and the change', () => {
	/** The last two items overlap: the second of them finds its records before the first one has saved anything. */
	async function overlapping(first: IDataObject, second: IDataObject) {
		let open = () => {};
		const found = new Promise<undefined>((resolve) => (open = () => resolve(undefined)));
		school.onCall = (call, { body, url }) => {
			// The other branch is asked once what came from the first one is known.
			if (call === 'customer/index' && 'phone' in body && url.includes('/v2api/2/')) open();
			return call === 'customer/update' ? found : undefined;
		};
		// The very first item alone finds out how far away AlfaCRM is.
		const each = [{ ...first, operation: 'find', email: 'nobody@school.example' }, first, second];
		each[0].options = { ifNone: 'nothing' };
		return await school.runToEnd({}, { parametersByItem: each, credential: { callsAtOnce: 5 } });
	}
	const replace = { listMode: 'replace' };

	it('so that it does not match any more is looked for again', async () => {
		const id = school.addLead({ phone: [PHONE], email: [EMAIL] });
		const { json, error } = await overlapping(
			byEmail({ phone: OTHER_PHONE }, replace),
			upsertByPhoneForm({ name: 'Мия' }),
		);
		expect(error).toBeUndefined();
		expect(json).toMatchObject([
			{ id, operationResult: 'updated', phone: OTHER_PHONE },
			{ operationResult: 'created', name: 'Мия', phone: PHONE },
		]);
		expect(school.readRecords('customer')).toHaveLength(2);
		expect(
			school.requests.filter(({ body, url }) => url.endsWith('/1/customer/index') && body.phone),
		).not.toHaveLength(1);
	});

	it('stops the item where that has changed another one already, and tells which', async () => {
		const older = school.addLead({ phone: [PHONE], email: [EMAIL], note: 'a' });
		const newer = school.addLead({ phone: [PHONE], note: 'a' });
		const { error } = await overlapping(
			byEmail({ phone: OTHER_PHONE }, replace),
			upsertByPhoneForm({ note: 'b' }, { ifSeveral: 'all' }),
		);
		expect(error).toMatchObject({
			message: `Customer ${older} was changed meanwhile, so that it does not match any more`,
		});
		expect(error?.description).toMatch(
			new RegExp(`^Run it again\\. Saved before: update customer ${newer}\\.`),
		);
		expect(school.readRecord('customer', older)).toMatchObject({ note: 'a', phone: [OTHER_PHONE] });
		expect(school.readRecord('customer', newer)).toMatchObject({ note: 'b' });
	});
});

it.each([
	[201, 2],
	[1_500, 5],
])(
	'at a round trip of %i ms and 5 calls a second as many calls are under way as that needs: %i',
	async (ms, needed) => {
		// The clock moves only when all is waiting for it, so however busy the machine is, the same calls overlap.
		jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z') });
		const starts: number[] = [];
		let [now, most] = [0, 0];
		school.onCall = async () => {
			starts.push(Date.now());
			most = Math.max(most, (now += 1));
			await sleep(ms);
			now -= 1;
			return undefined;
		};
		const each = items(30).map((_, index) => ({ name: `Лунная Вера ${index}` }));
		const credential = { hostname: `far${ms}`, requestsPerSecond: 5 };
		const form = customerForm('create', { is_study: 0, legal_type: 1 });
		await Promise.all([school.run(form, { parametersByItem: each, credential }), jest.runAllTimersAsync()]);
		jest.useRealTimers();
		expect(most).toBe(needed);
		const inASecond = starts.map((at) => starts.filter((one) => one >= at && one < at + 1_000).length);
		expect(Math.max(...inASecond)).toBeLessThanOrEqual(5);
	},
);
