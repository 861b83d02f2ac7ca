import type { IDataObject } from 'n8n-workflow';

import { SmallSchool } from './school';

const PHONE = '+7(900)555-00-01';
const OTHER_PHONE = '+7(900)555-00-02';
const EMAIL = 'mia@school.example';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

/** Creates or updates by phone or email; only the filled one of both is looked for. */
const upsert = (
	key: { phone?: string; email?: string },
	fieldsToSet: IDataObject,
	options: IDataObject = {},
): IDataObject => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'phoneOrEmail',
	phone: '',
	email: '',
	simplify: false,
	...key,
	fieldsToSet,
	options,
});
const byPhone = (fieldsToSet: IDataObject, options?: IDataObject) =>
	upsert({ phone: PHONE }, fieldsToSet, options);
const update = (id: number, updateFields: IDataObject): IDataObject => ({
	resource: 'customer',
	operation: 'update',
	branchId: 1,
	id,
	updateFields,
	options: {},
});
const archive = (id: number): IDataObject => ({
	resource: 'customer',
	operation: 'archive',
	branchId: 1,
	id,
	simplify: false,
	additionalFields: {},
});

describe('a record that another execution changes between the search and the change', () => {
	/** Does something once the record was found, before it is its turn. */
	async function meanwhile(
		act: (id: number) => IDataObject,
		fieldsToSet: IDataObject,
		options: IDataObject = {},
	) {
		// A last day to come leaves it open whether it is in the archive.
		const id = school.lead({ phone: [PHONE], note: 'a', e_date: '2100-01-01' });
		let result: ReturnType<SmallSchool['run']> | undefined;
		const before = school.onCall;
		school.onCall = (call, request) => {
			if (call === 'customer/index' && result === undefined) result = school.run(act(id));
			return before(call, request);
		};
		const mine = await school.run(byPhone(fieldsToSet, options));
		expect((await result)?.error).toBeUndefined();
		return { ...mine, id };
	}

	it('is read again, and what the other one saved is not undone', async () => {
		const { json, id } = await meanwhile((one) => update(one, { note: 'b' }), {
			note: 'b',
			legal_name: 'x',
		});
		expect(json).toMatchObject([{ note: 'b', legal_name: 'x' }]);
		expect(school.row('customer', id)).toMatchObject({ note: 'b', legal_name: 'x' });
	});

	it('so that it does not match any more is left alone', async () => {
		const { error, id } = await meanwhile((one) => update(one, { phone: OTHER_PHONE }), { note: 'b' });
		expect(error).toMatchObject({
			message: `Customer ${id} was changed by another execution and does not match any more`,
			description: 'Run it again. Nothing was saved.',
		});
		expect(school.row('customer', id)).toMatchObject({ note: 'a', phone: [OTHER_PHONE] });
		expect(school.rows('customer')).toHaveLength(1);
	});

	it.each(['create', 'skip'])(
		'into the archive is left alone where archived ones are not changed: %s',
		async (ifArchived) => {
			const { error, id } = await meanwhile(archive, { note: 'b' }, { ifArchived });
			expect(error).toMatchObject({
				message: `Customer ${id} was archived by another execution meanwhile`,
				description: 'Run it again. Nothing was saved.',
			});
			expect(school.row('customer', id).note).toBe('a');
			expect(school.rows('customer')).toHaveLength(1);
		},
	);

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
			return looks > 1 ? school.restless(request) : undefined;
		};
		const change = { note: 'b' };
		const { error, id } = await meanwhile((one) => update(one, { legal_name: 'x' }), change, {
			ifArchived: 'restore',
		});
		expect(error?.message).toBe(
			`AlfaCRM's list of archived customers did not come whole, so it is not sure whether customer ${id} is archived`,
		);
		expect(school.row('customer', id)).toMatchObject({ note: 'a', legal_name: 'x' });
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
		return await school.run({}, { each, credential: { callsAtOnce: 5 } });
	}
	const replace = { listMode: 'replace' };

	it('so that it does not match any more is looked for again', async () => {
		const id = school.lead({ phone: [PHONE], email: [EMAIL] });
		const { json, error } = await overlapping(
			upsert({ email: EMAIL }, { phone: OTHER_PHONE }, replace),
			byPhone({ name: 'Мия' }),
		);
		expect(error).toBeUndefined();
		expect(json).toMatchObject([
			{ id, operationResult: 'updated', phone: [OTHER_PHONE] },
			{ operationResult: 'created', name: 'Мия', phone: [PHONE] },
		]);
		expect(school.rows('customer')).toHaveLength(2);
		expect(
			school.sent.filter(({ body, url }) => url.endsWith('/1/customer/index') && body.phone),
		).not.toHaveLength(1);
	});

	it('stops the item where that has changed another one already, and tells which', async () => {
		const older = school.lead({ phone: [PHONE], email: [EMAIL], note: 'a' });
		const newer = school.lead({ phone: [PHONE], note: 'a' });
		const { error } = await overlapping(
			upsert({ email: EMAIL }, { phone: OTHER_PHONE }, replace),
			byPhone({ note: 'b' }, { ifSeveral: 'all' }),
		);
		expect(error).toMatchObject({
			message: `Customer ${older} was changed by another item and does not match any more`,
		});
		expect(error?.description).toMatch(
			new RegExp(`^Run it again\\. Saved before: update customer ${newer}\\.`),
		);
		expect(school.row('customer', older)).toMatchObject({ note: 'a', phone: [OTHER_PHONE] });
		expect(school.row('customer', newer)).toMatchObject({ note: 'b' });
	});
});
